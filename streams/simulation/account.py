"""What a source tells of one session: records, before any of them is on its way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from schemas.care import Staff
from schemas.instants import MINUTE_MS, instant
from schemas.telemetry import Telemetry
from streams.simulation.codes import Codes
from streams.simulation.meeting import Meeting
from streams.simulation.timeline import Timeline

Record = Telemetry | Staff
"""What is simulated: session results are not."""

REPORT_AFTER_MS = 30 * MINUTE_MS
STAFF_SOURCE = "staff"
ID_DIGITS = 8


class Occurrence(NamedTuple):
    """A record, when it happened (offset), and what it waits beyond the usual (unscaled)."""

    offset: int
    delay_ms: int
    record: Record


class Account:
    """Gathers the records of one meeting, in the words its source has."""

    def __init__(self, meeting: Meeting, timeline: Timeline, codes: Codes) -> None:
        self.occurrences: list[Occurrence] = []
        self._meeting = meeting
        self._timeline = timeline
        self._codes = codes

    def tell(
        self, record: Callable[..., Telemetry], offset: int, *, delay_ms: int = 0, **fields: Any
    ) -> None:
        """Something happened at `offset`; a source that cannot see such things is silent."""
        source = self._meeting.source
        if record in source.hidden:
            return
        if source.afterwards:
            delay_ms += max(0, self._meeting.closes + REPORT_AFTER_MS - offset)
        self._add(record, source.name, offset, delay_ms, fields)

    def plan(self, record: Callable[..., Telemetry], offset: int, **fields: Any) -> None:
        """Staff or the scheduling system said something about the session at `offset`."""
        self._add(record, STAFF_SOURCE, offset, 0, fields)

    def _add(
        self,
        record: Callable[..., Telemetry],
        source: str,
        offset: int,
        delay_ms: int,
        fields: dict[str, Any],
    ) -> None:
        resolution_ms = 1 if source == STAFF_SOURCE else self._meeting.source.resolution_ms
        told = record(
            id=self._codes.mint("", ID_DIGITS),
            source=source,
            at=instant(self._timeline.rounded(offset, resolution_ms)),
            session=self._meeting.session,
            **fields,
        )
        self.occurrences.append(Occurrence(offset, delay_ms, told))

    def judge(
        self, record: Callable[..., Staff], offset: int, participant: str, **fields: Any
    ) -> None:
        """Staff said something about a person at `offset`."""
        told = record(
            id=self._codes.mint("", ID_DIGITS),
            source=STAFF_SOURCE,
            at=self.instant(offset),
            participant=participant,
            **fields,
        )
        self.occurrences.append(Occurrence(offset, 0, told))

    def code(self, prefix: str, digits: int = 6) -> str:
        """A new code, for a connection, a poll or a fact's entity."""
        return self._codes.mint(prefix, digits)

    def instant(self, offset: int) -> datetime:
        """`offset` as a date inside a record."""
        return instant(self._timeline.milliseconds(offset))
