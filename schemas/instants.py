"""Instants: RFC 3339 with an offset on the wire, UTC integer milliseconds inside."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta

Instant = Annotated[datetime, Meta(tz=True)]
"""A point in time on the wire; one without an offset is refused."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
FIRST = datetime(2, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970 of an aware `at`, exactly; finer digits are dropped."""
    return (at - EPOCH) // MILLISECOND


def instant(at_ms: int) -> datetime:
    """The UTC datetime of `at_ms` milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=at_ms)


def instant_or_none(at_ms: int | None) -> datetime | None:
    """`instant`, with absence kept."""
    return None if at_ms is None else instant(at_ms)


def rfc3339(at_ms: int) -> str:
    """`at_ms` as text, always with three digits of milliseconds."""
    return instant(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plausible(*instants: datetime | None) -> bool:
    """Whether every given instant lies in the years a session can lie in."""
    return all(at is None or EARLIEST <= at < LATEST for at in instants)


def storable(*instants: datetime | None) -> bool:
    """Whether every given instant still has a date once it is written in UTC."""
    return all(at is None or FIRST <= at < LAST for at in instants)
