"""Codec: what passes, and laws that hold for anything that may be sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from schemas.care import Care
from schemas.codec import (
    ERRORS,
    LARGEST_BYTES,
    ORDINARY_BYTES,
    decode_telemetry,
    decoder,
    encode,
    refusal,
)
from schemas.dead_letter import Reason
from schemas.score import Score
from schemas.telemetry import MOST_PEOPLE, Joined, SessionScheduled, Telemetry
from schemas.violation import Violation

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
DECODERS: dict[str, Callable[[bytes | None], Any]] = {
    "telemetry": decoder(Telemetry),
    "care": decoder(Care),
    "scores": decoder(Score),
    "violations": decoder(Violation),
}
PAYLOADS = {
    f"{topic}/{file.name}": json.loads(file.read_bytes())
    for topic in DECODERS
    for file in sorted((EXAMPLES / topic).glob("*.json"))
}
JOINED = json.loads((EXAMPLES / "telemetry" / "joined.json").read_bytes())
SCHEDULED = json.loads((EXAMPLES / "telemetry" / "session_scheduled.json").read_bytes())


def joined(**fields: Any) -> bytes:
    return json.dumps({**JOINED, **fields}).encode()


def text_of(part: Any) -> str:
    """All text in a record."""
    if isinstance(part, Struct):
        return "".join(text_of(getattr(part, name)) for name in part.__struct_fields__)
    if isinstance(part, tuple):
        return "".join(text_of(each) for each in part)
    if isinstance(part, dict):
        return "".join(text_of(each) for pair in part.items() for each in pair)
    return part if isinstance(part, str) else ""


def settled(decode: Callable[[bytes | None], Any], value: bytes) -> None:
    """The value is a record that can be stored and sent again, or is refused with a reason."""
    try:
        record = decode(value)
    except ERRORS as error:
        told = refusal(error)
    else:
        assert decode(encode(record)) == record
        assert text_of(record).isprintable()
        return
    assert told.reason in get_args(Reason)
    assert told.detail.isprintable()


def test_unknown_fields_are_ignored() -> None:
    assert decode_telemetry(joined(unknown={"a": [1, "\n"]})) == decode_telemetry(joined())


def test_of_a_repeated_key_the_last_one_counts() -> None:
    value = joined()[:-1] + b', "session": "ses-last"}'
    assert decode_telemetry(value).session == "ses-last"


def test_minus_zero_is_zero() -> None:
    value = json.dumps({**SCHEDULED, "revision": 0}).encode().replace(b'": 0', b'": -0')
    record = decode_telemetry(value)
    assert isinstance(record, SessionScheduled)
    assert str(record.revision) == "0"


@pytest.mark.parametrize("text", ["a b", "ä", "名", "😀", "a/b+c==", "it's", 'a"b', "a\\b"])
def test_printable_text_passes(text: str) -> None:
    record = decode_telemetry(joined(participant=text))
    assert isinstance(record, Joined)
    assert record.participant == text


def test_the_largest_roster_passes() -> None:
    instants = dict.fromkeys(("from", "until", "enrolled_at"), "2026-03-02T18:00:00.000001+05:30")
    signals = ["camera", "speaking", "chat", "polls", "reactions", "shared_work"]
    roster = [
        {"participant": f"{person:0128}", **instants, "exempt": signals, "make_up": True}
        for person in range(MOST_PEOPLE)
    ]
    value = json.dumps({**SCHEDULED, "roster": roster}).encode()
    record = decode_telemetry(value)
    assert isinstance(record, SessionScheduled)
    assert len(record.roster) == MOST_PEOPLE


def test_the_limit_of_size_is_exact() -> None:
    value = joined(unknown="")
    largest = joined(unknown="x" * (LARGEST_BYTES - len(value)))
    decode_telemetry(largest)
    settled(decode_telemetry, largest + b" ")
    with pytest.raises(ERRORS):
        decode_telemetry(largest + b" ")


@pytest.mark.parametrize("levels", [ORDINARY_BYTES - 1, ORDINARY_BYTES, 900, 990])
def test_nesting_is_judged_alike_however_deep_the_stack_is(levels: int) -> None:
    """A replay must not take what the live run refused."""
    value = joined()[:-1] + b', "unknown": ' + b"[" * levels + b"]" * levels + b"}"

    def outcome(frames: int) -> str:
        if frames:
            return outcome(frames - 1)
        try:
            decode_telemetry(value)
        except ERRORS as error:
            return refusal(error).reason
        return "taken"

    expected = "taken" if levels < ORDINARY_BYTES else "nested_too_deep"
    assert outcome(0) == outcome(200) == expected


def test_brackets_in_text_are_no_nesting() -> None:
    assert decode_telemetry(joined(unknown='"[{' * ORDINARY_BYTES)) == decode_telemetry(joined())


@pytest.mark.parametrize(
    ("name", "changes", "place"),
    [
        ("scores/score.json", {"revision": 2**63}, "$.revision"),
        ("scores/score.json", {"window_ms": -(2**63) - 1}, "$.window_ms"),
        ("scores/score.json", {"starts_at": "0001-01-01T00:00:00+14:00"}, "$"),
        ("scores/score.json", {"assessed_at": "9999-12-31T23:00:00-14:00"}, "$"),
        ("scores/score.json", {"policy": "a\nb"}, "$.policy"),
        ("violations/violation.json", {"until": "9999-12-31T23:00:00-14:00"}, "$"),
        ("violations/violation.json", {"evidence": {"a\nb": 1}}, "$.evidence"),
        ("violations/violation.json", {"evidence": {"a": "\u2028"}}, "$.evidence"),
    ],
)
def test_what_a_database_would_choke_on_is_refused(
    name: str, changes: dict[str, Any], place: str
) -> None:
    value = json.dumps({**PAYLOADS[name], **changes}).encode()
    with pytest.raises(ERRORS) as error:
        DECODERS[name.partition("/")[0]](value)
    told = refusal(error.value)
    assert told.reason == "invalid_field"
    assert told.detail.startswith(f"{place}: ")


@settings(deadline=None)
@given(st.sampled_from(sorted(DECODERS)), st.binary(max_size=200))
def test_any_bytes_are_settled(topic: str, value: bytes) -> None:
    settled(DECODERS[topic], value)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**53, 2**63, 2**64, -(2**63) - 1, 10**100, -0.0, 1e308, 5e-324])
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["\ud800", "\0", "2026-03-02T24:00:00Z", "0001-01-01T00:00:00+14:00"]),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(DECODERS)), JSON)
def test_any_json_is_settled(topic: str, held: Any) -> None:
    settled(DECODERS[topic], json.dumps(held).encode())


@settings(deadline=None)
@given(st.sampled_from(sorted(PAYLOADS)), st.data())
def test_a_record_with_a_changed_field_is_settled(name: str, data: st.DataObject) -> None:
    record = PAYLOADS[name]
    field = data.draw(st.sampled_from(sorted(record)) | st.text(max_size=5))
    changed = {**record, field: data.draw(JSON)}
    settled(DECODERS[name.partition("/")[0]], json.dumps(changed).encode())


@settings(deadline=None)
@given(st.sampled_from(sorted(PAYLOADS)), st.data())
def test_a_record_with_changed_bytes_is_settled(name: str, data: st.DataObject) -> None:
    value = json.dumps(PAYLOADS[name], ensure_ascii=False).encode()
    begin = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(begin, min(begin + 8, len(value))))
    changed = value[:begin] + data.draw(st.binary(max_size=8)) + value[end:]
    settled(DECODERS[name.partition("/")[0]], changed)
