"""Measure: a session and everyone in it at one instant.

In flow order: the plan that holds, the course of the session, everyone's presence, the window,
then per person attendance, camera, participation, standing and findings.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemas.instants import LATEST, milliseconds
from schemas.policy import Policies, Policy
from streams.intervals import Spans, intersect, union
from streams.session import attendee as people
from streams.session.attendee import Attendee, Identity
from streams.session.camera import camera
from streams.session.facts import Place, Plan, SessionFacts
from streams.session.findings import Found, findings
from streams.session.participation import (
    Activity,
    active_minutes,
    participation,
    polls,
    ramp_of,
    speaking_minutes,
)
from streams.session.presence import Attendance, Horizon, Stay, attend, stay
from streams.session.window import Course, Window, course, effective, window

MINUTE_MS = 60_000


class Picture(NamedTuple):
    """A session as measured at one instant; what `explain` prints and outputs are made of."""

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
    plan = effective(facts.plans)
    if plan is None:
        policy = policies.at(None, facts.first_signal or facts.heard_at)
    else:
        policy = policies.at(plan.program, plan.starts_at)
    where = course(facts, plan, policy, now)
    horizon = Horizon(now, where.end, where.over, policy.presence.missing_leave == "last_seen")
    known = people.identities(facts)
    stays = {name: stay(each.people, horizon) for name, each in known.items()}
    named = {people.resolve(host, facts.links) for host in plan.hosts} if plan else set()
    hosts = {name: each for name, each in stays.items() if each.host or name in named}
    seen = window(facts, where, policy, together(hosts), together(stays))
    roster = (
        {}
        if plan is None
        else {people.resolve(place.participant, facts.links): place for place in plan.roster}
    )
    reported = _reported(facts, list(stays.values()))
    attendees = {
        name: _attendee(
            known.get(name) or Identity(name, (), False),
            stays.get(name) or stay((), horizon),
            roster.get(name),
            facts,
            reported,
            where,
            seen,
            policy,
        )
        for name in sorted({*roster, *stays})
        if name not in hosts and name not in named
    }
    return Picture(
        plan=plan,
        policy=policy,
        course=where,
        window=seen,
        hosts=hosts,
        attendees=attendees,
        found={name: findings(each, where, seen, policy) for name, each in attendees.items()},
        unidentified_guests=any(
            each.place is None and not each.identity.identified and each.stay.whole
            for each in attendees.values()
        ),
    )


def together(stays: Mapping[str, Stay]) -> Spans:
    """When anybody of these was there."""
    return union(span for each in stays.values() for span in each.whole)


def _reported(facts: SessionFacts, stays: Sequence[Stay]) -> frozenset[str]:
    """Signals that the source can report: as it says, or as anyone ever produced them."""
    if facts.ability is not None:
        return frozenset(facts.ability.signals)
    everybody = facts.people.values()
    tracks = [track for each in stays for track in each.tracks]
    produced = {
        "polls": bool(facts.polls),
        "chat": any(person.chat for person in everybody),
        "reactions": any(person.reactions for person in everybody),
        "shared_work": any(person.shared_work for person in everybody),
        "camera": any(track.camera or track.streams for track in tracks),
        "speaking": any(codes for each in stays for codes in each.speech),
    }
    return frozenset(signal for signal, seen in produced.items() if seen)


def _attendee(
    identity: Identity,
    where_present: Stay,
    place: Place | None,
    facts: SessionFacts,
    reported: frozenset[str],
    where: Course,
    seen: Window,
    policy: Policy,
) -> Attendee:
    own, passing = people.personal(seen.spans, place), people.personal(seen.passing, place)
    rules = policy.presence
    measured = attend(where_present, own, where.end, rules.reconnect_grace, rules.bridge_max)
    exempt = place.exempt if place else ()
    counted = intersect(measured.presence, own)
    activity = _activity(identity, where_present, facts, counted, measured, where.now, policy)
    return Attendee(
        identity=identity,
        place=place,
        own_window=own,
        passing=bool(passing),
        stay=where_present,
        attendance=measured,
        camera=camera(
            people.camera_status(facts, exempt, reported),
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
            reported,
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
    facts: SessionFacts,
    counted: Spans,
    measured: Attendance,
    now: int,
    policy: Policy,
) -> Activity:
    if not counted:
        return Activity(0, dict.fromkeys(("speaking", "chat", "reactions", "shared_work"), 0), 0, 0)
    rules = policy.participation
    base = counted[0][0] // MINUTE_MS
    spoken = speaking_minutes(where_present.speech, counted, base, rules)
    minutes = active_minutes(identity.minutes(base, facts.base), counted, base, spoken)
    offered, answered = polls(facts.polls, identity.answers, measured.presence, now, rules)
    return Activity(base, minutes, offered, answered)


def nobody(name: str, picture: Picture) -> Attendee:
    """The measures of somebody who does not belong to the session any more."""
    where = picture.course
    horizon = Horizon(where.now, where.end, where.over, False)
    facts = SessionFacts()
    return _attendee(
        Identity(name, (), False),
        stay((), horizon),
        None,
        facts,
        frozenset(),
        where,
        picture.window,
        picture.policy,
    )


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
