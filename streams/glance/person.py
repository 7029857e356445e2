"""Person: one person's week as lines."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.recommendation import Recommendation
from schemas.violation import Violation
from schemas.week import SessionOutcome, Week
from streams import wording
from streams.glance.figures import amount, bar, minutes, percent, possible, standing
from streams.glance.view import OPEN, Glance


def person(glance: Glance) -> Iterator[str]:
    """The week from its standing down to its days, sessions and what to do."""
    week = glance.week
    zone = ZoneInfo(week.zone)
    over = "" if week.phase == "running" else ", closed"
    yield f"{week.participant} in {week.program}, week of {_day(week)} ({week.zone}){over}"
    yield f"{standing(week)[:1].upper()}{standing(week)[1:]}"
    yield ""
    yield from _counts(glance)
    yield ""
    yield "Days: minutes of those asked for; what is still to come is lighter"
    for day in week.days:
        coming = f", {minutes(day.to_come_ms)} to come" if day.to_come_ms else ""
        had = f"{minutes(day.observed_ms)} of {minutes(day.asked_ms)} min{coming}"
        yield f"  {day.day:%a %d %b}  {bar(day)}  {had}"
    yield ""
    yield "Sessions"
    for each in week.outcomes or ():
        yield f"  {_session(each, zone)}"
    if not week.outcomes:
        yield "  none is asked of this person"
    yield from _titled("Violations", [_violation(each, zone) for each in glance.violations])
    advised = [_recommendation(each, zone) for each in glance.recommendations]
    yield from _titled("Recommendations, for people to decide", advised)
    yield from _titled("Remarks", list(week.remarks), none=False)


def _day(week: Week) -> str:
    return f"{week.week:%a} {week.week.day} {week.week:%b %Y}"


def _counts(glance: Glance) -> Iterator[str]:
    week = glance.week
    earned = f"{amount(week, week.earned)} earned of {amount(week, week.due)} due"
    rest = [
        f"{amount(week, number)} {what}"
        for number, what in (
            (week.to_come, "to come"),
            (week.pending, "waiting for a decision"),
            (week.arranged, "in make-ups arranged"),
        )
        if number
    ]
    yield f"  attendance      {', '.join((earned, *rest))}"
    if week.missed or week.excused:
        yield f"                  {week.missed} missed, {week.excused} excused"
    if week.phase == "running":
        yield f"  still possible  {possible(week)}"
    else:
        yield f"  reached         {percent(week.rate)}; {percent(week.minimum)} is asked for"
    offered = f", {minutes(glance.offered_ms)} still offered" if glance.offered_ms else ""
    yield (
        f"  minutes         {minutes(week.observed_ms)} of {minutes(week.asked_ms)}: "
        f"{minutes(glance.to_go_ms)} to go{offered}"
    )
    if week.participation is not None:
        trend = "" if week.trend is None else f", {week.trend:+g} to the weeks before"
        yield f"  participation   {week.participation:g} of 100{trend}"
    if week.practice_days or week.practice_goal:
        goal = f" of {week.practice_goal}" if week.practice_goal else ""
        yield f"  practice        {week.practice_days}{goal} days"


def _session(each: SessionOutcome, zone: ZoneInfo) -> str:
    remarks = [each.reason and wording.acquittal(each.reason)]
    remarks.append(each.mended_by and f"by {each.mended_by}")
    remarks.append("in another session at the same time" if each.overlap else None)
    said = "; ".join(filter(None, remarks))
    had = f"{minutes(each.attended_ms)} of {minutes(each.window_ms)} min"
    return (
        f"{_at(each.starts_at, zone)}  {each.session:<12} {each.kind or '-':<10} "
        f"{wording.OUTCOMES[each.outcome]:<14} {had:>14}{f'  {said}' if said else ''}"
    )


def _violation(each: Violation, zone: ZoneInfo) -> str:
    status = "open" if each.status in OPEN else "stands"
    excuse = ", waiting for a decision" if each.excuse else ""
    where = "" if each.session is None or each.week is not None else f" in {each.session}"
    return (
        f"{each.label}{where}: {each.severity}, {status}, "
        f"since {_at(each.since, zone)}{excuse} ({each.rule})"
    )


def _recommendation(each: Recommendation, zone: ZoneInfo) -> str:
    state = [f"by {_at(each.due_at, zone)}"]
    if each.acknowledged_at:
        state.append("taken on")
    if each.snoozed_until:
        state.append(f"put off until {_at(each.snoozed_until, zone)}")
    why = ", ".join(dict.fromkeys(reason.what for reason in each.reasons))
    return f"{each.label}: {each.role}, {', '.join(state)} ({each.kind}: {why})"


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %H:%M}"


def _titled(title: str, lines: list[str], none: bool = True) -> Iterator[str]:
    if lines or none:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines or ["none"])
