"""What is written is what the real decoders take, and nobody's name."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.care import CheckInDone, Override
from schemas.codec import decode_care
from streams.recording.checking import NO_PSEUDONYM, RefusedError, pseudonymous, written

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
