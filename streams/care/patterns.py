"""Patterns: what several sessions or weeks in a row amount to (measures.md 3.5).

Excused, pending, void and unknown sessions, and unexcused partial ones, neither extend nor
break a run. Where a rule looks at the last sessions arrived at, partial ones are among them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from schemas.policy import Policy
from schemas.score import Figures
from schemas.violation import Rule
from streams.care.concern import Concern, concern_id
from streams.care.program import ProgramView
from streams.care.runs import Found, Step, among_the_last, in_a_row, reaching
from streams.care.staff import Said
from streams.care.steps import absences, falling, goals, lateness, passive, technical

LISTED = 20
"""As many names of sessions or weeks stand in the evidence, the latest."""


class Pattern(NamedTuple):
    """One rule: what it looks at, what it finds there, and its thresholds as evidence."""

    rule: Rule
    steps: Callable[[ProgramView, Said], Iterable[Step]]
    find: Callable[[Iterable[Step]], list[Found]]
    thresholds: Callable[[Policy], Figures]
    of_weeks: bool = False


def patterns(participant: str, program: ProgramView, staff: Said) -> Iterator[Concern]:
    """Every pattern in one program."""
    for pattern in PATTERNS:
        for found in pattern.find(_steps(pattern, program, staff)):
            # What ended in a sealed week was told, and went with it.
            if found.ended is None or not found.ended.sealed:
                yield _concern(participant, program, pattern, found)


def _steps(pattern: Pattern, program: ProgramView, staff: Said) -> list[Step]:
    sealed = program.sealed.get(pattern.rule, ())
    return [*sealed, *(step for step in pattern.steps(program, staff) if step.hit is not None)]


def steps_before(program: ProgramView, staff: Said, ends: int) -> dict[str, Sequence[Step]]:
    """By rule what later sessions and weeks need of those that began before `ends` ms."""
    kept: dict[str, Sequence[Step]] = {}
    for pattern in PATTERNS:
        steps = [step for step in _steps(pattern, program, staff) if step.starts_at < ends]
        kept[pattern.rule] = reaching(steps, pattern.find(steps))
    return {rule: steps for rule, steps in kept.items() if steps}


def _concern(participant: str, program: ProgramView, pattern: Pattern, found: Found) -> Concern:
    rule, first, last = pattern.rule, found.steps[0].name, found.looked[-1]
    hits = [step.name for step in found.looked if step.hit]
    return Concern(
        id=concern_id(participant, program.name, rule, first),
        rule=rule,
        program=program.name,
        session=None if pattern.of_weeks else first,
        week=date.fromisoformat(first) if pattern.of_weeks else None,
        spells=((found.since, found.until),),
        status="open" if found.until is None else "resolved",
        pending=False,
        settled=False,
        latest=found.latest,
        evidence={
            "count": len(hits),
            **pattern.thresholds(found.policy),
            **_flag(rule, len(hits), found.policy),
            **(last.figures or {}),
            "weeks" if pattern.of_weeks else "sessions": " ".join(hits[-LISTED:]),
        },
        policy=found.policy,
    )


def _flag(rule: Rule, count: int, policy: Policy) -> Figures:
    if rule != "consecutive_unexcused":
        return {}
    return {"flagged_for_review": str(count >= policy.streak.review).lower()}


def _one(policy: Policy) -> int:
    return 1


PATTERNS = (
    Pattern(
        "consecutive_unexcused",
        absences,
        partial(in_a_row, least=lambda policy: policy.streak.warn),
        lambda policy: {"warn": policy.streak.warn, "review": policy.streak.review},
    ),
    Pattern(
        "repeated_lateness",
        lateness,
        partial(
            among_the_last,
            count=lambda policy: policy.lateness.count,
            among=lambda policy: policy.lateness.among,
        ),
        lambda policy: {"threshold": policy.lateness.count, "among": policy.lateness.among},
    ),
    Pattern(
        "disengaged",
        passive,
        partial(in_a_row, least=lambda policy: policy.disengaged.count),
        lambda policy: {"threshold": policy.disengaged.count},
    ),
    Pattern(
        "technical_barrier",
        technical,
        partial(
            among_the_last,
            count=lambda policy: policy.technical.count,
            among=lambda policy: policy.technical.among,
        ),
        lambda policy: {
            "threshold": policy.technical.count,
            "among": policy.technical.among,
            "threshold_reconnects": policy.technical.reconnects,
            "threshold_network_lost_ms": int(policy.technical.network_lost),
        },
    ),
    Pattern(
        "participation_falling",
        falling,
        partial(in_a_row, least=_one),
        lambda policy: {"threshold": -policy.trend.falling_by},
        of_weeks=True,
    ),
    Pattern("goal_missed", goals, partial(in_a_row, least=_one), lambda policy: {}, of_weeks=True),
)
