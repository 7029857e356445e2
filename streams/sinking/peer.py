"""Peer: a broker or a database that may be away; tells of it, and how long to wait."""

import logging
import time
from typing import Literal

from streams.sinking.metrics import SinkMetrics

FIRST_DELAY = 0.1
LONGEST_DELAY = 10.0

log = logging.getLogger(__name__)


class Peer:
    """One of the two sides of the sink, and whether it answers."""

    def __init__(self, name: Literal["broker", "database"], metrics: SinkMetrics) -> None:
        self.name = name
        self._metrics = metrics
        self._delay = FIRST_DELAY
        self._here_since: float | None = None

    def away(self, reason: object) -> float:
        """Count and log one try in vain; the seconds to wait, twice as long each time.

        They begin anew after it was there for long enough: one that answers and fails in turn
        is not pressed harder than one that is away.
        """
        if self._here_since and time.monotonic() - self._here_since > LONGEST_DELAY:
            self._delay = FIRST_DELAY
        self._here_since = None
        delay, self._delay = self._delay, min(2 * self._delay, LONGEST_DELAY)
        self._metrics.connected.labels(self.name).set(0)
        self._metrics.failures.labels(f"{self.name}_away").inc()
        line = str(reason).partition("\n")[0]
        log.warning("the %s is away (%s); trying again in %.1f s", self.name, line, delay)
        return delay

    def here(self) -> None:
        """It has answered."""
        if self._here_since is None:
            self._here_since = time.monotonic()
            self._metrics.connected.labels(self.name).set(1)
            log.info("connected to the %s", self.name)
