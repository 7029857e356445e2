"""Codec: bytes to records, with a reason for everything that is refused.

msgspec is strict about types and lenient about a few things a database or a log line would
choke on later; those are refused here. What it raises for hostile input is not always one of
its own errors, so the whole list stands in `ERRORS`.

Refused beyond msgspec: NUL and invalid UTF-8 anywhere, even in fields nobody reads; characters
that are not printable (control characters, line separators, direction marks) in any text of a
record; deep nesting, at a depth that does not depend on who calls; oversize.
Taken as msgspec takes it: unknown fields are ignored, of a repeated key the last one counts, and
digits of an instant beyond microseconds are rounded.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from schemas.care import Care
from schemas.dead_letter import Reason
from schemas.identity import Identity
from schemas.room import Booking
from schemas.telemetry import Telemetry

LARGEST_BYTES = 512 * 1024
"""A record above this is refused: the largest roster allowed is below it."""

ORDINARY_BYTES = 512
"""Up to here a record needs no look at its size; nor, up to so many brackets, at its nesting."""

DEEPEST = 32
"""Levels of arrays and objects where there are more; valid records have at most seven."""

ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError)
"""Everything `decode` can raise for bad input; TypeError is a null value."""

NUL = b"\\u0000"
BACKSLASH, DELETE = 92, 127

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class NulCharacter(msgspec.MsgspecError):
    """The text holds an escaped NUL, which PostgreSQL cannot store."""


class Oversize(msgspec.MsgspecError):
    """The value is longer than any valid record."""


class Refusal(NamedTuple):
    """Why a value is no record; `detail` names the field, never its content."""

    reason: Reason
    detail: str


def decoder(union: Any) -> Callable[[bytes | None], Any]:
    """A decode function for `union` that raises one of `ERRORS` for everything bad."""
    decode_json = msgspec.json.Decoder(union).decode

    def decode(value: bytes | None) -> Any:
        # This runs for every event: looking for one byte is ten times faster than for several,
        # and all that could be wrong beyond msgspec's sight needs one of these.
        if (
            BACKSLASH in value  # type: ignore[operator]  # None raises TypeError, one of ERRORS
            or DELETE in value  # type: ignore[operator]
            or len(value) > ORDINARY_BYTES  # type: ignore[arg-type]
            or not value.isascii()  # type: ignore[union-attr]
        ):
            return _decode_with_care(value, decode_json)  # type: ignore[arg-type]
        return decode_json(value)  # type: ignore[arg-type]

    return decode


def _decode_with_care(value: bytes, decode_json: Callable[[bytes], Any]) -> Any:
    if len(value) > LARGEST_BYTES:
        raise Oversize
    if _nested_too_deep(value):
        raise RecursionError
    if value.isascii() and BACKSLASH not in value and DELETE not in value:
        return decode_json(value)
    if NUL in value:
        raise NulCharacter
    value.decode()  # msgspec passes over unknown fields without looking at their bytes.
    record = decode_json(value)
    for name in record.__struct_fields__:
        if not _printable(getattr(record, name)):
            raise msgspec.ValidationError(f"Expected printable text - at `$.{name}`")
    return record


def _nested_too_deep(value: bytes) -> bool:
    """Whether brackets outside of strings nest deeper than `DEEPEST`.

    Left to Python's own limit, the same bytes would pass in one program and fail in another,
    depending on how deep its stack is. Few brackets cannot come near that limit.
    """
    if value.count(b"{") + value.count(b"[") <= ORDINARY_BYTES:
        return False
    brackets = _STRING.sub(b"", value).translate(None, _ALL_BUT_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)


def _printable(part: Any) -> bool:
    if isinstance(part, str):
        return part.isprintable()
    if isinstance(part, Struct):
        return all(_printable(getattr(part, name)) for name in part.__struct_fields__)
    if isinstance(part, dict):
        return all(_printable(each) for pair in part.items() for each in pair)
    return not isinstance(part, tuple) or all(_printable(each) for each in part)


decode_telemetry: Callable[[bytes | None], Telemetry] = decoder(Telemetry)
decode_care: Callable[[bytes | None], Care] = decoder(Care)
decode_room: Callable[[bytes | None], Booking] = decoder(Booking)
decode_identity: Callable[[bytes | None], Identity] = decoder(Identity)
encode = msgspec.json.Encoder().encode

_PATH = re.compile(r" - at `(\$?[^`]*)`$")


def refusal(error: Exception) -> Refusal:
    """The reason for one of `ERRORS`, without quoting what the sender wrote."""
    match error:
        case NulCharacter():
            return Refusal("nul_character", "the text holds an escaped NUL")
        case Oversize():
            return Refusal("oversize", f"longer than {LARGEST_BYTES} bytes")
        case UnicodeDecodeError():
            return Refusal("invalid_utf8", "not UTF-8")
        case RecursionError():
            return Refusal("nested_too_deep", "nested too deep")
        case msgspec.ValidationError():
            return _invalid(str(error))
        case msgspec.DecodeError():
            return Refusal("invalid_json", "not one JSON value")
        case _:
            return Refusal("null_value", "no value")


def _invalid(message: str) -> Refusal:
    place = _PATH.search(message)
    path = place.group(1) if place else "$"
    if path == "$.type":
        return Refusal("unknown_type", "`type` is not one of this topic's")
    expected = _PATH.sub("", message)
    # msgspec names the value in these, as in `Invalid enum value 'x'`.
    if expected.startswith("Invalid") and "value" in expected:
        expected = "not an allowed value"
    return Refusal("invalid_field", f"{path}: {expected}")
