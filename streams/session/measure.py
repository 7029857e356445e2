"""Measure: everyone in a session at one instant, each within the surroundings they share.

In flow order per person: attendance, camera, participation, standing and findings.
"""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.instants import LATEST, MINUTE_MS, milliseconds
from schemas.policy import Policies, Policy
from streams.intervals import Spans, intersect
from streams.session import attendee as people
from streams.session.attendee import Attendee, Identity
from streams.session.camera import camera
from streams.session.facts import Plan, SessionFacts
from streams.session.findings import Found, findings
from streams.session.participation import (
    Activity,
    active_minutes,
    participation,
    polls,
    ramp_of,
    speaking_minutes,
)
from streams.session.presence import Attendance, Stay, attend
from streams.session.surroundings import Stays, Surroundings, surroundings
from streams.session.window import Course, Window, course, effective


class Picture(NamedTuple):
    """A session as measured at one instant, for those who want to see all of it."""

    plan: Plan | None
    policy: Policy
    course: Course
    window: Window
    hosts: Mapping[str, Stay]
    attendees: Mapping[str, Attendee]
    found: Mapping[str, Found]
    unidentified_guests: bool


def measure(facts: SessionFacts, policies: Policies, now: int) -> Picture:
    """Measure the session and everyone in it at `now` ms."""
    around = surroundings(facts, policies, now)
    attendees = {name: attendee(name, around) for name in around.attending}
    return Picture(
        plan=around.plan,
        policy=around.policy,
        course=around.course,
        window=around.window,
        hosts=around.hosts,
        attendees=attendees,
        found={
            name: findings(each, around.course, around.window, around.policy)
            for name, each in attendees.items()
        },
        unidentified_guests=around.unidentified_guests,
    )


def attendee(name: str, around: Surroundings) -> Attendee:
    """Measure one person of the session."""
    identity = around.people.get(name) or Identity(name, (), False)
    where_present, place = around.stays[name], around.roster.get(name)
    where, seen, policy = around.course, around.window, around.policy
    own, passing = people.personal(seen.spans, place), people.personal(seen.passing, place)
    rules = policy.presence
    measured = attend(where_present, own, where.end, rules.reconnect_grace, rules.bridge_max)
    exempt = place.exempt if place else ()
    counted = intersect(measured.presence, own)
    activity = _activity(identity, where_present, around, counted, measured)
    return Attendee(
        identity=identity,
        place=place,
        own_window=own,
        passing=bool(passing),
        stay=where_present,
        attendance=measured,
        camera=camera(
            people.camera_status(around.facts, exempt, around.reported),
            where_present.tracks,
            where_present.whole,
            own,
            passing,
            policy.camera,
        ),
        participation=participation(
            activity,
            measured.attended_ms,
            where.plan.kind if where.plan else None,
            around.reported,
            exempt,
            ramp_of(place.enrolled_at if place else None, where.starts_at, policy.participation),
            policy.participation,
        ),
        counted=counted,
        activity=activity,
        standing=people.standing(where, seen, place, where_present, measured, policy),
    )


def _activity(
    identity: Identity,
    where_present: Stay,
    around: Surroundings,
    counted: Spans,
    measured: Attendance,
) -> Activity:
    if not counted:
        return Activity(0, dict.fromkeys(("speaking", "chat", "reactions", "shared_work"), 0), 0, 0)
    facts, rules, now = around.facts, around.policy.participation, around.course.now
    base = counted[0][0] // MINUTE_MS
    spoken = speaking_minutes(where_present.speech, counted, base, rules)
    minutes = active_minutes(identity.minutes(base, facts.base), counted, base, spoken)
    offered, answered = polls(facts.polls, identity.answers, measured.presence, now, rules)
    return Activity(base, minutes, offered, answered)


def nobody(name: str, around: Surroundings) -> Attendee:
    """The measures of somebody who does not belong to the session any more."""
    without = around._replace(
        facts=SessionFacts(),
        people={},
        stays=Stays({}, around.stays.horizon),
        roster={},
        reported=frozenset(),
    )
    return attendee(name, without)


def final_at(facts: SessionFacts, policies: Policies) -> int:
    """When the session is final, as far as its facts tell.

    A report that has not come may still come: nothing is said of when that will be.
    """
    plan = effective(facts.plans)
    at = plan.starts_at if plan else facts.first_signal or facts.heard_at
    policy = policies.at(plan.program if plan else None, at)
    where = course(facts, plan, policy, now=_FAR)
    return where.end + policy.session.final_after if where.report_missing else where.final_at


_FAR = milliseconds(LATEST)
