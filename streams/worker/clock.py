"""Clock: which instant a partition is looked at.

Time is data. While there is a backlog, now is the append time of the last record folded: an old
backlog must not open no-shows before its joins are read. Once caught up, now is the wall clock,
which the broker's append times must agree with. It never goes back.
"""

import time

from schemas.instants import MINUTE_MS

TOLERATED_MS = MINUTE_MS


class ClockError(Exception):
    """This machine's clock cannot be believed; the message is one line."""


class Clock:
    """The clock of one partition, in milliseconds UTC."""

    def __init__(self, floor: int = 0) -> None:
        """`floor` is the last instant at which the partition was looked at, by anyone."""
        self._now = floor
        self._appended_at = 0
        self._broker_minus_monotonic: int | None = None

    def folded(self, appended_at: int) -> None:
        """The last record folded was appended then."""
        self._appended_at = appended_at

    def told(self, appended_at: int) -> None:
        """The broker has just appended a record of ours, and said when."""
        self._broker_minus_monotonic = appended_at - _monotonic()

    def now(self, caught_up: bool) -> int:
        """When to look.

        Raises:
            ClockError: the wall clock is more than a minute from the broker's.
        """
        self._now = max(self._now, self._wall() if caught_up else self._appended_at)
        return self._now

    def behind_ms(self, caught_up: bool) -> int:
        """How long ago the last record folded was appended, if there are more."""
        return 0 if caught_up else time.time_ns() // 1_000_000 - self._appended_at

    def _wall(self) -> int:
        wall = time.time_ns() // 1_000_000
        if self._broker_minus_monotonic is not None:
            ahead = wall - (_monotonic() + self._broker_minus_monotonic)
            if abs(ahead) > TOLERATED_MS:
                way = "ahead of" if ahead > 0 else "behind"
                raise ClockError(
                    f"this machine's clock is {abs(ahead) / 1000:.0f} s {way} the broker's:"
                    " set one of them right"
                )
        return wall


def _monotonic() -> int:
    return time.monotonic_ns() // 1_000_000
