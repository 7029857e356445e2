"""Assess: everything true of one session at one instant.

In flow order: the plan that holds, the course of the session, everyone's presence, the window,
then per person attendance, camera, participation, standing and findings, and what is published.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from typing import NamedTuple

from schemas.instants import LATEST, milliseconds
from schemas.policy import Policies, Policy
from schemas.topics import CARE, SCORES, VIOLATIONS
from streams.identity import identify
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
from streams.session.publish import Scored, render_result, render_score, signature
from streams.session.violations import SessionView, own_violations
from streams.session.window import Course, Window, course, effective, window
from streams.stage import Assessment, Output, Pace

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


def assess(session: str, facts: SessionFacts, policies: Policies, now: int) -> Assessment:
    """Scores, results and violations of `session` at `now` ms, and when to look again."""
    picture = measure(facts, policies, now)
    looks = [look for found in picture.found.values() for look in found.looks]
    outputs = _people(session, facts, picture)
    view = SessionView(
        session,
        picture.course,
        picture.window,
        picture.policy,
        _presence(picture.hosts),
        facts.first_signal,
    )
    phase, over = picture.course.phase, picture.course.over
    for violation, status in own_violations(view, picture.attendees, looks):
        outputs.append(
            Output(
                id=violation.id,
                topic=VIOLATIONS.name,
                key=session,
                kind="rollcall.violation.v1",
                signature=f"{status}{len(violation.episodes)}",
                pace=Pace.AT_ONCE if over else Pace.EVERY,
                final=phase == "final",
                render=lambda violation=violation: violation,  # type: ignore[misc]
                status=status,
            )
        )
    looks += picture.course.looks
    looks += picture.window.looks
    looks += _personal_looks(picture, now)
    looks += _to_come(facts, now)
    return Assessment(
        outputs=outputs,
        next_look=min((look for look in looks if look > now), default=None),
        finished=phase == "final",
        closes_at=picture.course.closes_at,
    )


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
    stays = {name: stay(each.connections, horizon) for name, each in known.items()}
    named = {people.resolve(host, facts.links) for host in plan.hosts} if plan else set()
    hosts = {name: each for name, each in stays.items() if each.host or name in named}
    seen = window(facts, where, policy, _presence(hosts), _presence(stays))
    roster = (
        {}
        if plan is None
        else {people.resolve(place.participant, facts.links): place for place in plan.roster}
    )
    reported = _reported(facts, stays.values())
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


def _presence(stays: Mapping[str, Stay]) -> Spans:
    return union(span for each in stays.values() for span in each.whole)


def _reported(facts: SessionFacts, stays: Iterable[Stay]) -> frozenset[str]:
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
        "camera": any(track.camera or track.connection.streams for track in tracks),
        "speaking": any(track.speech for track in tracks),
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
    spoken = speaking_minutes(where_present.tracks, counted, base, rules)
    minutes = active_minutes(identity.minutes(base, facts.base), counted, base, spoken)
    offered, answered = polls(facts.polls, identity.answers, measured.presence, now, rules)
    return Activity(base, minutes, offered, answered)


def _people(session: str, facts: SessionFacts, picture: Picture) -> list[Output]:
    outputs: list[Output] = []
    final = picture.course.phase == "final"
    score_pace, result_pace = _paces(picture.course)
    for name, person in picture.attendees.items():
        scored = Scored(
            session,
            name,
            picture.course,
            picture.window,
            picture.policy,
            person,
            picture.found[name].findings,
            picture.unidentified_guests,
        )
        said = signature(scored)
        outputs += _told(scored, said, score_pace, result_pace, final)
    for name in sorted(_formerly(facts) - picture.attendees.keys()):
        scored = Scored(
            session,
            name,
            picture.course,
            picture.window,
            picture.policy,
            _nobody(name, picture),
            (),
            picture.unidentified_guests,
            withdrawn=True,
        )
        outputs += _told(scored, "withdrawn", Pace.SIGNATURE, Pace.SIGNATURE, final)
    return outputs


def _paces(where: Course) -> tuple[Pace, Pace]:
    """Of scores and of results: figures of a running score grow only once it has begun."""
    if where.over:
        return Pace.AT_ONCE, Pace.AT_ONCE
    plan = where.plan
    grows = plan is None or (plan.delivery == "live" and where.now >= plan.starts_at)
    return (Pace.EVERY if grows else Pace.SIGNATURE), Pace.SIGNATURE


def _formerly(facts: SessionFacts) -> set[str]:
    """Everyone who may once have had a score: ever on a roster, or seen under any id."""
    rostered = {place.participant for plan in facts.plans.values() for place in plan.roster}
    return rostered | facts.people.keys() | {link.participant for link in facts.links.values()}


def _nobody(name: str, picture: Picture) -> Attendee:
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


def _told(
    scored: Scored, said: str, score_pace: Pace, result_pace: Pace, final: bool
) -> tuple[Output, Output]:
    """The score for everyone and, around the same score, the result for the care stage."""
    score_id = identify("score", scored.session, scored.participant)
    result_id = identify("result", scored.session, scored.participant)
    score = cache(partial(render_score, scored, score_id))
    return (
        Output(
            id=score_id,
            topic=SCORES.name,
            key=scored.participant,
            kind="rollcall.score.v1",
            signature=said,
            pace=score_pace,
            final=final,
            render=score,
            withdrawn=scored.withdrawn,
        ),
        Output(
            id=result_id,
            topic=CARE.name,
            key=scored.participant,
            kind="rollcall.session-result.v1",
            signature=said,
            pace=result_pace,
            final=final,
            render=lambda: render_result(scored, result_id, score()),
            withdrawn=scored.withdrawn,
        ),
    )


def _personal_looks(picture: Picture, now: int) -> list[int]:
    """When somebody's own times begin or end, or their reconnect grace runs out."""
    grace = picture.policy.presence.reconnect_grace
    looks = []
    for person in picture.attendees.values():
        if person.place is not None:
            looks += [at for at in (person.place.begins, person.place.until) if at is not None]
        if not picture.course.over and person.stay.whole and person.stay.whole[-1][1] <= now:
            looks.append(person.stay.whole[-1][1] + grace + 1)
    return looks


def _to_come(facts: SessionFacts, now: int) -> Iterator[int]:
    """The next thing of each connection that happens after `now`: clocks differ."""
    for person in facts.people.values():
        for each in person.connections.values():
            if each.first_sign is not None and each.first_sign > now:
                yield each.first_sign
            for moves in (each.moves, *(each.streams or {}).values()):
                if moves and moves[-1] >> 4 > now:
                    yield moves[bisect_right(moves, now << 4 | 15)] >> 4


def final_at(facts: SessionFacts, policies: Policies) -> int:
    """When the session is final, as far as its facts tell."""
    plan = effective(facts.plans)
    at = plan.starts_at if plan else facts.first_signal or facts.heard_at
    policy = policies.at(plan.program if plan else None, at)
    return course(facts, plan, policy, now=_FAR).final_at


_FAR = milliseconds(LATEST)
