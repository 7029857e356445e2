"""Codec: bytes to records, with a reason for everything that is refused.

msgspec is strict about types and lenient about a few things a database or a log line would
choke on later; those are refused here. What it raises for hostile input is not always one of
its own errors, so the whole list stands in `ERRORS`.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from schemas.care import Care
from schemas.dead_letter import Reason
from schemas.telemetry import Telemetry

LARGEST_BYTES = 512 * 1024
"""A record above this is refused: the largest roster allowed is well below it."""

ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError)
"""Everything `decode` can raise for bad input; TypeError is a null value."""

NUL = b"\\u0000"


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
        if NUL in value:  # type: ignore[operator]  # None raises TypeError, one of ERRORS
            raise NulCharacter
        if len(value) > LARGEST_BYTES:  # type: ignore[arg-type]
            raise Oversize
        return decode_json(value)  # type: ignore[arg-type]

    return decode


decode_telemetry: Callable[[bytes | None], Telemetry] = decoder(Telemetry)
decode_care: Callable[[bytes | None], Care] = decoder(Care)
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
    if expected.startswith("Invalid") and "value" in expected:
        expected = "not an allowed value"
    return Refusal("invalid_field", f"{path}: {expected}")
