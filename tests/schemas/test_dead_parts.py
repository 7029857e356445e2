"""Dead letters that are too large for their topic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import DecodeError

from schemas.dead_letter import Header
from schemas.dead_parts import PART, ROOM, SLICE_BYTES, cut, fits, join
from schemas.topics import DEAD_LETTERS

REASON: list[Header] = [("rollcall.reason", b"oversize")]


def test_the_largest_record_that_its_source_takes_fits_without_compression() -> None:
    headers = [("name", b"x" * 100)] * 10

    assert fits(b"key", b"x" * (SLICE_BYTES - 3), headers)
    assert DEAD_LETTERS.max_message_bytes == SLICE_BYTES + ROOM


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"k", b"x" * (SLICE_BYTES + ROOM), []),
        (b"k" * (SLICE_BYTES + ROOM), None, []),
        (None, b"", [("huge", b"x" * (SLICE_BYTES + ROOM))]),
    ],
)
def test_what_does_not_fit_is_cut_and_joined(
    key: bytes | None, value: bytes | None, headers: list[Header]
) -> None:
    assert not fits(key, value, headers)

    parts = cut(key, value, headers, REASON)

    assert join([part.value or b"" for part in parts]) == (key, value, headers)
    assert all(fits(part.key, part.value, part.headers) for part in parts)
    assert [dict(part.headers)[PART] for part in parts] == [b"1/2", b"2/2"]
    assert all(dict(part.headers)["rollcall.reason"] == b"oversize" for part in parts)


@given(
    key=st.none() | st.binary(max_size=50),
    value=st.none() | st.binary(max_size=200),
    headers=st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=20)), max_size=3),
)
def test_every_record_comes_back(
    key: bytes | None, value: bytes | None, headers: list[Header]
) -> None:
    assert join([part.value or b"" for part in cut(key, value, headers, REASON)]) == (
        key,
        value,
        headers,
    )


def test_a_missing_part_is_noticed() -> None:
    parts = cut(b"k", b"x" * (3 * SLICE_BYTES), [], REASON)

    with pytest.raises(DecodeError):
        join([part.value or b"" for part in parts[:-1]])
