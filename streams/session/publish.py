"""Publish: measures as the records that leave the session stage."""

from typing import NamedTuple

from schemas.care import SessionResult, WaitingEpisode
from schemas.instants import instant, instant_or_none, milliseconds
from schemas.policy import Policy
from schemas.score import Component, Episode, Finding, Score
from schemas.telemetry import Span
from streams.intervals import Spans, clip, intersect, length
from streams.session.attendee import Attendee
from streams.session.participation import Part, quiet_ms, tenths
from streams.session.violations import not_admitted
from streams.session.window import Course, Window


class Scored(NamedTuple):
    """One person's measures with the session's around them, ready to be written."""

    session: str
    participant: str
    course: Course
    window: Window
    policy: Policy
    person: Attendee
    findings: tuple[Finding, ...]
    unidentified_guests: bool
    withdrawn: bool = False


def signature(scored: Scored) -> str:
    """What readers wait for: phase, standing, level, findings, and the plan itself."""
    course, person = scored.course, scored.person
    plan = course.plan
    found = ",".join(
        f"{finding.rule}:{[_edges(episode) for episode in finding.episodes]}"
        for finding in scored.findings
    )
    planned = "" if plan is None else f"{plan.order[0]}.{plan.order[1]}"
    place = person.place
    rostered = "" if place is None else f"{place.begins},{place.until},{place.make_up}"
    return "|".join(
        (
            course.phase,
            person.standing,
            person.participation.level,
            scored.window.void_reason or scored.window.needs_review or "",
            found,
            planned,
            rostered,
            "g" if scored.unidentified_guests else "",
            "i" if person.identity.identified else "",
            "w" if _kept_waiting(scored) else "",
        )
    )


def render_score(scored: Scored, score_id: str) -> Score:
    """The score record, without publication data."""
    course, person, window = scored.course, scored.person, scored.window
    plan, place, measured = course.plan, person.place, person.attendance
    share = person.camera.share(scored.policy.camera.min_measured)
    exact = person.participation.exact
    return Score(
        id=score_id,
        session=scored.session,
        participant=scored.participant,
        program=plan.program if plan else None,
        kind=plan.kind if plan else None,  # type: ignore[arg-type]  # checked when decoded
        delivery=plan.delivery if plan else "live",  # type: ignore[arg-type]
        status="unscheduled" if plan is None else "cancelled" if plan.cancelled else "planned",
        starts_at=instant_or_none(course.starts_at),
        ends_at=instant_or_none(course.ends_at),
        ended_at=instant(course.end) if course.over else None,
        phase=course.phase,  # type: ignore[arg-type]
        standing=person.standing,
        void_reason=window.void_reason,
        needs_review=window.needs_review,
        rostered=place is not None,
        guest=place is None,
        make_up=place is not None and place.make_up,
        identified=person.identity.identified,
        personal_from=instant_or_none(place.begins if place else None),
        personal_until=instant_or_none(place.until if place else None),
        arrived_at=instant_or_none(measured.arrived_at),
        window_ms=measured.window_ms,
        attended_ms=measured.attended_ms,
        observed_ms=measured.observed_ms,
        inferred_ms=measured.inferred_ms,
        bridged_ms=measured.bridged_ms,
        attendance=(
            round(measured.attended_ms / measured.window_ms, 4) if measured.window_ms else None
        ),
        late_ms=measured.late_ms,
        left_early_ms=measured.left_early_ms,
        reconnects=measured.reconnects,
        longest_gap_ms=measured.longest_gap_ms,
        network_lost_ms=measured.network_lost_ms,
        stray=person.stay.stray,
        camera=round(share[0] / share[1], 4) if share else None,
        camera_status=person.camera.status,
        participation=tenths(*exact) if exact else None,
        level=person.participation.level,
        components={
            signal: _component(part) for signal, part in person.participation.parts.items()
        },
        ramp=float(person.participation.ramp),
        quiet_ms=quiet_ms(person.counted, person.activity),
        findings=scored.findings,
        unidentified_guests=scored.unidentified_guests,
        policy=scored.policy.version,
        withdrawn=scored.withdrawn,
    )


def render_result(scored: Scored, result_id: str, score: Score) -> SessionResult:
    """The session result around a score, without publication data."""
    course, person, window = scored.course, scored.person, scored.window
    stay, first_host = person.stay, window.first_host
    there = clip(intersect(stay.observed, window.scheduled), None, course.now)
    before = there if first_host is None else clip(there, None, first_host)
    hosted = window.hosted is not None or first_host is not None
    return SessionResult(
        id=result_id,
        session=scored.session,
        participant=scored.participant,
        score=score,
        window=_spans(person.own_window),
        observed=_spans(clip(stay.observed, None, course.now)),
        inferred=_spans(clip(stay.inferred, None, course.now)),
        bridged=_spans(person.attendance.bridged),
        breaks=_spans(window.breaks),
        before_host_ms=length(before) if hosted else 0,
        after_host_ms=length(there) - length(before) if hosted else length(there),
        waiting=tuple(
            WaitingEpisode(
                since=instant(each.since),
                until=instant_or_none(each.until),
                admitted=each.admitted,
            )
            for each in stay.waiting
        ),
        not_admitted=_kept_waiting(scored),
        withdrawn=scored.withdrawn,
    )


def _spans(spans: Spans) -> tuple[Span, ...]:
    return tuple(Span(begins=instant(begin), ends=instant(end)) for begin, end in spans)


def _component(part: Part) -> Component:
    above, below = part.share
    return Component(
        available=part.available,
        exempt=part.exempt,
        counted=part.counted,
        target=round(part.target[0] / part.target[1], 4) if part.target else None,
        value=round(above / below, 4) if part.target else None,
        weight=part.weight,
    )


def _edges(episode: Episode) -> tuple[int, int | None]:
    return milliseconds(episode.since), milliseconds(episode.until) if episode.until else None


def _kept_waiting(scored: Scored) -> bool:
    waiting = scored.person.stay.waiting
    return bool(not_admitted(scored.course, scored.window, scored.policy, waiting, []))
