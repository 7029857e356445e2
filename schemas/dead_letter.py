"""Dead letter: a record that could not be taken in, as it came, with the reason."""

from collections.abc import Sequence
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
        ours = {
            "__streams.errors.topic": topic,
            "__streams.errors.partition": str(partition),
            "__streams.errors.offset": str(self.arrival.offset),
            "__streams.errors.exception": self.reason,
            "__streams.errors.message": self.detail,
            "rollcall.reason": self.reason,
            "rollcall.attempt": "1",
            "rollcall.first_failed_at": failed_at,
        }
        named = event_id(self.arrival.value)
        if named is not None:
            ours["rollcall.event_id"] = named
        added = [(name, text.encode()) for name, text in ours.items()]
        return [*self.arrival.headers, *added]


class _Named(Struct):
    id: Annotated[str, Meta(min_length=1, max_length=128)]


_read_id = msgspec.json.Decoder(_Named).decode


def event_id(value: bytes | None) -> str | None:
    """The `id` that a refused record may still have, to find it again at its source."""
    try:
        return _read_id(value or b"").id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
