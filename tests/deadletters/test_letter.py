"""Letters as they are read: four conventions, and letters in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import Entry, Header
from schemas.dead_parts import SLICE_BYTES
from streams.deadletters.conventions import Cause, cause, without_errors
from streams.deadletters.letter import Gathering, Letter
from tests.deadletters.letters import (
    AT,
    FAILED_AT,
    TELEMETRY,
    connect,
    door,
    letter,
    ours,
    parts,
    spring,
)

STREAMS: list[Header] = [
    ("__streams.errors.topic", b"orders"),
    ("__streams.errors.partition", b"2"),
    ("__streams.errors.offset", b"9"),
    ("__streams.errors.exception", b"org.apache.kafka.common.errors.SerializationException"),
    ("__streams.errors.message", b"bad bytes"),
]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (ours(), Cause("rollcall", TELEMETRY, 3, 41, "unknown_type", "why")),
        (
            Entry(0, 0, None, None, STREAMS),
            Cause("streams", "orders", 2, 9, "SerializationException", "bad bytes"),
        ),
        (connect(), Cause("connect", "orders", 2, 1207, "DataException", "cannot convert")),
        (spring(), Cause("spring", "orders", 2, 1 << 33, "KafkaException$Level", "it failed")),
        (door(), Cause("rollcall", None, None, None, "invalid_field", "")),
        (Entry(0, 0, None, b"x", []), Cause("unknown", None, None, None, "unknown", "")),
        # A connector that fails over one of our letters writes its own behind ours.
        (
            connect("rollcall.deadletters.v1", b"x", *ours().headers),
            Cause("connect", "rollcall.deadletters.v1", 2, 1207, "DataException", "cannot convert"),
        ),
        # A record that was sent again is no letter of ours where somebody else fails over it.
        (
            Entry(0, 0, None, None, [*STREAMS, ("rollcall.attempt", b"2")]),
            Cause("streams", "orders", 2, 9, "SerializationException", "bad bytes"),
        ),
    ],
)
def test_where_a_letter_comes_from(entry: Entry, expected: Cause) -> None:
    assert cause(entry.headers) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__connect.errors.partition", b"two"),
        ("__connect.errors.partition", b"\xff"),
        ("__connect.errors.partition", b""),
        ("__connect.errors.partition", b"9" * 50),
        ("kafka_dlt-original-partition", b"2"),
        ("kafka_dlt-original-partition", b""),
        ("__connect.errors.topic", b"\xff"),
    ],
)
def test_what_cannot_be_read_is_left_open(name: str, value: bytes) -> None:
    found = cause([(name, value)])

    assert (found.topic, found.partition) == (None, None)
    assert found.reason == "unknown"


NAMES = [name for entry in (ours(), connect(), spring(), door()) for name, _ in entry.headers]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.binary(max_size=9) | st.none(),
        ),
        max_size=8,
    )
)
def test_no_header_is_more_than_can_be_read(headers: list[tuple[str, bytes]]) -> None:
    found = letter(Entry(0, AT, None, None, headers))

    assert found.attempt >= 1
    assert found.first_failed_at
    assert isinstance(found.cause, Cause)
    assert isinstance(found.may_return, bool)


@pytest.mark.parametrize("entry", [ours(headers=(("traceparent", b"00-1"),)), spring()])
def test_a_record_gets_its_own_headers_back(entry: Entry) -> None:
    assert without_errors(entry.headers) == [("traceparent", b"00-1")]


def test_other_headers_of_ours_stay() -> None:
    assert without_errors([("rollcall.tenant", b"north"), ("rollcall.reason", b"x")]) == [
        ("rollcall.tenant", b"north")
    ]


def test_a_letter_says_when_how_often_and_which_event() -> None:
    told = (("rollcall.attempt", b"3"), ("rollcall.first_failed_at", b"2026-03-01T00:00:00Z"))
    again = letter(ours(headers=told))

    assert (again.attempt, again.first_failed_at) == (3, "2026-03-01T00:00:00Z")
    assert again.event_id == "e-1"
    assert letter(connect(value=b'{"id":"order-1"}')).event_id == "order-1"
    assert letter(spring()).first_failed_at == FAILED_AT
    assert letter(ours()).may_return
    assert not letter(door()).may_return


LARGE = b"x" * (2 * SLICE_BYTES + 1)


def gathered(entries: list[tuple[int, Entry]]) -> tuple[list[Letter], list[Letter]]:
    gathering = Gathering()
    whole = [found for entry in entries if (found := gathering.take(*entry)) is not None]
    return whole, list(gathering.rest())


def test_parts_are_put_together() -> None:
    [found], torn = gathered([(1, each) for each in parts(LARGE, first=10)])

    assert not torn
    assert (found.partition, found.offset, found.parts, found.complete) == (1, 10, 3, True)
    assert (found.key, found.value) == (b"ses-1", LARGE)
    assert found.headers == [("traceparent", b"00-1"), ("rollcall.attempt", b"2")]
    assert (found.cause.reason, found.attempt) == ("oversize", 2)


def test_parts_may_lie_among_each_others() -> None:
    one = parts(b"1" + LARGE, first=0, source_offset=1)
    two = parts(b"2" + LARGE, first=1, source_offset=2)
    between = ours(offset=9)
    mixed = [one[0], two[0], between, two[1], one[1], two[2], one[2]]

    whole, torn = gathered([(0, each) for each in mixed])

    assert [(each.value or b"")[:1] for each in whole] == [b"{", b"2", b"1"]
    assert not torn


def test_a_letter_whose_first_part_is_gone_is_torn() -> None:
    whole, [torn] = gathered([(0, each) for each in parts(LARGE, first=10)[1:]])

    assert not whole
    assert (torn.complete, torn.offset, torn.parts) == (False, 11, 2)
    assert (torn.value, torn.cause.reason) == (None, "oversize")


@pytest.mark.parametrize("number", [b"0/2", b"3/2", b"1", b"a/b", b"/", b"\xff", b""])
def test_a_part_that_is_none_is_a_letter(number: bytes) -> None:
    entry = ours()._replace(headers=[("rollcall.part", number)])

    assert letter(entry).value == entry.value


def test_a_part_that_is_no_part_of_anything_is_torn() -> None:
    entry = ours()._replace(headers=[("rollcall.part", b"1/1")], value=b"nonsense")

    assert not letter(entry).complete
