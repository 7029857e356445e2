"""Bad input: every rule, as payload, reason and detail; no detail quotes what was sent."""

import json
from typing import Any

import pytest

from schemas.codec import (
    ERRORS,
    LARGEST_BYTES,
    ORDINARY_BYTES,
    Refusal,
    decode_telemetry,
    refusal,
)
from schemas.telemetry import MOST_PEOPLE

AT = "2026-03-02T18:00:00Z"
JOINED: dict[str, Any] = {
    "type": "joined",
    "id": "evt-000001",
    "source": "zoom-main",
    "at": AT,
    "session": "ses-5d20aa",
    "participant": "par-8f3a21",
}
SCHEDULED: dict[str, Any] = {
    "type": "session_scheduled",
    "id": "evt-000002",
    "source": "planner-north",
    "at": AT,
    "session": "ses-5d20aa",
    "revision": 1,
    "program": "prog-evening",
    "kind": "group",
    "starts_at": AT,
    "ends_at": "2026-03-02T20:00:00Z",
}
SECRET = "nobody@example.invalid"


def joined(**fields: Any) -> bytes:
    return json.dumps({**JOINED, **fields}).encode()


def scheduled(**fields: Any) -> bytes:
    return json.dumps({**SCHEDULED, **fields}).encode()


def raw(text: bytes, field: str = "id", record: dict[str, Any] = JOINED) -> bytes:
    """A record with bytes for a value that no JSON writer would write."""
    return json.dumps({**record, field: 0}).encode().replace(b'": 0', b'": ' + text)


def without(field: str) -> bytes:
    return json.dumps({name: held for name, held in JOINED.items() if name != field}).encode()


def bomb(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return raw(opening * levels + b"1" + closing * levels, "unknown")


def refused(value: bytes | None) -> Refusal:
    with pytest.raises(ERRORS) as error:
        decode_telemetry(value)
    return refusal(error.value)


TEXT = "Expected printable text"
NUL_DETAIL = "the text holds an escaped NUL"
NOT_JSON = "not one JSON value"
RFC3339 = "$.at: Invalid RFC3339 encoded datetime"
DATES = "starts_at and ends_at must lie between 2000 and 2200"

REFUSED: dict[str, tuple[bytes | None, str, str]] = {
    "null value": (None, "null_value", "no value"),
    "no bytes": (b"", "invalid_json", NOT_JSON),
    "blanks": (b"  ", "invalid_json", NOT_JSON),
    "no JSON": (b"hello", "invalid_json", NOT_JSON),
    "half a record": (joined()[:-1], "invalid_json", NOT_JSON),
    "two records": (joined() + b"\n" + joined(), "invalid_json", NOT_JSON),
    "byte order mark": (b"\xef\xbb\xbf" + joined(), "invalid_json", NOT_JSON),
    "another encoding": (joined().decode().encode("utf-16"), "invalid_utf8", "not UTF-8"),
    "random bytes": (bytes(range(128, 256)), "invalid_utf8", "not UTF-8"),
    "invalid UTF-8": (raw(b'"\xff\xfe"'), "invalid_utf8", "not UTF-8"),
    "invalid UTF-8, unread": (raw(b'"\xff\xfe"', "unknown"), "invalid_utf8", "not UTF-8"),
    "overlong UTF-8": (raw(b'"\xc0\x80"'), "invalid_utf8", "not UTF-8"),
    "surrogate in UTF-8": (raw(b'"\xed\xa0\x80"'), "invalid_utf8", "not UTF-8"),
    "lone surrogate": (joined(id="\ud800"), "invalid_json", NOT_JSON),
    "lone surrogate, unread": (joined(unknown="\udc00"), "invalid_json", NOT_JSON),
    "NUL": (joined(id="a\0b"), "nul_character", NUL_DETAIL),
    "NUL, unread": (joined(unknown="a\0b"), "nul_character", NUL_DETAIL),
    "NUL as a byte": (raw(b'"a\0b"'), "invalid_json", NOT_JSON),
    "line break": (joined(session="a\nb"), "invalid_field", f"$.session: {TEXT}"),
    "line break as a byte": (raw(b'"a\nb"'), "invalid_json", NOT_JSON),
    "escape sequence": (joined(participant="\x1b[2J"), "invalid_field", f"$.participant: {TEXT}"),
    "delete": (joined(id="a\x7fb"), "invalid_field", f"$.id: {TEXT}"),
    "delete as a byte": (raw(b'"a\x7fb"'), "invalid_field", f"$.id: {TEXT}"),
    "C1 control": (raw(b'"a\xc2\x9bb"'), "invalid_field", f"$.id: {TEXT}"),
    "line separator": (joined(source="a\u2028b"), "invalid_field", f"$.source: {TEXT}"),
    "direction mark": (raw('"a\u202eb"'.encode()), "invalid_field", f"$.id: {TEXT}"),
    "line break within": (
        scheduled(roster=[{"participant": "a\rb"}]),
        "invalid_field",
        f"$.roster: {TEXT}",
    ),
    "NaN": (raw(b"NaN"), "invalid_json", NOT_JSON),
    "Infinity": (raw(b"Infinity"), "invalid_json", NOT_JSON),
    "leading zero": (raw(b"01", "revision", SCHEDULED), "invalid_json", NOT_JSON),
    "out of a double": (raw(b"1e400"), "invalid_field", "$.id: Number out of range"),
    "oversize": (joined(unknown="x" * LARGEST_BYTES), "oversize", "longer than 524288 bytes"),
    "array bomb": (b"[" * 200_000, "nested_too_deep", "nested too deep"),
    "array bomb, unread": (bomb(200_000), "nested_too_deep", "nested too deep"),
    "object bomb, unread": (bomb(60_000, b'{"a":', b"}"), "nested_too_deep", "nested too deep"),
    "mixed bomb, unread": (bomb(40_000, b'[{"a":', b"}]"), "nested_too_deep", "nested too deep"),
    "nesting behind brackets in text": (
        bomb(ORDINARY_BYTES + 1, b'["]",', b',"["]'),
        "nested_too_deep",
        "nested too deep",
    ),
    "an array": (b"[]", "invalid_field", "$: Expected `object`, got `array`"),
    "null": (b"null", "invalid_field", "$: Expected `object`, got `null`"),
    "a number": (b"1e3", "invalid_field", "$: Expected `object`, got `float`"),
    "no type": (without("type"), "invalid_field", "$: Object missing required field `type`"),
    "no id": (without("id"), "invalid_field", "$: Object missing required field `id`"),
    "unknown type": (joined(type=SECRET), "unknown_type", "`type` is not one of this topic's"),
    "another topic's": (joined(type="waived"), "unknown_type", "`type` is not one of this topic's"),
    "type of no text": (joined(type=1), "unknown_type", "`type` is not one of this topic's"),
    "wrong type": (joined(id=7), "invalid_field", "$.id: Expected `str`, got `int`"),
    "nothing": (joined(id=None), "invalid_field", "$.id: Expected `str`, got `null`"),
    "empty": (joined(id=""), "invalid_field", "$.id: Expected `str` of length >= 1"),
    "too long": (joined(id="x" * 129), "invalid_field", "$.id: Expected `str` of length <= 128"),
    "wrong choice": (joined(role=SECRET), "invalid_field", "$.role: not an allowed value"),
    "wrong choice within": (
        scheduled(roster=[{"participant": "par-8f3a21", "exempt": [SECRET]}]),
        "invalid_field",
        "$.roster[0].exempt[0]: not an allowed value",
    ),
    "number for truth": (
        joined(type="camera", on=1),
        "invalid_field",
        "$.on: Expected `bool`, got `int`",
    ),
    "whole number as a fraction": (
        scheduled(revision=1.0),
        "invalid_field",
        "$.revision: Expected `int`, got `float`",
    ),
    "negative": (scheduled(revision=-1), "invalid_field", "$.revision: Expected `int` >= 0"),
    "beyond a double": (
        scheduled(revision=2**53 + 1),
        "invalid_field",
        "$.revision: Expected `int` <= 9007199254740992",
    ),
    "100 digits": (
        scheduled(revision=10**100),
        "invalid_field",
        "$.revision: Expected `int` <= 9007199254740992",
    ),
    "5000 digits": (
        raw(b"9" * 5_000, "revision", SCHEDULED),
        "invalid_field",
        "$.revision: Integer value out of range",
    ),
    "too many people": (
        scheduled(roster=[{"participant": "p"}] * (MOST_PEOPLE + 1)),
        "invalid_field",
        "$.roster: Expected `array` of length <= 1000",
    ),
    "too many signals": (
        scheduled(roster=[{"participant": "p", "exempt": ["chat"] * 7}]),
        "invalid_field",
        "$.roster[0].exempt: Expected `array` of length <= 6",
    ),
    "number for an instant": (
        joined(at=1e308),
        "invalid_field",
        "$.at: Expected `datetime`, got `float`",
    ),
    "negative instant": (joined(at=-1), "invalid_field", "$.at: Expected `datetime`, got `int`"),
    "instant without offset": (
        joined(at="2026-03-02T18:00:00"),
        "invalid_field",
        "$.at: Expected `datetime` with a timezone component",
    ),
    "a date": (joined(at="2026-03-02"), "invalid_field", RFC3339),
    "no such date": (joined(at="2026-02-30T18:00:00Z"), "invalid_field", RFC3339),
    "24:00": (joined(at="2026-03-02T24:00:00Z"), "invalid_field", RFC3339),
    "leap second": (joined(at="2016-12-31T23:59:60Z"), "invalid_field", RFC3339),
    "year 0": (joined(at="0000-01-01T00:00:00Z"), "invalid_field", RFC3339),
    "year 10000": (joined(at="10000-01-01T00:00:00Z"), "invalid_field", RFC3339),
    "offset of a day": (joined(at="2026-03-02T18:00:00+24:00"), "invalid_field", RFC3339),
    "session in year 1": (
        scheduled(starts_at="0001-01-01T00:00:00+14:00"),
        "invalid_field",
        f"$: {DATES}",
    ),
    "session in year 9999": (
        scheduled(ends_at="9999-12-31T23:59:59-14:00"),
        "invalid_field",
        f"$: {DATES}",
    ),
    "session that ends first": (
        scheduled(ends_at="2026-03-02T17:00:00Z"),
        "invalid_field",
        "$: ends_at must follow starts_at by at most 48 h",
    ),
    "session of a year": (
        scheduled(ends_at="2027-03-02T17:00:00Z"),
        "invalid_field",
        "$: ends_at must follow starts_at by at most 48 h",
    ),
}


@pytest.mark.parametrize(("value", "reason", "detail"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_with_its_reason(
    value: bytes | None, reason: str, detail: str
) -> None:
    assert refused(value) == (reason, detail)


def test_no_detail_quotes_what_was_sent() -> None:
    assert not any(SECRET in detail for _, _, detail in REFUSED.values())
    for field in SCHEDULED.keys() - {"type"}:
        for held in (SECRET * 9, [SECRET], {SECRET: SECRET}, SECRET + "\n", 10**40):
            told = refused(scheduled(**{field: held}))
            assert SECRET not in told.detail
            assert str(held) not in told.detail
