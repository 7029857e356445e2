"""Reading: the JSON of a platform as one shape, or the reason why it is not that.

Refused as the codec refuses records: NUL and invalid UTF-8 anywhere, unprintable characters in
what is read, deep nesting, oversize. A refusal names a field of the shape, never its content.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from msgspec import Meta, Raw
from msgspec.json import decode as decode_json

from schemas.codec import ERRORS, decoder, refusal
from schemas.instants import EARLIEST, LATEST, instant, milliseconds, plausible
from schemas.platforms.source import NotUnderstoodError

Key = Annotated[str, Meta(max_length=1024)] | Annotated[int, Meta(ge=0, le=2**63 - 1)] | None
"""What a platform calls something: text or a number, often empty."""

Name = Annotated[str, Meta(min_length=1, max_length=1_000)]
"""What a platform always calls something, before it has its pseudonym."""

Milliseconds = Annotated[int, Meta(ge=milliseconds(EARLIEST), lt=milliseconds(LATEST))]
"""Milliseconds since 1970 within the years that a session can lie in."""

Shape = TypeVar("Shape")
Value = TypeVar("Value")


def reader(shape: type[Shape]) -> Callable[[bytes], Shape]:
    """A function from bytes to `shape` that raises NotUnderstoodError for all else."""
    decode = decoder(shape)

    def read(body: bytes) -> Shape:
        try:
            return decode(body)  # type: ignore[no-any-return]  # of the shape, says the decoder
        except ERRORS as error:
            reason, detail = refusal(error)
            place = detail.partition(":")[0] if detail.startswith("$") else ""
        # Outside of `except`, since the decoder's own words may quote the payload.
        raise NotUnderstoodError(reason, place)

    return read


def text(key: Key) -> str:
    """`key` as text, the same for a number and its digits; empty if there is none."""
    return "" if key is None else str(key).strip()


def required(key: Key, where: str) -> str:
    """`key` as text, which must not be empty."""
    found = text(key)
    if not found:
        raise NotUnderstoodError("missing_field", where)
    return found


def said(raw: Raw) -> str:
    """A text that is only to become a pseudonym, of whatever characters; empty for anything else.

    What decodes only here cannot have the rest of its payload refused.
    """
    with suppress(*ERRORS):
        return decode_json(raw, type=str)
    return ""


def needed(value: Value | None, where: str) -> Value:
    """`value`, which this event cannot be without."""
    if value is None:
        raise NotUnderstoodError("missing_field", where)
    return value


def on_calendar(at: datetime | None, where: str) -> datetime:
    """`at` in UTC, which must be there and in the years a session can lie in."""
    if at is None:
        raise NotUnderstoodError("missing_field", where)
    if not plausible(at):
        raise NotUnderstoodError("implausible_time", where)
    return at.astimezone(UTC)


def of_milliseconds(unix: float | None, where: str) -> datetime:
    """The instant of unix milliseconds; seconds lie in 1970 and are refused."""
    if unix is None:
        raise NotUnderstoodError("missing_field", where)
    if not EARLIEST.timestamp() * 1000 <= unix < LATEST.timestamp() * 1000:
        raise NotUnderstoodError("implausible_time", where)
    return instant(round(unix))


def of_seconds(unix: float | None, where: str) -> datetime:
    """The instant of unix seconds, to the millisecond; milliseconds are refused as far off."""
    return of_milliseconds(None if unix is None else unix * 1000, where)
