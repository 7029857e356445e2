"""Checking: a record in the form in which it is written, if every reader would take it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from schemas.care import CareEvent
from schemas.codec import (
    ERRORS,
    decode_care,
    decode_identity,
    decode_room,
    decode_telemetry,
    encode,
    refusal,
)
from schemas.contract import SENT, TOLD
from schemas.identity import Identity
from schemas.platforms.source import record_id
from schemas.room import Booking

Record = Any
"""A staff fact, a telemetry record, an identity or a booking."""

LONGEST = 128
NO_PSEUDONYM = f"must be a pseudonym or a code: up to {LONGEST} characters, no `@`, no blanks"

_SPEAKING = re.compile(r"[@\s]")


UNNAMED = "unnamed"

CANNOT_BE_JSON = (TypeError, ValueError, OverflowError, RecursionError)
"""What `encode` raises for values that are no JSON."""


class RefusedError(Exception):
    """What cannot be recorded. The message is one line: the field and the reason."""


def completed(fields: Mapping[str, Any], source: str) -> Record:
    """The telemetry record or staff fact of these fields, as they are named on the wire.

    Without `source` it is this one. Without `id` it gets one made from all it says: the same
    fields give the same id, in any order, so that a record that is sent again is the same
    record. Two events that are alike in everything, the instant included, are one.
    Raises RefusedError, with the field and never with what is in it.
    """
    if fields.get("type") not in (*SENT, *TOLD):
        raise RefusedError("type: not one that may be sent")
    decode = decode_telemetry if fields["type"] in SENT else decode_care
    named = {"source": source, "id": UNNAMED, **fields}
    try:
        value = encode(named)
    except CANNOT_BE_JSON:
        raise RefusedError("holds something that is no JSON") from None
    record = _decoded(decode, value)
    return record if "id" in fields else replace(record, id=record_id(encode(record).decode()))


def written(record: Record) -> bytes:
    """`record` as bytes that the real decoder takes and reads as the same record.

    Raises RefusedError for what the decoder refuses, and for ids with `@` or blanks in them:
    whoever looks like a name or an address has not been made a pseudonym yet.
    """
    for field, text in _texts(record):
        if not pseudonymous(text):
            raise RefusedError(f"{field}: {NO_PSEUDONYM}")
    return encode(_decoded(_decoder(record), encode(record)))


def pseudonymous(text: str) -> bool:
    """Whether `text` can be a pseudonym or a code, as far as its form tells."""
    return 1 <= len(text) <= LONGEST and text.isprintable() and not _SPEAKING.search(text)


def _decoded(decode: Any, value: bytes) -> Record:
    try:
        return decode(value)
    except ERRORS as error:
        raise RefusedError(refusal(error).detail.removeprefix("$.").removeprefix("$: ")) from None


def _decoder(record: Record) -> Any:
    if isinstance(record, Identity):
        return decode_identity
    if isinstance(record, Booking):
        return decode_room
    return decode_care if isinstance(record, CareEvent) else decode_telemetry


def _texts(part: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a record, with the name of its field on the wire."""
    match part:
        case Struct():
            names = zip(part.__struct_encode_fields__, part.__struct_fields__, strict=True)
            for encoded, name in names:
                yield from _texts(getattr(part, name), encoded)
        case tuple():
            for each in part:
                yield from _texts(each, field)
        case str():
            yield field, part
