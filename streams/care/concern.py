"""Concern: something held against a person's weeks, or several sessions together."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from schemas.policy import Policy
from schemas.score import Figures
from schemas.violation import Rule, Severity
from streams.identity import identify

LABELS: Mapping[Rule, str] = {
    "weekly_attendance": "attendance of the week below the minimum",
    "consecutive_unexcused": "unexcused absences in a row",
    "absence_not_notified": "absent without a word",
    "repeated_lateness": "late again and again",
    "disengaged": "little participation seen, several times in a row",
    "participation_falling": "less participation than in the weeks before",
    "goal_missed": "a personal goal of the week missed",
    "technical_barrier": "technical trouble again and again",
    "dose_day_short": "fewer minutes in a day than asked for",
    "dose_week_short": "fewer minutes in a week than asked for",
}
WARNINGS = frozenset({"weekly_attendance", "consecutive_unexcused"})

Spell = tuple[int, int | None]
"""Since when and until when, in ms; None while it lasts."""


class Concern(NamedTuple):
    """Something held against a person's weeks or sessions.

    `latest` (ms) is when it last got worse; `settled` that nothing but a correction changes it.
    `session` and `week` are what it is named by.
    """

    id: str
    rule: Rule
    program: str
    session: str | None
    week: date | None
    spells: tuple[Spell, ...]
    status: Literal["open", "resolved", "stood"]
    pending: bool
    settled: bool
    latest: int
    evidence: Figures
    policy: Policy

    @property
    def severity(self) -> Severity:
        """A warning where somebody's place may come to depend on it."""
        return "warning" if self.rule in WARNINGS else "info"


def rounded(value: Fraction | None, digits: int) -> float | None:
    """Half up, from the exact value, so that reading never depends on how floats round."""
    if value is None:
        return None
    scale: int = 10**digits
    twice = 2 * value.denominator
    return (value.numerator * scale * 2 + value.denominator) // twice / scale


def concern_id(participant: str, *parts: str) -> str:
    """The one violation of a rule by what names it: program and rule, then session or week."""
    return identify("violation", participant, *parts)
