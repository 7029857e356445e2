"""What is written is what the real decoders take, and nobody's name."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.care import Acknowledged, CheckInDone, Override
from schemas.checking import NO_PSEUDONYM, RefusedError, completed, pseudonymous, written
from schemas.codec import decode_care
from schemas.telemetry import Joined

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)
HEAD: dict[str, Any] = {
    "id": "evt-1",
    "source": "staff",
    "at": AT,
    "participant": "par-1",
    "entity": "fac-1",
}


def override(**fields: Any) -> Override:
    plain = {"session": "ses-1", "outcome": "excused", "reason_code": "storm"}
    return Override(**(HEAD | plain | fields))


def test_what_is_written_can_be_read() -> None:
    record = override()
    assert decode_care(written(record)) == record


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        *(("par-1", True), ("x" * 128, True), ("x" * 129, False), ("", False)),
        *(("one@example.org", False), ("a name", False), ("tab\tbed", False), ("nul\0", False)),
        *(("dash-9_.:", True), ("\u2028", False)),
    ],
)
def test_pseudonyms(text: str, fine: bool) -> None:
    assert pseudonymous(text) is fine
    if not fine:
        with pytest.raises(RefusedError, match="reason_code: must be a pseudonym"):
            written(override(reason_code=text))


def test_a_list_is_looked_through() -> None:
    with pytest.raises(RefusedError) as error:
        written(CheckInDone(**HEAD, about=("fine", "one@example.org")))
    assert str(error.value) == f"about: {NO_PSEUDONYM}"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"outcome": "absent"}, "outcome: not an allowed value"),
        ({"revision": -1}, "revision: Expected `int` >= 0"),
    ],
)
def test_what_no_reader_would_take(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError) as error:
        written(override(**fields))
    assert str(error.value) == reason


FIELDS: dict[str, Any] = {
    "type": "joined",
    "at": "2026-03-02T18:02:00Z",
    "session": "ses-1",
    "participant": "par-1",
}


def test_what_is_left_out_is_completed() -> None:
    record = completed(FIELDS, "video-north")
    assert isinstance(record, Joined)
    assert (record.source, record.session) == ("video-north", "ses-1")
    assert completed(FIELDS | {"source": "other", "id": "evt-1"}, "x") == Joined(
        id="evt-1", source="other", at=AT.replace(minute=2), session="ses-1", participant="par-1"
    )


def test_staff_facts_are_completed() -> None:
    fields = {"type": "acknowledged", "at": AT, "participant": "par-1", "entity": "fac-1"}
    assert isinstance(completed(fields | {"target": "wvd-1"}, "staff"), Acknowledged)


@given(st.permutations(list(FIELDS)), st.dictionaries(st.just("unknown"), st.integers()))
def test_the_same_fields_give_the_same_id(order: list[str], unknown: dict[str, int]) -> None:
    again = {key: FIELDS[key] for key in order} | unknown
    assert completed(again, "a").id == completed(FIELDS, "a").id


@pytest.mark.parametrize(
    "changed",
    [
        {"at": "2026-03-02T18:02:00.001Z"},
        {"session": "ses-2"},
        {"participant": "par-2"},
        {"connection": "con-1"},
        {"type": "left"},
        {"source": "b"},
    ],
    ids=str,
)
def test_what_differs_has_another_id(changed: dict[str, Any]) -> None:
    assert completed(FIELDS | changed, "a").id != completed(FIELDS, "a").id


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"type": "gossip"}, "type: not one that may be sent"),
        ({"type": None}, "type: not one that may be sent"),
        ({"type": ["joined"]}, "type: not one that may be sent"),
        ({"type": "session_result"}, "type: not one that may be sent"),
        ({"at": "2026-03-02T18:02:00"}, "at: Expected `datetime` with a timezone component"),
        ({"at": "yesterday, with Ann"}, "at: Invalid RFC3339 encoded datetime"),
        ({"session": 7}, "session: Expected `str`, got `int`"),
        pytest.param({"session": object()}, "holds something that is no JSON", id="an object"),
        ({"session": "\ud800"}, "holds something that is no JSON"),
        ({"session": 2**70}, "session: Expected `str`, got `float`"),
        ({"role": "spectator"}, "role: not an allowed value"),
        ({"id": None}, "id: Expected `str`, got `null`"),
    ],
    ids=str,
)
def test_what_cannot_be_completed_names_the_field(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError) as error:
        completed(FIELDS | changed, "a")
    assert str(error.value) == reason


def test_a_missing_field_is_named() -> None:
    without = {key: held for key, held in FIELDS.items() if key != "session"}
    with pytest.raises(RefusedError) as error:
        completed(without, "a")
    assert str(error.value) == "Object missing required field `session`"
