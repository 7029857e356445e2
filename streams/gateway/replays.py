"""Replays: which webhooks were taken already, for as long as they could come again.

A redelivery changes nothing, since records have stable ids: to know it spares the broker. So a
memory that is bounded forgets the oldest rather than refuse, and one that is lost is no loss.
To be remembered is only what the broker has acknowledged: a retry after a 503 is not a replay.
"""

from collections import OrderedDict

from schemas.instants import MINUTE_MS

KEPT_MS = 95 * MINUTE_MS
"""Longer than a signature of those that retry for long is good: 90 minutes back, 5 ahead."""

MOST = 100_000
"""Marks at a time: 24 MB."""


class Replays:
    """The marks of all webhooks; `now` is in milliseconds and may step back."""

    def __init__(self, kept_ms: int = KEPT_MS, most: int = MOST) -> None:
        self._kept_ms = kept_ms
        self._most = most
        self._remembered_at: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._remembered_at)

    def seen(self, mark: str, now: int) -> bool:
        """Whether `mark` was remembered within the time that marks are kept."""
        at = self._remembered_at.get(mark)
        return at is not None and now - at < self._kept_ms

    def remember(self, mark: str, now: int) -> None:
        """Remember `mark` from `now` on, and forget what is too old or too much."""
        self._remembered_at[mark] = now
        self._remembered_at.move_to_end(mark)
        while len(self._remembered_at) > self._most or not self.seen(self._oldest(), now):
            self._remembered_at.popitem(last=False)

    def _oldest(self) -> str:
        return next(iter(self._remembered_at))
