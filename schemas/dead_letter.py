"""Dead letter: a record that could not be taken in, as it came, with the reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Protocol

import msgspec
from msgspec import Meta, Struct

Reason = Literal[
    "null_value",
    "null_key",
    "oversize",
    "invalid_json",
    "invalid_utf8",
    "nul_character",
    "nested_too_deep",
    "unknown_type",
    "invalid_field",
    "wrong_key",
    "misrouted",
    "too_old",
    "from_the_future",
    "too_late",
    "too_many",
    "internal_fault",
]

Header = tuple[str, bytes]

ATTEMPT = "rollcall.attempt"
FIRST_FAILED_AT = "rollcall.first_failed_at"
COUNTED = frozenset({ATTEMPT, FIRST_FAILED_AT})
"""Headers that a redrive gives a record, for its next dead letter to count on."""

MOST_DIGITS = 6
LONGEST_INSTANT = 40


class Arrival(Protocol):
    """A record as the log holds it; `timestamp` is the append time in milliseconds."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[Header]: ...


class Entry(NamedTuple):
    """An `Arrival` made by hand: a line of a file, a simulated delivery."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header] = ()


class DeadLetter(NamedTuple):
    """One refused arrival. `detail` names the field or limit, never the content."""

    reason: Reason
    detail: str
    arrival: Arrival

    def headers(self, topic: str, partition: int, failed_at: str) -> list[Header]:
        """The original headers and, after them, Kafka Streams' and our own."""
        original = [each for each in self.arrival.headers if each[0] not in COUNTED]
        return [*original, *self.errors(topic, partition, failed_at)]

    def errors(self, topic: str, partition: int, failed_at: str) -> list[Header]:
        """What is added to the original headers; the attempt goes on from an earlier letter's."""
        ours = {
            "__streams.errors.topic": topic,
            "__streams.errors.partition": str(partition),
            "__streams.errors.offset": str(self.arrival.offset),
            "__streams.errors.exception": self.reason,
            "__streams.errors.message": self.detail,
            "rollcall.reason": self.reason,
            ATTEMPT: str(attempt(self.arrival.headers)),
            FIRST_FAILED_AT: first_failed_at(self.arrival.headers) or failed_at,
        }
        named = event_id(self.arrival.value)
        if named is not None:
            ours["rollcall.event_id"] = named
        return [(name, text.encode()) for name, text in ours.items()]


def attempt(headers: Sequence[Header]) -> int:
    """The how many-th attempt to take a record in this is; 1 where no redrive says otherwise."""
    digits = last(headers, ATTEMPT) or ""
    if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
        return max(1, int(digits))
    return 1


def first_failed_at(headers: Sequence[Header]) -> str | None:
    """When a record was refused for the first time, where a redrive says so, as RFC 3339."""
    text = last(headers, FIRST_FAILED_AT) or ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return text if at.tzinfo is not None and len(text) <= LONGEST_INSTANT else None


def last(headers: Sequence[Header], name: str) -> str | None:
    """The text of the last header of this name: whoever writes a letter appends to the original's.

    None where there is none, or none that is text.
    """
    for known, value in reversed(headers):
        if known == name:
            try:
                return (value or b"").decode()
            except UnicodeDecodeError:
                return None
    return None


class _Named(Struct):
    id: Annotated[str, Meta(min_length=1, max_length=128)]


_read_id = msgspec.json.Decoder(_Named).decode


def event_id(value: bytes | None) -> str | None:
    """The `id` that a refused record may still have, to find it again at its source."""
    try:
        return _read_id(value or b"").id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
