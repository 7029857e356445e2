"""Contract: the committed schemas are the records', and refuse what the decoder refuses."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas.codec import (
    ERRORS,
    decode_care,
    decode_identity,
    decode_room,
    decode_telemetry,
    decoder,
    refusal,
)
from schemas.contract import CONTRACTS, DOOR, schema_of
from schemas.outputs import OUTPUTS
from schemas.topics import CARE, IDENTITIES, ROOMS, TELEMETRY
from streams.commands.schema import files
from streams.gateway.staff import decode_said

SCHEMAS = Path(__file__).parents[2] / "schemas" / "json"
EXAMPLES = SCHEMAS.parent / "examples"
VALIDATORS = {name: Draft202012Validator(schema_of(name)) for name in CONTRACTS}
DECODERS: dict[str, Callable[[bytes | None], Any]] = {
    TELEMETRY.name: decode_telemetry,
    CARE.name: decode_care,
    ROOMS.name: decode_room,
    IDENTITIES.name: decode_identity,
    DOOR: decode_said,
    **{topic: decoder(record) for topic, record in OUTPUTS.items()},
}
PAYLOADS = {
    (name, file.stem): json.loads(file.read_bytes())
    for name, contract in CONTRACTS.items()
    for file in sorted((EXAMPLES / contract.folder).glob("*.json"))
    if file.stem.partition("-")[0] == name
}
each_payload = pytest.mark.parametrize(
    ("name", "payload"),
    [(name, payload) for (name, _), payload in PAYLOADS.items()],
    ids=[stem for _, stem in PAYLOADS],
)


def test_what_is_committed_is_what_the_records_say() -> None:
    """`rollcall schema --to schemas/json` makes it so."""
    committed = {
        str(file.relative_to(SCHEMAS)): file.read_text("utf-8")
        for file in SCHEMAS.rglob("*")
        if file.is_file()
    }
    assert committed == dict(files())


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_schema_is_a_schema_that_says_what_it_is(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:{CONTRACTS[name].topic.replace('.', ':')}:{name}"
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["title"]
        assert part["description"].strip()
        assert "\n  " not in part["description"]
        assert "additionalProperties" not in part


def test_ids_are_unique() -> None:
    assert len({schema_of(name)["$id"] for name in CONTRACTS}) == len(CONTRACTS)


def test_every_record_has_a_payload() -> None:
    assert {name for name, _ in PAYLOADS} == set(CONTRACTS)


BEYOND_SCHEMAS = re.compile(
    r"dates must lie between|starts_at and ends_at must lie between"
    r"|`(?:to|until)` must be later than `from`|ends_at must follow|last_day must follow"
    r"|`from` and `to` must lie between|`to` must follow `from`"
    r"|a session cannot make up for itself|the text holds an escaped NUL"
)
"""What the decoder's own words are for the rules that `schemas.contract` says no schema can tell;
a day that no calendar has and a float that is whole have no words of their own."""
NO_SUCH_DAY = {"2026-02-30", "2026-02-30T18:00:00Z", "0000-03-02", "0000-03-02T18:00:00Z"}

ALONE = {"booking", "identity"}
"""The only record type of its topic, whose decoder takes it without a `type`; its schema asks."""

WRONG: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, 2**53 + 1, 2**63, -(2**63) - 1, 8, 10_081, 101),
    *("", "x", "x" * 128, "x" * 129, "no_such_code", "nul\0", "tab\tbed", "bell\x07", "del\x7f"),
    *("2026-03-02T18:00:00", "2026-03-02T18:00:00Z", "2026-03-02t18:00:00.1234567z"),
    *("2026-03-02 18:00:00+0530", "2026-03-02T18:00Z", "2026-03-02T24:00:00Z", "20260302T180000Z"),
    *("2026-03-02T18:00:60Z", "2026-03-02T18:00:00+24:00", "2026-13-02T18:00:00Z", "2026-03-02"),
    *("2026-3-2", "2026-03-02T18:00:00,5Z", "2026-03-02T18:00:00.Z", "monday", "camera"),
    *("2026-03-02T18:00:00+23:59", "9999-12-31T23:59:59Z", "1999-12-31T23:59:59Z"),
    *([], {}, [None], [{}], ["camera"], ["x"] * 65, ["camera"] * 7, {"a": True}, {"a": 1.5}, 1.0),
    *sorted(NO_SUCH_DAY),
)


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a payload."""
    if path:
        yield path
    if isinstance(part, dict | list):
        for key, held in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(held, (*path, key))


@st.composite
def single_faults(draw: st.DrawFn) -> tuple[str, Any, Any]:
    """A record's name, an example of it with one thing changed, and what it was changed to."""
    name, stem = draw(st.sampled_from(sorted(PAYLOADS)))
    payload = copy.deepcopy(PAYLOADS[name, stem])
    *way, last = draw(st.sampled_from(list(places(payload))))
    part = payload
    for key in way:
        part = part[key]
    match draw(st.sampled_from(("wrong", "wrong", "missing", "unknown", "repeated"))):
        case "wrong":
            part[last] = wrong = draw(st.sampled_from(WRONG))
            return name, payload, wrong
        case "missing":
            del part[last]
        case "unknown" if isinstance(part, dict):
            part["nobody_knows_this"] = draw(st.sampled_from(WRONG[:20]))
        case "repeated" if isinstance(part, list):
            part.extend(copy.deepcopy(part) * draw(st.integers(1, 80)))
    return name, payload, None


def refused(name: str, payload: Any) -> str | None:
    """What the topic's decoder says against it, or that it is another record."""
    contract = CONTRACTS[name]
    try:
        record = DECODERS[contract.topic](json.dumps(payload).encode())
    except ERRORS as error:
        return f"{error} {refusal(error).detail}"
    return None if isinstance(record, contract.record) else "another record"


@each_payload
def test_a_payload_satisfies_its_schema_and_the_decoder(name: str, payload: Any) -> None:
    assert [error.message for error in VALIDATORS[name].iter_errors(payload)] == []
    assert refused(name, payload) is None


@given(single_faults())
def test_schema_and_decoder_agree_about_single_faults(fault: tuple[str, Any, Any]) -> None:
    name, payload, wrong = fault
    said, valid = refused(name, payload), VALIDATORS[name].is_valid(payload)
    if valid and said is not None:
        whole_float = isinstance(wrong, float) and wrong.is_integer()
        no_such_day = isinstance(wrong, str) and wrong in NO_SUCH_DAY
        assert BEYOND_SCHEMAS.search(said) or whole_float or no_such_day, said
    elif name not in ALONE or "type" in payload:
        assert valid is (said is None), said


STRUCTURE = {
    "missing field": {"session": ...},
    "missing type": {"type": ...},
    "another type": {"type": "left"},
    "wrong type": {"session": 7},
    "null": {"participant": None},
    "empty": {"session": ""},
    "too long": {"session": "x" * 129},
    "no offset": {"at": "2026-03-02T18:00:00"},
    "no instant": {"at": "yesterday"},
    "unknown code": {"role": "spectator"},
    "control character": {"connection": "\x1b[2J"},
}


@pytest.mark.parametrize("changed", STRUCTURE.values(), ids=STRUCTURE)
def test_structure_is_refused_by_both(changed: dict[str, Any]) -> None:
    payload = {
        key: held
        for key, held in {**PAYLOADS["joined", "joined"], **changed}.items()
        if held is not ...
    }
    assert not VALIDATORS["joined"].is_valid(payload)
    assert refused("joined", payload) is not None


@pytest.mark.parametrize(
    ("name", "fields", "fine"),
    [
        ("outage_declared", {"platform": "zoom", "program": None}, True),
        ("outage_declared", {"platform": None, "program": "prog-evening"}, True),
        ("outage_declared", {"platform": None, "program": None}, False),
        ("goals_agreed", {"practice_days": 3, "participation": None}, True),
        ("goals_agreed", {"practice_days": None, "participation": 50}, True),
        ("goals_agreed", {"practice_days": None, "participation": None}, False),
        ("waived", {"session": "ses-1", "rule": "late", "target": None}, True),
        ("waived", {"session": None, "rule": None, "target": "t"}, True),
        ("waived", {"session": "ses-1", "rule": None, "target": None}, False),
        ("waived", {"session": "ses-1", "rule": "late", "target": "t"}, False),
        ("waived", {"session": None, "rule": None, "target": None}, False),
    ],
)
def test_one_field_or_another(name: str, fields: dict[str, Any], fine: bool) -> None:
    without = {key: held for key, held in fields.items() if held is not None}
    plain = {key: held for key, held in PAYLOADS[name, name].items() if key not in fields}
    for payload in (plain | fields, plain | without):
        assert VALIDATORS[name].is_valid(payload) is fine
        assert (refused(name, payload) is None) is fine
