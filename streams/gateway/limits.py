"""Limits: how much a tenant may send, so that one cannot keep the others out."""

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from streams.gateway.answers import RefusedError

WINDOW_S = 10
"""A tenant may send its rate in bursts of so many seconds."""


class Limits:
    """A count of records for each tenant, in this process."""

    def __init__(self) -> None:
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())

    def check(self, tenant: str, per_second: int, records: int) -> None:
        """RefusedError 429 for more than `tenant` may send now, 413 for more than ever at once."""
        if records > per_second * WINDOW_S:
            raise RefusedError(413, "too_many_records")
        if not self.admit(tenant, per_second, records):
            raise RefusedError(429, "too_many")

    def admit(self, tenant: str, per_second: int, records: int) -> bool:
        """Whether `tenant` may send so many records now; those admitted are counted."""
        limit = RateLimitItemPerSecond(per_second * WINDOW_S, WINDOW_S)
        return self._counts.hit(limit, tenant, cost=records)
