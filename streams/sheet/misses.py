"""Misses: how many of a week's sessions a policy lets pass."""

from math import floor

from schemas.policy import Policy

SESSIONS_A_WEEK = (1, 2, 3, 4, 5)
"""As many as programs offer."""


def allowed_misses(policy: Policy, sessions: int) -> int:
    """How many of a week's sessions may be missed without a violation, make-ups aside."""
    by_share = floor(sessions * (1 - policy.week.minimum))
    return min(max(by_share, policy.week.allowed_misses), sessions)
