"""Watchdog: ends the process when it is alive and does not get on.

A worker that hangs keeps its partitions: heartbeats come from the consumer's own thread. Dead,
it loses them within seconds to one that works. It watches from a thread of its own, because the
event loop is one of the things that can hang.
"""

import threading
import time
from collections.abc import Callable

from streams.worker.halt import halt
from streams.worker.ownership import Ownership

LOOK_EVERY_S = 1.0
LATE_S = 5.0
"""If the watchdog itself is so late, the whole process stood still, and gets another chance."""


class Watchdog(threading.Thread):
    """Halts when one of its reasons has lasted for `limit_s`; `beat` is called by the loop."""

    def __init__(
        self, ownership: Ownership, limit_s: float, give_up: Callable[[str], object] = halt
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._ownership = ownership
        self._limit_s = limit_s
        self._give_up = give_up
        self._beaten_at = time.monotonic()
        self._stopped = threading.Event()

    def beat(self) -> None:
        """The event loop is alive."""
        self._beaten_at = time.monotonic()

    def stop(self) -> None:
        """No more watching."""
        self._stopped.set()

    def run(self) -> None:
        looked_at = time.monotonic()
        while not self._stopped.wait(LOOK_EVERY_S):
            now = time.monotonic()
            stood_still = now - looked_at > LATE_S
            looked_at = now
            if not stood_still and (reason := self.reason(now)):
                self._give_up(reason)
                return

    def reason(self, now: float) -> str | None:
        """Why the process should end, if it should; `now` in monotonic seconds."""
        oldest = now - self._limit_s
        if self._beaten_at < oldest:
            return f"the event loop has stood still for {now - self._beaten_at:.0f} s"
        changing_since = self._ownership.changing_since
        if changing_since is not None and changing_since < oldest:
            return f"a rebalance has not finished for {now - changing_since:.0f} s"
        for task in list(self._ownership.tasks.values()):
            if task.lag and task.moving_at < oldest:
                waited = now - task.moving_at
                return f"{task.place}: {task.lag} offsets behind, no progress for {waited:.0f} s"
            if task.in_order_at < oldest:
                return f"{task.place}: no checkpoint for {now - task.in_order_at:.0f} s"
        return None
