"""Rooms: which session a room stands for, whatever the order in which bookings are learned.

Sessions are booked on 2 March 2026, UTC; what is not said is room `r`.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instants import MINUTE_MS, instant, milliseconds
from schemas.room import Booking
from streams.rooms import KEPT_MS, LAG_MS, LEAD_MS, Rooms
from tests.builders import ms, when


def booking(session: str, starts: str, ends: str, revision: int = 1, **fields: Any) -> Booking:
    about = {"room": "r", "program": "evening", "platform": "zoom"} | fields
    return Booking(
        id=f"{session}-{revision}",
        source="test",
        at=when("08:00"),
        session=session,
        revision=revision,
        starts_at=when(starts),
        ends_at=when(ends),
        **about,
    )


def rooms(*bookings: Booking) -> Rooms:
    known = Rooms()
    for each in bookings:
        known.take(each)
    return known


def session_at(known: Rooms, at: str, room: str = "r") -> str | None:
    found = known.session_of(room, ms(at))
    return None if found is None else found.session


ALONE = (booking("a", "10:00", "12:00"),)
BACK_TO_BACK = (booking("a", "10:00", "12:00"), booking("b", "12:00", "13:00"))
NEAR = (booking("a", "10:00", "12:00"), booking("b", "12:20", "13:00"))
APART = (booking("a", "10:00", "12:00"), booking("b", "13:00", "14:00"))
OVERLAPPING = (booking("a", "10:00", "12:00"), booking("b", "11:00", "13:00"))
INSIDE = (
    booking("a", "10:00", "14:00"),
    booking("b", "11:00", "12:00"),
    booking("c", "14:00", "15:00"),
)
NEXT_WEEK = (booking("a", "10:00", "12:00"), booking("b", "03-09 10:00", "03-09 12:00"))


@pytest.mark.parametrize(
    ("booked", "at", "session"),
    [
        (ALONE, "09:29:59.999", None),
        (ALONE, "09:30", "a"),
        (ALONE, "10:00", "a"),
        (ALONE, "12:00", "a"),
        (ALONE, "15:00", "a"),
        (ALONE, "23:59:59.999", "a"),
        (ALONE, "03-03 00:00", None),
        (BACK_TO_BACK, "11:59:59.999", "a"),
        (BACK_TO_BACK, "12:00", "b"),
        (NEAR, "11:59:59.999", "a"),
        (NEAR, "12:00", "b"),
        (APART, "12:29:59.999", "a"),
        (APART, "12:30", "b"),
        (OVERLAPPING, "10:59:59.999", "a"),
        (OVERLAPPING, "11:00", "b"),
        (OVERLAPPING, "12:30", "b"),
        (INSIDE, "10:59:59.999", "a"),
        (INSIDE, "11:00", "b"),
        (INSIDE, "13:59:59.999", "b"),
        (INSIDE, "14:00", "c"),
        (NEXT_WEEK, "23:59:59.999", "a"),
        (NEXT_WEEK, "03-04 10:00", None),
        (NEXT_WEEK, "03-09 09:29:59.999", None),
        (NEXT_WEEK, "03-09 09:30", "b"),
    ],
)
def test_a_room_stands_for(booked: tuple[Booking, ...], at: str, session: str | None) -> None:
    assert session_at(rooms(*booked), at) == session


def test_the_lead_and_the_lag_are_those_of_the_table() -> None:
    assert (LEAD_MS, LAG_MS) == (30 * MINUTE_MS, 12 * 60 * MINUTE_MS)


def test_another_room_stands_for_nothing() -> None:
    assert session_at(rooms(*ALONE), "10:00", room="other") is None


def test_a_session_that_moves_leaves_its_room_to_the_one_before() -> None:
    moved = booking("b", "11:00", "13:00", revision=2, room="other")
    known = rooms(*OVERLAPPING, moved)

    assert session_at(known, "11:30") == "a"
    assert session_at(known, "11:30", room="other") == "b"


def test_a_session_that_is_put_off_has_its_room_at_the_new_time_alone() -> None:
    known = rooms(*ALONE, booking("a", "16:00", "17:00", revision=2))

    assert (session_at(known, "10:00"), session_at(known, "15:30")) == (None, "a")


def test_a_cancelled_session_has_no_room_and_is_known() -> None:
    known = rooms(*ALONE, booking("a", "10:00", "12:00", revision=2, status="cancelled"))
    found = known.booking_of("a")

    assert session_at(known, "10:00") is None
    assert found is not None
    assert found.status == "cancelled"
    assert known.booking_of("b") is None


def test_a_session_may_be_planned_again() -> None:
    cancelled = booking("a", "10:00", "12:00", revision=2, status="cancelled")

    assert session_at(rooms(cancelled, booking("a", "10:00", "12:00", revision=3)), "10:00") == "a"


@pytest.mark.parametrize(
    ("begins", "ends", "touched"),
    [
        ("09:00", "09:30", []),
        ("09:00", "09:30:00.001", ["a"]),
        ("11:59:59.999", "12:10", ["a"]),
        ("12:00", "12:30", []),
        ("12:00", "12:30:00.001", ["b"]),
        ("00:00", "23:59", ["a", "b"]),
    ],
)
def test_an_outage_touches_what_it_meets(begins: str, ends: str, touched: list[str]) -> None:
    found = rooms(*APART).touched(ms(begins), ms(ends))

    assert [each.session for each in found] == touched


def test_an_outage_touches_its_platform_or_its_program_and_nothing_cancelled() -> None:
    known = rooms(
        booking("a", "10:00", "12:00", room="r1"),
        booking("b", "10:00", "12:00", room="r2", program="morning"),
        booking("c", "10:00", "12:00", room="r3", platform="daily"),
        booking("d", "10:00", "12:00", room="r4", status="cancelled"),
    )

    def touched(**which: str) -> list[str]:
        found = known.touched(ms("10:30"), ms("10:40"), **which)
        return [each.session for each in found]

    assert touched() == ["a", "b", "c"]
    assert touched(platform="zoom") == ["a", "b"]
    assert touched(program="evening") == ["a", "c"]
    assert touched(platform="zoom", program="evening") == ["a"]


def test_what_is_long_over_is_forgotten() -> None:
    known = rooms(*APART)

    known.forget(ms("12:00") + KEPT_MS - 1)
    assert known.booking_of("a") is not None
    known.forget(ms("12:00") + KEPT_MS)
    assert known.booking_of("a") is None
    assert session_at(known, "11:00") is None
    assert session_at(known, "12:30") == "b"


BOOKINGS = st.builds(
    lambda session, room, starts, length, revision, cancelled: Booking(
        id="b",
        source="test",
        at=when("08:00"),
        room=room,
        session=session,
        program="evening",
        platform="zoom",
        revision=revision,
        starts_at=instant(ms("00:00") + starts * 10 * MINUTE_MS),
        ends_at=instant(ms("00:00") + (starts + length) * 10 * MINUTE_MS),
        status="cancelled" if cancelled else "planned",
    ),
    st.sampled_from("abcde"),
    st.sampled_from("rs"),
    st.integers(0, 100),
    st.integers(1, 30),
    st.integers(0, 3),
    st.booleans(),
)
INSTANTS = [ms("00:00") + tens * 5 * MINUTE_MS for tens in range(-12, 420)]


def told(known: Rooms) -> list[Booking | None]:
    return [known.session_of(room, at) for room in "rs" for at in INSTANTS]


@given(st.lists(BOOKINGS, max_size=8), st.data())
def test_order_and_repetition_change_nothing(booked: list[Booking], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(booked), max_size=4)) if booked else []
    shuffled = data.draw(st.permutations([*booked, *again]))

    known = rooms(*booked)
    other = Rooms()
    for each in shuffled:
        other.take(each)
        other.session_of(each.room, milliseconds(each.starts_at))  # In between, so nothing sticks.

    assert told(other) == told(known)
    assert [other.booking_of(each) for each in "abcde"] == [known.booking_of(e) for e in "abcde"]


def newest(booked: Iterable[Booking]) -> dict[str, Booking]:
    """By the letter of the rule, without anything kept in between."""
    found: dict[str, Booking] = {}
    for each in booked:
        rank = (each.revision, each.status == "planned")
        before = found.get(each.session)
        if before is None or rank > (before.revision, before.status == "planned"):
            found[each.session] = each
    return found


@given(st.lists(BOOKINGS, max_size=8, unique_by=lambda b: (b.session, b.revision)))
def test_every_session_has_its_room_from_its_start_until_the_next_starts(
    booked: list[Booking],
) -> None:
    known = rooms(*booked)
    held = [each for each in newest(booked).values() if each.status == "planned"]
    for room in "rs":
        here = sorted(
            (milliseconds(each.starts_at), each.session) for each in held if each.room == room
        )
        for at in INSTANTS:
            running = [session for starts, session in here if starts <= at]
            found = known.session_of(room, at)
            if found is None:
                # Nothing holds a room that is not long over, or soon to begin.
                assert not any(
                    each.room == room
                    and milliseconds(each.starts_at) - LEAD_MS <= at < milliseconds(each.ends_at)
                    for each in held
                    if running[-1:] in ([], [each.session])
                )
            else:
                early = milliseconds(found.starts_at) - at
                assert early <= LEAD_MS
                assert at < milliseconds(found.ends_at) + LAG_MS
                # Before its start it takes the room from none that is still planned to run.
                if early > 0:
                    assert not any(
                        each.room == room
                        and milliseconds(each.starts_at) <= at < milliseconds(each.ends_at)
                        for each in held
                    )
                else:
                    assert found.session == running[-1]
