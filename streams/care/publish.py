"""Publish: what was counted and judged as the records that leave the care stage."""

from collections.abc import Iterator
from functools import partial

from schemas.instants import instant, instant_or_none
from schemas.policy import Policies
from schemas.score import Episode
from schemas.topics import RECOMMENDATIONS, VIOLATIONS, WEEKS
from schemas.violation import Violation
from schemas.week import ServiceDay, SessionOutcome, Week
from streams.care.concern import LABELS, Concern, rounded
from streams.care.facts import Result
from streams.care.grounds import week_id
from streams.care.mend import Links
from streams.care.outcome import Counted
from streams.care.program import WeekView
from streams.care.recommendations import Advised, recommendation
from streams.care.staff import Said
from streams.care.violations import Held, incident_id, signature, violation
from streams.identity import identify
from streams.stage import Output, Pace


def held_output(participant: str, result: Result, held: Held) -> Output:
    """A violation in one session."""
    return Output(
        id=held.id,
        topic=VIOLATIONS.name,
        key=participant,
        kind="rollcall.violation.v1",
        signature=signature(result, held),
        pace=Pace.SIGNATURE,
        final=result.phase == "final",
        render=partial(violation, participant, result, held),
        status=held.status,
        correction=result.correction,
    )


def concern_output(participant: str, concern: Concern) -> Output:
    """A violation of a week, or of several sessions together."""
    return Output(
        id=concern.id,
        topic=VIOLATIONS.name,
        key=participant,
        kind="rollcall.violation.v1",
        signature=concern.status,
        pace=Pace.AT_ONCE,
        final=concern.settled,
        render=partial(_concern, participant, concern),
        status=concern.status,
    )


def _concern(participant: str, concern: Concern) -> Violation:
    of_session = concern.rule == "absence_not_notified" and concern.session is not None
    return Violation(
        id=concern.id,
        incident=(
            incident_id(participant, concern.session or "")
            if of_session
            else identify("incident", concern.id)
        ),
        rule=concern.rule,
        severity=concern.severity,
        label=LABELS[concern.rule],
        participant=participant,
        session=concern.session,
        program=concern.program,
        since=instant(concern.spells[0][0]),
        until=instant_or_none(concern.spells[-1][1]),
        episodes=tuple(
            Episode(since=instant(since), until=instant_or_none(until), figures={})
            for since, until in concern.spells
        ),
        evidence=concern.evidence,
        policy=concern.policy.version,
        excuse="pending" if concern.pending else None,
        week=concern.week,
    )


def advised_output(
    participant: str, advised: Advised, staff: Said, policies: Policies, now: int
) -> Output:
    """A recommendation."""
    return Output(
        id=advised.id,
        topic=RECOMMENDATIONS.name,
        key=participant,
        kind="rollcall.recommendation.v1",
        signature="",
        pace=Pace.AT_ONCE,
        final=False,
        render=partial(recommendation, participant, advised, staff, policies, now),
        status="open" if advised.holds else "resolved",
    )


def week_output(
    participant: str, program: str, week: WeekView, links: Links, overlapping: set[str]
) -> Output:
    """A week; one without anything of the person's is news only to those who saw it before."""
    return Output(
        id=week_id(participant, program, week.span.label),
        topic=WEEKS.name,
        key=participant,
        kind="rollcall.week.v1",
        signature=_figures(week, links, overlapping),
        pace=Pace.SIGNATURE,
        final=week.tally.closed,
        render=partial(_week, participant, program, week, links, overlapping),
        withdrawn=not week.belongs,
    )


def _figures(week: WeekView, links: Links, overlapping: set[str]) -> str:
    """Everything that a week's record says: while it stays as it is nothing is rendered."""
    tally, dose, goals = week.tally, week.dose, week.goals
    figures = (
        tally[2:-1],
        [
            (result.session, result.order, counted[3:], result.session in overlapping, due, earned)
            for counted, due, earned in tally.entries
            for result in (counted.result,)
        ],
        (dose.days, dose.day_asked, dose.week_asked),
        (week.attended_ms, week.mean, week.trend, week.practised, week.belongs),
        (goals.practice_days, goals.participation) if goals else None,
        (*_remarks(week, links), week.span.policy.version),
    )
    return identify(repr(figures))


def _week(
    participant: str, program: str, week: WeekView, links: Links, overlapping: set[str]
) -> Week:
    span, tally, dose = week.span, week.tally, week.dose
    policy, goals = span.policy, week.goals
    return Week(
        id=week_id(participant, program, span.label),
        participant=participant,
        program=program,
        week=span.label,
        zone=policy.zone,
        starts_at=instant(span.begins),
        ends_at=instant(span.ends),
        closes_at=instant(tally.closes_at),
        phase="closed" if tally.closed else "running",
        standing=tally.standing,
        by=policy.week.by,
        due=tally.due,
        earned=tally.earned,
        to_come=tally.to_come,
        pending=tally.pending,
        arranged=tally.arranged,
        missed=tally.missed,
        excused=tally.excused,
        rate=rounded(tally.rate, 4),
        base=rounded(tally.base, 4),
        best=rounded(tally.best, 4),
        minimum=float(policy.week.minimum),
        goal=float(policy.week.goal),
        outcomes=tuple(_outcome(each.counted, overlapping) for each in tally.entries),
        days=tuple(
            ServiceDay(
                day=day.day,
                observed_ms=day.observed,
                to_come_ms=day.to_come,
                asked_ms=dose.day_asked,
                enough=dose.enough(day),
            )
            for day in dose.days
        ),
        attended_ms=week.attended_ms,
        observed_ms=dose.observed,
        asked_ms=dose.week_asked,
        qualifying_days=dose.qualifying,
        participation=rounded(week.mean.value, 1),
        scored_sessions=week.mean.scored,
        baseline=rounded(week.trend.baseline, 1),
        trend=rounded(week.trend.distance, 1),
        practice_days=week.practised,
        practice_goal=goals.practice_days if goals else None,
        participation_goal=goals.participation if goals else None,
        remarks=tuple(_remarks(week, links)),
        policy=policy.version,
        withdrawn=not week.belongs,
    )


def _remarks(week: WeekView, links: Links) -> Iterator[str]:
    """Make-ups that cannot count, and why; one of an unknown session where it would be held."""
    sessions = {each.counted.result.session for each in week.tally.entries}
    for session, why in links.remarks:
        if session in sessions:
            yield f"make-up of {session}: {why}"
    for session, at in links.dangling:
        if week.span.begins <= at < week.span.ends:
            yield f"make-up of {session}: no_such_session"


def _outcome(counted: Counted, overlapping: set[str]) -> SessionOutcome:
    result = counted.result
    return SessionOutcome(
        session=result.session,
        kind=result.kind,  # type: ignore[arg-type]  # checked when the schedule was decoded
        starts_at=instant(counted.starts_at),
        outcome=counted.outcome,
        standing=result.standing,  # type: ignore[arg-type]  # written by the session stage
        attended_ms=result.attended_ms,
        window_ms=result.window_ms,
        reason=counted.reason,
        mended_by=None if counted.mend is None else counted.mend.session,
        overlap=result.session in overlapping,
    )
