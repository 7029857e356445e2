"""Reading: the records in a request's body, however it wraps them.

| content type | body |
|---|---|
| application/json | one record, or an array of them |
| application/x-ndjson | a record a line |
| application/cloudevents+json | a CloudEvents 1.0 event in structured mode, the record in `data` |
| application/cloudevents-batch+json | an array of such events |

What a record in an event lacks of `id`, `source` and `at` is the event's `id`, `source` and `time`.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from schemas.codec import ERRORS, decoder, refusal

MOST_RECORDS = 10_000
"""In one request; whoever has more sends more requests."""


class MalformedError(Exception):
    """A body that holds no records at all; the message is a code."""


@dataclass(frozen=True, order=True)
class Refused:
    """A record that cannot be taken in, by its place in the body, from 0."""

    index: int
    reason: str
    detail: str


class Event(Struct):
    """A CloudEvents envelope; its other attributes are passed over."""

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(min_length=1, max_length=1_024)]
    source: Annotated[str, Meta(min_length=1, max_length=1_024)]
    type: Annotated[str, Meta(min_length=1, max_length=256)]
    time: str | None = None
    data: Raw = Raw(b"")
    data_base64: str | None = None


_array = msgspec.json.Decoder(list[Raw]).decode
_event = decoder(Event)


def parts(content_type: str, body: bytes) -> list[bytes]:
    """The records in `body`, each as its own bytes; raises MalformedError."""
    try:
        found = list(TYPES[content_type](body))
    except ERRORS as error:
        raise MalformedError(refusal(error).reason) from error
    if not found:
        raise MalformedError("no_records")
    if len(found) > MOST_RECORDS:
        raise MalformedError("too_many_records")
    return found


def of_event(part: bytes) -> bytes:
    """The record in an event, completed from its envelope; raises one of codec.ERRORS."""
    event = _event(part)
    data = _data(event)
    record = msgspec.json.decode(data)
    if not isinstance(record, dict):
        raise msgspec.ValidationError("Expected `object` - at `$.data`")
    envelope: dict[str, Any] = {"id": event.id, "source": event.source, "at": event.time}
    missing = {name: told for name, told in envelope.items() if told and name not in record}
    return msgspec.json.encode({**record, **missing}) if missing else data


def _data(event: Event) -> bytes:
    if bytes(event.data):
        return bytes(event.data)
    try:
        return base64.b64decode(event.data_base64 or "", validate=True)
    except (binascii.Error, ValueError):
        raise msgspec.ValidationError("Expected base64 - at `$.data_base64`") from None


def _one_or_many(body: bytes) -> Iterator[bytes]:
    if body.lstrip()[:1] == b"[":
        yield from _many(body)
    else:
        yield body


def _many(body: bytes) -> Iterator[bytes]:
    return (bytes(part) for part in _array(body))


def _one(body: bytes) -> Iterator[bytes]:
    yield body


def _lines(body: bytes) -> Iterator[bytes]:
    return (text for text in body.split(b"\n") if text.strip())


JSON, NDJSON = "application/json", "application/x-ndjson"
EVENT, EVENTS = "application/cloudevents+json", "application/cloudevents-batch+json"

TYPES: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {
    JSON: _one_or_many,
    NDJSON: _lines,
    EVENT: _one,
    EVENTS: _many,
}
"""How each content type holds its records."""


@dataclass(frozen=True)
class Read:
    """The records of a body with their places in it, and those that are none."""

    found: list[tuple[int, Any]]
    refused: list[Refused]

    @property
    def count(self) -> int:
        """How many there are, whatever they hold."""
        return len(self.found) + len(self.refused)


def records(content_type: str, body: bytes, decode: Callable[[bytes], Any]) -> Read:
    """Every record of `body` by `decode`, and those that it refuses; raises MalformedError."""
    wrapped = content_type in (EVENT, EVENTS)
    read = Read([], [])
    for index, part in enumerate(parts(content_type, body)):
        try:
            read.found.append((index, decode(of_event(part) if wrapped else part)))
        except ERRORS as error:
            read.refused.append(Refused(index, *refusal(error)))
    return read
