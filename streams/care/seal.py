"""Seal: what is left of weeks that nothing can reach any more (design.md 4).

Raw facts are kept for 16 weeks: far beyond corrections, make-ups and everything that a rule
looks back at. Of a whole week that is older its standing, attended time and participation stay,
and of every rule that looks at several sessions or weeks the steps that later ones follow.
"""

from collections.abc import Sequence

from schemas.care import (
    Accommodation,
    Discharged,
    Enrolled,
    GoalsAgreed,
    LeaveOfAbsence,
    Staff,
    Suspended,
)
from schemas.instants import DAY_MS, milliseconds
from schemas.policy import Policies
from streams.care.assess import assess, judged
from streams.care.calendar import week_of
from streams.care.facts import CareFacts, Result, SealedStep, SealedWeek
from streams.care.patterns import steps_before
from streams.care.program import ProgramView
from streams.care.staff import Said, SessionFact

KEPT_MS = 16 * 7 * DAY_MS
OLDEST_MS = 400 * DAY_MS
LONGEST_SESSION_MS = 2 * DAY_MS
LASTING = Enrolled | Discharged | LeaveOfAbsence | Suspended | GoalsAgreed | Accommodation
"""What holds until something else is said, or until its own end."""
SEALED_WEEKS = 60
"""Weeks of which anything stays: a year's."""
MOST_STEPS = 200
"""Of what goes on and on for longer than these the begin is forgotten."""


def seal(facts: CareFacts, participant: str, policies: Policies, now: int) -> Sequence[str]:
    """Summarise and drop what is old; returns the output ids to forget with it."""
    before = now - KEPT_MS
    old = {
        name
        for name, result in facts.results.items()
        if result.ends_at < before and _settles(result, policies) < before
    }
    spent = [name for name, fact in facts.staff.items() if _spent(fact, facts, old, now)]
    facts.sealed_before = max(facts.sealed_before, before)
    if not old:
        _drop(facts, old, spent)
        return ()
    published = _ids(participant, facts, policies, now)
    picture = judged(participant, facts, policies, now)
    for view in picture.programs:
        _summarise(facts, view, picture.staff, before)
    _drop(facts, old, spent)
    return sorted(published - _ids(participant, facts, policies, now))


def _ids(participant: str, facts: CareFacts, policies: Policies, now: int) -> set[str]:
    return {each.id for each in assess(participant, facts, policies, now).outputs}


def _settles(result: Result, policies: Policies) -> int:
    """When no session of its week lasts any more: weeks are dropped as a whole."""
    if result.program is None or result.starts_at is None:
        return result.ends_at
    return week_of(result.program, result.starts_at, policies).ends + LONGEST_SESSION_MS


def _summarise(facts: CareFacts, view: ProgramView, staff: Said, before: int) -> None:
    sealed = [week for week in view.weeks if week.span.ends + LONGEST_SESSION_MS < before]
    if not sealed:
        return
    weeks = facts.weeks.setdefault(view.name, {})
    for week in sealed:
        value = week.mean.value
        weeks[week.span.label.isoformat()] = SealedWeek(
            standing=week.tally.standing,
            attended_ms=week.attended_ms,
            participation=None if value is None else (value.numerator, value.denominator),
            scored=week.mean.scored,
        )
    for label in sorted(weeks)[:-SEALED_WEEKS]:
        del weeks[label]
    ends = max(week.span.ends for week in sealed)
    facts.steps[view.name] = {
        rule: tuple(
            SealedStep(step.name, step.starts_at, step.at, bool(step.hit), step.figures or {})
            for step in steps[-MOST_STEPS:]
        )
        for rule, steps in steps_before(view, staff, ends).items()
    }
    starts = facts.starts[view.name]
    while starts and starts[0] < ends:
        del starts[0]


def _drop(facts: CareFacts, old: set[str], spent: list[str]) -> None:
    for name in old:
        del facts.results[name]
    for name in spent:
        del facts.staff[name]


def _spent(fact: Staff, facts: CareFacts, old: set[str], now: int) -> bool:
    """Staff facts go with their session, or when the log itself no longer has them."""
    oldest = now - OLDEST_MS
    if isinstance(fact, SessionFact) and fact.session is not None:
        unknown = fact.session not in facts.results
        return fact.session in old or (unknown and milliseconds(fact.at) < oldest)
    if isinstance(fact, LASTING) and not fact.withdrawn:
        until = getattr(fact, "until", None)
        return until is not None and milliseconds(until) < oldest
    return milliseconds(fact.at) < oldest
