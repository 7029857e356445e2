"""Understood: a payload's bytes as the struct it should be, or why it cannot be that."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from schemas.codec import ERRORS, decoder, refusal
from schemas.instants import EARLIEST, LATEST, instant, milliseconds, plausible
from schemas.platforms.source import NotUnderstoodError

Name = Annotated[str, Meta(min_length=1, max_length=1_000)]
"""What a platform calls something, before it has its pseudonym."""

Milliseconds = Annotated[int, Meta(ge=milliseconds(EARLIEST), lt=milliseconds(LATEST))]
"""Milliseconds since 1970 within the years that a session can lie in."""

Shape = TypeVar("Shape", bound=Struct)


def reader(shape: type[Shape]) -> Callable[[bytes], Shape]:
    """A function from JSON to `shape`, with the codec's limits, or NotUnderstoodError."""
    decode = decoder(shape)

    def read(body: bytes) -> Shape:
        try:
            record: Shape = decode(body)
        except ERRORS as error:
            reason, detail = refusal(error)
            where = detail.partition(":")[0] if reason == "invalid_field" else ""
            raise NotUnderstoodError(reason, where) from None
        return record

    return read


Value = TypeVar("Value")


def needed(value: Value | None, where: str) -> Value:
    """`value`, which this event cannot be without."""
    if value is None:
        raise NotUnderstoodError("missing_field", where)
    return value


def moment(at_ms: int, where: str) -> datetime:
    """The instant `at_ms` (ms since 1970), if a session can lie there."""
    if not milliseconds(EARLIEST) <= at_ms < milliseconds(LATEST):
        raise NotUnderstoodError("implausible_time", where)
    return instant(at_ms)


def within_reason(at: datetime, where: str) -> datetime:
    """`at`, if a session can lie there."""
    if not plausible(at):
        raise NotUnderstoodError("implausible_time", where)
    return at
