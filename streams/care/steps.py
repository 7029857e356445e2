"""Steps: how each rule sees sessions and weeks, in order of time (measures.md 3.5).

A step that says nothing to a rule is None: excused, pending and unknown sessions, and unexcused
partial ones where absences are looked for. Void ones are no sessions at all.
"""

from collections.abc import Iterator

from schemas.score import Figures
from streams.care.concern import rounded
from streams.care.excuse import waived
from streams.care.facts import Result
from streams.care.outcome import Counted
from streams.care.program import ProgramView, WeekView
from streams.care.runs import Step
from streams.care.staff import Said

UNDECIDED = ("excused", "pending")


def absences(program: ProgramView, staff: Said) -> Iterator[Step]:
    """Unexcused absences; any attended session breaks a run, also a guest's or a make-up."""
    steps = [_step(program, each, each.result.ends_at, _absence(each)) for each in program.counted]
    steps += [
        Step(each.session, each.starts_at or 0, each.ends_at, False, program.policies[each.session])
        for each in program.guest
    ]
    yield from sorted(steps, key=lambda step: (step.starts_at, step.name))


def _absence(counted: Counted) -> bool | None:
    if counted.outcome == "credited":
        return False
    if counted.outcome != "unexcused":
        return None
    return True if counted.staff or counted.result.standing == "absent" else None


def _step(
    program: ProgramView,
    counted: Counted,
    at: int,
    hit: bool | None,
    figures: Figures | None = None,
) -> Step:
    name = counted.result.session
    return Step(name, counted.starts_at, at, hit, program.policies[name], figures)


def lateness(program: ProgramView, staff: Said) -> Iterator[Step]:
    for each in program.counted:
        if each.result.arrived_at is not None:
            yield _step(program, each, each.result.arrived_at, _late(each, staff))


def _late(counted: Counted, staff: Said) -> bool | None:
    if counted.outcome in UNDECIDED or counted.spared:
        return None
    session = counted.result.session
    return counted.result.found("late") and "late" not in waived(staff.sessions.get(session, ()))


def passive(program: ProgramView, staff: Said) -> Iterator[Step]:
    """Attended sessions; unknown levels and weeks in which less is asked say nothing."""
    for each in program.counted:
        result = each.result
        if each.outcome != "credited" or not result.over:
            continue
        unknown = result.level == "unknown" or result.session in program.unscored
        passive = None if unknown or not result.ramped else result.level == "passive"
        yield _step(program, each, result.ends_at, passive)


def technical(program: ProgramView, staff: Said) -> Iterator[Step]:
    for each in program.counted:
        result = each.result
        if result.over and result.arrived_at is not None:
            seen: Figures = {
                "reconnects": result.reconnects,
                "network_lost_ms": result.network_lost_ms,
            }
            yield _step(program, each, result.ends_at, _troubled(program, each), seen)


def _troubled(program: ProgramView, counted: Counted) -> bool | None:
    if counted.outcome in UNDECIDED:
        return None
    rules, result = program.policies[counted.result.session].technical, counted.result
    return result.reconnects >= rules.reconnects or result.network_lost_ms >= rules.network_lost


def falling(program: ProgramView, staff: Said) -> Iterator[Step]:
    for week in program.weeks:
        rules, trend = week.span.policy.trend, week.trend
        if trend.distance is None or week.mean.scored < rules.min_scored:
            continue
        at = max(each.ends_at for each in week.seen if _scored(program, each))
        seen: Figures = {
            "mean": rounded(week.mean.value, 1),
            "baseline": rounded(trend.baseline, 1),
            "trend": rounded(trend.distance, 1),
        }
        yield _week(week, at, trend.distance <= -rules.falling_by, seen)


def _scored(program: ProgramView, result: Result) -> bool:
    return (
        result.over and result.participation is not None and result.session not in program.unscored
    )


def _week(week: WeekView, at: int, hit: bool | None, seen: Figures) -> Step:
    span = week.span
    return Step(span.label.isoformat(), span.begins, at, hit, span.policy, seen)


def goals(program: ProgramView, staff: Said) -> Iterator[Step]:
    for week in program.weeks:
        if week.tally.closed and week.goals is not None:
            seen: Figures = {
                "practice_days": week.practised,
                "practice_goal": week.goals.practice_days,
                "participation": rounded(week.mean.value, 1),
                "participation_goal": week.goals.participation,
            }
            yield _week(week, week.tally.closes_at, _goal_missed(week), seen)


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
