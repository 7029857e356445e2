"""Outages: one record for each session touched, the same whoever says it and how often."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.telemetry import Outage
from streams.recording.known import Session
from streams.recording.outages import Declared, Key, fanned_out, touched
from streams.rooms import Rooms
from tests.builders import ms, scheduled, stay, when
from tests.live import run
from tests.test_booked_rooms import booking, rooms


def declared(begins: str = "10:30", ends: str = "10:40", **said: Any) -> Declared:
    about = {} if "sessions" in said or "program" in said else {"platform": "zoom"}
    fields: dict[str, Any] = {"source": "staff", "at": when("11:00"), **about, **said}
    return Declared(when(begins), when(ends), **fields)


def planned(session: str, starts: str = "10:00", ends: str = "12:00", **fields: Any) -> Session:
    about = {"program": "evening", "cancelled": False, "people": frozenset()} | fields
    return Session(session, starts_at=ms(starts), ends_at=ms(ends), **about)


BOOKED = rooms(
    booking("a", "10:00", "12:00", room="r1"),
    booking("b", "10:00", "12:00", room="r2", program="morning"),
    booking("c", "10:00", "12:00", room="r3", platform="daily"),
    booking("d", "14:00", "16:00", room="r4"),
)
PLANNED = (
    planned("a"),
    planned("e"),
    planned("f", program="morning"),
    planned("g", cancelled=True),
    planned("h", "14:00", "16:00"),
)


@pytest.mark.parametrize(
    ("outage", "sessions"),
    [
        (declared(platform="zoom"), {"a", "b"}),
        (declared(platform="daily"), {"c"}),
        (declared(platform="jitsi"), set()),
        (declared(program="evening"), {"a", "c", "e"}),
        (declared(program="morning"), {"b", "f"}),
        (declared(platform="zoom", program="evening"), {"a"}),
        (declared("10:30", "13:30:00.001", program="evening"), {"a", "c", "d", "e", "h"}),
        (declared("12:00", "13:30", program="evening"), set()),
        (declared(sessions=("x", "a")), {"a", "x"}),
    ],
)
def test_an_outage_touches(outage: Declared, sessions: set[str]) -> None:
    assert touched(outage, BOOKED, PLANNED) == sessions


def test_where_no_plans_can_be_looked_up_the_bookings_tell() -> None:
    assert touched(declared(program="evening"), BOOKED) == {"a", "c"}


def test_each_session_gets_a_record_of_the_same_entity() -> None:
    records = fanned_out(declared(), {"b", "a"})

    assert [(each.session, each.revision, each.withdrawn) for each in records] == [
        ("a", 0, False),
        ("b", 0, False),
    ]
    assert {each.entity for each in records} == {declared().name}
    assert len({each.id for each in records}) == 2


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (declared(ends="11:40"), True),
        (declared(source="status-board", at=when("12:00")), True),
        (declared(begins="10:31"), False),
        (declared(platform="daily"), False),
        (declared(program="evening"), False),
        (declared(platform="zoom", program="evening"), False),
    ],
)
def test_what_makes_it_this_outage(other: Declared, same: bool) -> None:
    assert (other.name == declared().name) is same


def test_an_entity_and_a_revision_may_be_given() -> None:
    [record] = fanned_out(declared(entity="out-7", revision=9), {"a"})

    assert (record.entity, record.revision) == ("out-7", 9)


def newest(*said: Iterable[Outage]) -> dict[Key, Outage]:
    found: dict[Key, Outage] = {}
    for each in (record for records in said for record in records):
        held = found.get((each.session, each.entity))
        assert held is None or each.revision > held.revision
        found[each.session, each.entity] = each
    return found


def test_another_end_revises_it_where_it_is_and_where_it_was() -> None:
    first = fanned_out(declared(ends="15:00"), {"a", "d"})

    second = fanned_out(declared(ends="10:40"), {"a", "b"}, newest(first))

    assert [(each.session, each.revision) for each in second] == [("a", 1), ("b", 0), ("d", 1)]
    assert {each.ends for each in second} == {when("10:40")}


def test_another_outage_of_named_sessions_is_left_alone() -> None:
    first = fanned_out(declared(sessions=("a",)), {"a"})

    second = fanned_out(declared(ends="11:00", sessions=("b",)), {"b"}, newest(first))

    assert [each.session for each in second] == ["b"]


def test_it_is_taken_back_wherever_it_is() -> None:
    first = fanned_out(declared(), {"a", "b"})

    taken = fanned_out(declared(withdrawn=True), {"b", "c"}, newest(first))

    assert [(each.session, each.revision, each.withdrawn) for each in taken] == [
        ("a", 1, True),
        ("b", 1, True),
    ]
    held = newest(first, taken)
    assert fanned_out(declared(withdrawn=True), {"b", "c"}, held) == []
    assert [each.revision for each in fanned_out(declared(), {"a"}, held)] == [2, 2]


def test_of_named_sessions_it_is_taken_back_in_those_alone() -> None:
    first = fanned_out(declared(sessions=("a", "b")), {"a", "b"})

    taken = fanned_out(declared(sessions=("b",), withdrawn=True), {"b"}, newest(first))

    assert [each.session for each in taken] == ["b"]


def test_where_nobody_can_look_it_is_taken_back_in_all_that_it_touches() -> None:
    taken = fanned_out(declared(withdrawn=True), {"a", "b"})

    assert [(each.session, each.revision) for each in taken] == [("a", 1), ("b", 1)]


def test_times_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="`to` must be later"):
        fanned_out(declared("10:40", "10:40"), {"a"})


def test_nobody_is_away_during_it() -> None:
    """Whoever was thrown out for its length has been there all the time."""
    plan = scheduled(("a",))
    log = (plan, *stay("10:00", "10:30", "a"), *stay("10:43", "12:00", "a", "c2"))
    records = fanned_out(declared(), {plan.session})

    assert run(*log, *records).scores["a"].attendance == 1.0
    assert run(*log).scores["a"].attendance != 1.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["10:40", "11:00", "15:00"]),
            st.booleans(),
            st.frozensets(st.sampled_from("abc")),
        ),
        max_size=6,
    ),
    st.sampled_from(["10:40", "11:00"]),
    st.booleans(),
    st.frozensets(st.sampled_from("abc")),
)
def test_what_was_said_last_holds_everywhere_and_twice_is_once(
    said: list[tuple[str, bool, frozenset[str]]],
    ends: str,
    withdrawn: bool,
    sessions: frozenset[str],
) -> None:
    known: dict[Key, Outage] = {}
    for each_ends, each_withdrawn, about in said:
        known |= newest(
            fanned_out(declared(ends=each_ends, withdrawn=each_withdrawn), about, known)
        )
    last = declared(ends=ends, withdrawn=withdrawn)

    records = fanned_out(last, sessions, known)
    for each in records:
        held = known.get((each.session, each.entity))
        assert held is None or each.revision == held.revision + 1
    known |= newest(records)

    assert fanned_out(last, sessions, known) == []
    assert all(each.withdrawn is withdrawn for each in known.values())
    assert withdrawn or {session for session, _ in known} >= sessions
    assert withdrawn or {each.ends for each in known.values()} <= {when(ends)}


def test_without_bookings_a_platform_touches_nothing() -> None:
    assert touched(declared(), Rooms(), PLANNED) == set()
