"""The watchdog: every reason with its fault, on a real loop where one is needed."""

import asyncio
import threading
import time
from typing import Any

import pytest

from streams.settings import Settings
from streams.worker.failpoints import Failpoints
from streams.worker.metrics import WorkerMetrics
from streams.worker.ownership import Ownership
from streams.worker.tools import Tools
from streams.worker.watchdog import Watchdog

LIMIT_S = 10.0


class Standing:
    """A partition that stands where the test wants it to."""

    place = "telemetry/0"

    def __init__(self, lag: int = 0, moved_s: float = 0.0, in_order_s: float = 0.0) -> None:
        now = time.monotonic()
        self.lag = lag
        self.moving_at = now - moved_s
        self.in_order_at = now - in_order_s


@pytest.fixture
def ownership() -> Ownership:
    def nowhere(tp: Any) -> Any:
        raise AssertionError(tp)

    tools = Tools(Settings(bootstrap="nowhere:1"), WorkerMetrics(), Failpoints())
    return Ownership(tools, nowhere)


def reason(ownership: Ownership, *tasks: Standing) -> str | None:
    ownership.tasks = dict(enumerate(tasks))  # type: ignore[misc,assignment]
    return Watchdog(ownership, LIMIT_S).reason(time.monotonic())


def test_all_is_well(ownership: Ownership) -> None:
    assert reason(ownership) is None
    assert reason(ownership, Standing(lag=100, moved_s=1, in_order_s=1)) is None
    assert reason(ownership, Standing(lag=0, moved_s=3_600)) is None


def test_no_progress_while_records_wait(ownership: Ownership) -> None:
    told = reason(ownership, Standing(), Standing(lag=7, moved_s=11))

    assert told == "telemetry/0: 7 offsets behind, no progress for 11 s"


def test_no_checkpoint(ownership: Ownership) -> None:
    assert reason(ownership, Standing(in_order_s=12)) == "telemetry/0: no checkpoint for 12 s"


def test_a_rebalance_that_does_not_finish(ownership: Ownership) -> None:
    ownership.changing_since = time.monotonic() - 11

    assert reason(ownership) == "a rebalance has not finished for 11 s"


def test_an_event_loop_that_stands_still_is_noticed_from_outside(ownership: Ownership) -> None:
    given_up = threading.Event()
    reasons: list[str] = []

    def give_up(told: str) -> None:
        reasons.append(told)
        given_up.set()

    watchdog = Watchdog(ownership, 0.2, give_up)

    async def stall() -> None:
        watchdog.beat()
        watchdog.start()
        # A rule that never returns would do just this.
        assert given_up.wait(30)

    asyncio.run(stall())
    assert reasons[0].startswith("the event loop has stood still")


def test_told_to_stop_it_watches_no_more(ownership: Ownership) -> None:
    watchdog = Watchdog(ownership, 0.0, lambda told: pytest.fail(told))
    watchdog.start()
    watchdog.stop()
    watchdog.join(30)

    assert not watchdog.is_alive()
