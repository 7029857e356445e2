"""Concerns: what weeks and sessions amount to, beyond the findings in them (measures.md 3.5)."""

from collections.abc import Iterator
from datetime import date

from schemas.score import Figures
from schemas.violation import Rule
from streams.care.concern import Concern, concern_id, rounded
from streams.care.dose import Dose
from streams.care.excuse import told_at
from streams.care.outcome import Counted
from streams.care.patterns import patterns
from streams.care.program import ProgramView, WeekView
from streams.care.staff import Said


def concerns(participant: str, program: ProgramView, staff: Said) -> list[Concern]:
    """Everything that weeks and several sessions of one program amount to."""
    found: list[Concern] = []
    for week in program.weeks:
        found += _weekly_attendance(participant, program.name, week)
        found += _dose_short(participant, program.name, week)
    for counted in program.counted:
        found += _absence_not_notified(participant, program, counted, staff)
    return [*found, *patterns(participant, program, staff)]


def _weekly_attendance(participant: str, program: str, week: WeekView) -> Iterator[Concern]:
    tally = week.tally
    if not tally.broken:
        return
    last = tally.broken[-1]
    label = week.span.label
    yield Concern(
        id=concern_id(participant, program, "weekly_attendance", label.isoformat()),
        rule="weekly_attendance",
        program=program,
        session=None,
        week=label,
        spells=tuple((each.since, each.until) for each in tally.broken),
        status="resolved" if last.until is not None else "stood" if tally.closed else "open",
        pending=last.pending,
        settled=tally.closed,
        latest=last.since,
        evidence={
            "due": tally.due,
            "earned": tally.earned,
            "to_come": tally.to_come,
            "pending": tally.pending,
            "rate": rounded(tally.rate, 4),
            "base": rounded(tally.base, 4),
            "best": rounded(tally.best, 4),
            "minimum": float(week.span.policy.week.minimum),
            "standing": tally.standing,
            "by": week.span.policy.week.by,
        },
        policy=week.span.policy,
    )


def _dose_short(participant: str, program: str, week: WeekView) -> Iterator[Concern]:
    """Never where less was offered than is asked for."""
    if not week.span.policy.dose.alert:
        return
    dose, tally, label = week.dose, week.tally, week.span.label
    for day in dose.days:
        if day.settled and day.offered >= dose.day_asked and not dose.enough(day):
            yield _short(
                participant,
                program,
                week,
                "dose_day_short",
                day.day,
                day.ends_at,
                day.final,
                {"observed_ms": day.observed, "asked_ms": dose.day_asked},
            )
    since = _short_since(dose)
    if since is not None:
        yield _short(
            participant,
            program,
            week,
            "dose_week_short",
            label,
            since,
            tally.closed,
            {
                "observed_ms": dose.observed,
                "asked_ms": dose.week_asked,
                "to_come_ms": dose.to_come,
                "qualifying_days": dose.qualifying,
                "days_asked": dose.days_asked,
            },
        )


def _short_since(dose: Dose) -> int | None:
    """The end (ms) of the day after which the week could not reach any more what it asks."""
    offered_days = sum(day.offered >= dose.day_asked for day in dose.days)
    reachable = {day.day: max(day.offered, day.observed) for day in dose.days}
    for day in sorted(dose.days, key=lambda day: day.ends_at):
        if not day.settled:
            continue
        reachable[day.day] = day.observed
        days = sum(length >= dose.least_day for length in reachable.values())
        minutes_short = dose.offered >= dose.week_asked and (
            sum(reachable.values()) < dose.least_week
        )
        if minutes_short or offered_days >= dose.days_asked > days:
            return day.ends_at
    return None


def _short(
    participant: str,
    program: str,
    week: WeekView,
    rule: Rule,
    day: date,
    since: int,
    stood: bool,
    evidence: Figures,
) -> Concern:
    return Concern(
        id=concern_id(participant, program, rule, day.isoformat()),
        rule=rule,
        program=program,
        session=None,
        week=week.span.label,
        spells=((since, None),),
        status="stood" if stood else "open",
        pending=False,
        settled=stood,
        latest=since,
        evidence={"day": day.isoformat(), **evidence},
        policy=week.span.policy,
    )


def _absence_not_notified(
    participant: str, program: ProgramView, counted: Counted, staff: Said
) -> Iterator[Concern]:
    """A notice ends it that came too late to prevent it."""
    result = counted.result
    absent = result.over and result.standing == "absent" and not result.needs_review
    if not absent or counted.outcome in ("credited", "excused"):
        return
    policy = program.policies[result.session]
    deadline = counted.starts_at + policy.notice.told_until
    told = told_at(staff.sessions.get(result.session, ()))
    if told is not None and told <= deadline:
        return
    final = result.phase == "final"
    yield Concern(
        id=concern_id(participant, result.session, "absence_not_notified"),
        rule="absence_not_notified",
        program=program.name,
        session=result.session,
        week=None,
        spells=((deadline, told),),
        status="resolved" if told is not None else "stood" if final else "open",
        pending=counted.outcome == "pending",
        settled=final,
        latest=deadline,
        evidence={"threshold_ms": int(policy.notice.told_until)},
        policy=policy,
    )
