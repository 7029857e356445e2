"""Misses: how many of a week's sessions a policy lets pass."""

from collections.abc import Sequence
from math import floor

from schemas.policy import Policy
from streams.sheet.words import span

SESSIONS_A_WEEK = (1, 2, 3, 4, 5)
"""As many as programs offer."""


def allowed_misses(policy: Policy, sessions: int) -> int:
    """How many of a week's sessions may be missed without a violation, make-ups aside."""
    by_share = floor(sessions * (1 - policy.week.minimum))
    return min(max(by_share, policy.week.allowed_misses), sessions)


def a_week(sessions: Sequence[int]) -> str:
    """Such as `1 session a week` or `1 to 4 sessions a week`."""
    return f"{span(sessions)} {'session' if list(sessions) == [1] else 'sessions'} a week"
