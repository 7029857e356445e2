"""Patterns: what several sessions or weeks in a row amount to (measures.md 3.5).

Excused, pending, void and unknown sessions, and unexcused partial ones, neither extend nor
break a run. Where a rule looks at the last sessions arrived at, partial ones are among them.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from schemas.policy import Policy
from schemas.score import Figures
from schemas.violation import Rule
from streams.care.concern import Concern, concern_id
from streams.care.excuse import waived
from streams.care.facts import Result, Run
from streams.care.outcome import Counted
from streams.care.program import ProgramView, WeekView
from streams.care.runs import Found, Step, among_the_last, in_a_row
from streams.care.staff import Said

UNDECIDED = ("excused", "pending")


def patterns(participant: str, program: ProgramView, staff: Said) -> Iterator[Concern]:
    """Every pattern in one program."""
    sessions: tuple[tuple[Rule, list[Found]], ...] = (
        ("consecutive_unexcused", in_a_row(_absences(program), _warn)),
        ("repeated_lateness", _lateness(program, staff)),
        ("disengaged", in_a_row(_passive(program), lambda policy: policy.disengaged.count)),
        ("technical_barrier", _technical(program)),
    )
    for rule, found in sessions:
        for each in found:
            yield _concern(participant, program, rule, each, session=each.steps[0].name)
    weeks: tuple[tuple[Rule, Iterable[Step]], ...] = (
        ("participation_falling", _falling(program)),
        ("goal_missed", _goals(program)),
    )
    for rule, steps in weeks:
        for each in in_a_row(steps, lambda policy: 1):
            week = date.fromisoformat(each.steps[0].name)
            yield _concern(participant, program, rule, each, week=week)


def _concern(
    participant: str,
    program: ProgramView,
    rule: Rule,
    found: Found,
    session: str | None = None,
    week: date | None = None,
) -> Concern:
    evidence: Figures = {"count": sum(bool(step.hit) for step in found.steps)}
    if rule == "consecutive_unexcused":
        review = found.policy.streak.review
        evidence |= {"warn": found.policy.streak.warn, "review": review}
        evidence["flagged_for_review"] = str(len(found.steps) >= review).lower()
    return Concern(
        id=concern_id(participant, program.name, rule, found.steps[0].name),
        rule=rule,
        program=program.name,
        session=session,
        week=week,
        spells=((found.since, found.until),),
        status="open" if found.until is None else "resolved",
        pending=False,
        settled=False,
        latest=max(found.since, found.steps[-1].at),
        evidence=evidence,
        policy=found.policy,
    )


def _warn(policy: Policy) -> int:
    return policy.streak.warn


def absences_before(program: ProgramView, ends: int) -> Run | None:
    """The run of unexcused absences that sessions before `ends` ms left unbroken."""
    run: list[Step] = []
    for step in _absences(program, ends):
        if step.hit is not None:
            run = [*run, step] if step.hit else []
    if not run:
        return None
    found = in_a_row(run, _warn)
    return Run(run[0].name, len(run), found[0].since if found else run[-1].at)


def _absences(program: ProgramView, before: int | None = None) -> Iterator[Step]:
    """Unexcused absences; any credited session breaks a run, also one attended as a guest."""
    if program.run is not None:
        policy = program.latest_policy
        since = program.run.since
        yield from [Step(program.run.first, since, True, policy)] * program.run.count
    steps = [
        (each.starts_at, _step(program, each.result, each.result.ends_at, _absence(each)))
        for each in program.counted
    ]
    steps += [
        (each.starts_at or 0, _step(program, each, each.ends_at, False)) for each in program.guest
    ]
    for starts_at, step in sorted(steps, key=lambda pair: (pair[0], pair[1].name)):
        if before is None or starts_at < before:
            yield step


def _absence(counted: Counted) -> bool | None:
    if counted.outcome == "credited":
        return False
    if counted.outcome != "unexcused":
        return None
    return True if counted.staff or counted.result.standing == "absent" else None


def _step(program: ProgramView, result: Result, at: int, hit: bool | None) -> Step:
    return Step(result.session, at, hit, program.policies[result.session])


def _lateness(program: ProgramView, staff: Said) -> list[Found]:
    steps = (
        _step(program, each.result, each.result.arrived_at, _late(each, staff))
        for each in program.counted
        if each.result.arrived_at is not None
    )
    return among_the_last(
        steps, lambda policy: policy.lateness.count, lambda policy: policy.lateness.among
    )


def _late(counted: Counted, staff: Said) -> bool | None:
    if counted.outcome in UNDECIDED:
        return None
    session = counted.result.session
    return counted.result.found("late") and "late" not in waived(staff.sessions.get(session, ()))


def _passive(program: ProgramView) -> Iterator[Step]:
    """Attended sessions; unknown levels and weeks in which less is asked say nothing."""
    for each in program.counted:
        result = each.result
        if each.outcome != "credited" or not result.over:
            continue
        unknown = result.level == "unknown" or result.session in program.unscored
        passive = None if unknown or not result.ramped else result.level == "passive"
        yield _step(program, result, result.ends_at, passive)


def _technical(program: ProgramView) -> list[Found]:
    steps = (
        _step(program, each.result, each.result.ends_at, _troubled(program, each))
        for each in program.counted
        if each.result.over and each.result.arrived_at is not None
    )
    return among_the_last(
        steps, lambda policy: policy.technical.count, lambda policy: policy.technical.among
    )


def _troubled(program: ProgramView, counted: Counted) -> bool | None:
    if counted.outcome in UNDECIDED:
        return None
    rules, result = program.policies[counted.result.session].technical, counted.result
    return result.reconnects >= rules.reconnects or result.network_lost_ms >= rules.network_lost


def _falling(program: ProgramView) -> Iterator[Step]:
    for week in program.weeks:
        rules = week.span.policy.trend
        if week.trend.distance is None or week.mean.scored < rules.min_scored:
            continue
        at = max(each.ends_at for each in week.seen if each.participation is not None)
        hit = week.trend.distance <= -rules.falling_by
        yield Step(week.span.label.isoformat(), at, hit, week.span.policy)


def _goals(program: ProgramView) -> Iterator[Step]:
    for week in program.weeks:
        if week.tally.closed:
            at = week.tally.closes_at
            yield Step(week.span.label.isoformat(), at, _goal_missed(week), week.span.policy)


def _goal_missed(week: WeekView) -> bool | None:
    """None where there is no goal, or nothing was asked of the person."""
    if week.goals is None or not week.tally.due:
        return None
    said: list[bool] = []
    if week.goals.practice_days is not None:
        said.append(week.practised < week.goals.practice_days)
    if week.goals.participation is not None and week.mean.value is not None:
        said.append(week.mean.value < week.goals.participation)
    return any(said) if said else None
