"""Which instant a partition is looked at."""

import time

import pytest

from streams.worker.clock import TOLERATED_MS, Clock, ClockError


def wall() -> int:
    return time.time_ns() // 1_000_000


def test_behind_now_is_the_append_time_of_the_last_record() -> None:
    clock = Clock()
    clock.folded(1_000)
    clock.folded(2_000)

    assert clock.now(caught_up=False) == 2_000


def test_caught_up_now_is_the_wall_clock() -> None:
    clock = Clock()
    clock.folded(1_000)
    clock.told(wall())

    assert wall() - 1_000 < clock.now(caught_up=True) <= wall()


def test_now_never_goes_back() -> None:
    clock = Clock(floor=5_000)
    clock.folded(4_000)
    assert clock.now(caught_up=False) == 5_000

    later = clock.now(caught_up=True)
    clock.folded(6_000)
    assert clock.now(caught_up=False) == later


def test_nothing_folded_yet_is_no_instant() -> None:
    assert Clock().now(caught_up=False) == 0


@pytest.mark.parametrize(
    ("broker_ahead_ms", "told"),
    [(TOLERATED_MS + 10_000, "70 s behind"), (-TOLERATED_MS - 10_000, "70 s ahead of")],
)
def test_a_clock_far_from_the_brokers_is_refused(broker_ahead_ms: int, told: str) -> None:
    clock = Clock()
    clock.told(wall() + broker_ahead_ms)

    with pytest.raises(ClockError, match=told):
        clock.now(caught_up=True)


@pytest.mark.parametrize("broker_ahead_ms", [TOLERATED_MS - 5_000, -TOLERATED_MS + 5_000])
def test_a_clock_near_the_brokers_is_believed(broker_ahead_ms: int) -> None:
    clock = Clock()
    clock.told(wall() + broker_ahead_ms)

    assert clock.now(caught_up=True) <= wall()


def test_a_clock_far_from_the_brokers_does_not_matter_while_behind() -> None:
    clock = Clock()
    clock.told(wall() + 10 * TOLERATED_MS)
    clock.folded(7_000)

    assert clock.now(caught_up=False) == 7_000
