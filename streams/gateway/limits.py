"""Limits: how much a tenant may send, so that one cannot keep the others out."""

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

WINDOW_S = 10
"""A tenant may send its rate in bursts of so many seconds."""


class Limits:
    """A count of records for each tenant, in this process."""

    def __init__(self) -> None:
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())

    def admit(self, tenant: str, per_second: int, records: int) -> bool:
        """Whether `tenant` may send so many records now; those admitted are counted."""
        limit = RateLimitItemPerSecond(per_second * WINDOW_S, WINDOW_S)
        return self._counts.hit(limit, tenant, cost=records)
