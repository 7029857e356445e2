"""Patience: both sides of every threshold."""

from math import inf

import pytest

from streams.worker.patience import waits


@pytest.mark.parametrize(
    ("behind_ms", "waited_s", "cost_s", "expected"),
    [
        (10_000, 0.0, inf, False),
        (10_001, 0.0, inf, True),
        (0, 0.0, 1.0, False),
        (60_000, 4.9, 1.0, True),
        (60_000, 5.0, 1.0, False),
        (60_000, 19.9, 8.0, True),
        (60_000, 20.0, 8.0, False),
        (60_000, 19.9, inf, True),
        (60_000, 20.0, inf, False),
        (60_000, 0.0, 0.0, False),
    ],
)
def test_looks_wait_while_far_behind_until_they_are_cheap_or_long_overdue(
    behind_ms: int, waited_s: float, cost_s: float, expected: bool
) -> None:
    assert waits(behind_ms, waited_s, cost_s) is expected
