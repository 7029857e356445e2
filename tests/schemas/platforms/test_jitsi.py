"""Jitsi: event_sync's requests, and how the last of them repairs what was lost."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.platforms.jitsi import EVENTS, JITSI, OF_NO_USE
from schemas.score import Score
from schemas.telemetry import Joined, Left, SessionEnded
from tests.builders import Log, ms, scheduled, when
from tests.live import run
from tests.schemas.platforms.hostile import (
    ANYTHING,
    BROKEN,
    log,
    mutated,
    name,
    refused,
    sound,
    told,
)

ROOM = "evening@conference.meet.example.test"
JID = "14f01c40-0000-4000-8000-000000000001@meet.example.test/AAAAAAAA"
PERSON = name("participant", "person1")


def seconds(time: str) -> int:
    return ms(time) // 1000


def occupant(joined: str, left: str | None = None, **fields: Any) -> dict[str, Any]:
    who = {
        "name": "MARKED-NAME-1",
        "email": "MARKED-MAIL-1@example.test",
        "id": "person1",
        "occupant_jid": JID,
        "joined_at": seconds(joined),
    }
    return who | ({} if left is None else {"left_at": seconds(left)}) | fields


def request(event: str, breakout: bool = False, **fields: Any) -> dict[str, Any]:
    body = {
        "event_name": "muc-" + event.replace("/", "-"),
        "room_name": "evening",
        "room_jid": ROOM,
        "is_breakout": breakout,
    }
    if breakout:
        body["breakout_room_id"] = "breakout1"
    return {"event": event, "body": body | fields}


def joined(at: str, breakout: bool = False, **fields: Any) -> dict[str, Any]:
    return request("occupant/joined", breakout, occupant=occupant(at, **fields))


def left(since: str, at: str, breakout: bool = False, **fields: Any) -> dict[str, Any]:
    return request("occupant/left", breakout, occupant=occupant(since, at, **fields))


def destroyed(at: str, *occupants: dict[str, Any], breakout: bool = False) -> dict[str, Any]:
    return request(
        "room/destroyed",
        breakout,
        created_at=seconds("09:55"),
        destroyed_at=seconds(at),
        all_occupants=list(occupants),
    )


GOOD = [
    joined("10:00"),
    left("10:00", "11:00"),
    joined("10:30", breakout=True),
    destroyed("12:00", occupant("10:00", "11:00"), occupant("10:00", occupant_jid="other")),
]


def score(*records: Log) -> Score:
    """Their score, but for how many records it took."""
    return replace(run(scheduled((PERSON,)), *records, now="15:00").scores[PERSON], position=0)


def test_good_payloads() -> None:
    assert all(sound(JITSI, payload) for payload in GOOD)
    assert not OF_NO_USE.keys() & EVENTS.keys()


def test_seconds_since_1970() -> None:
    (join,) = told(JITSI, joined("10:00")).records

    assert isinstance(join, Joined)
    assert join.at == when("10:00")
    assert join.session == name("session", ROOM)
    assert join.participant == PERSON
    assert join.connection == name("connection", JID)


def test_milliseconds_are_refused() -> None:
    payload = joined("10:00", joined_at=ms("10:00"))

    assert refused(JITSI, payload) == ("implausible_time", "$.occupant.joined_at")


def test_without_a_jwt_the_connection_is_the_person() -> None:
    (join,) = told(JITSI, joined("10:00", id=None)).records

    assert isinstance(join, Joined)
    assert join.participant == name("participant", JID)


def test_an_id_may_be_a_number() -> None:
    assert told(JITSI, joined("10:00", id=17)) == told(JITSI, joined("10:00", id="17"))


def test_the_path_says_what_happened_or_else_the_event_s_name() -> None:
    payload = left("10:00", "11:00")

    assert told(JITSI, payload["body"]) == told(JITSI, payload)
    assert refused(JITSI, {"body": payload["body"]}) == ("missing_field", "$.event")


def test_a_leave_repairs_a_lost_join() -> None:
    join, leave = told(JITSI, left("10:00", "11:00")).records

    assert (join,) == told(JITSI, joined("10:00")).records
    assert isinstance(leave, Left)
    assert leave.at == when("11:00")


def test_the_end_of_the_room_repairs_lost_leaves() -> None:
    end = destroyed("12:00", occupant("10:00", "11:00"))

    seen = score(log(JITSI, joined("10:00"), end))

    assert seen.observed_ms == ms("11:00") - ms("10:00")
    assert seen.inferred_ms == 0


def test_the_end_of_the_room_says_the_same_once_more() -> None:
    live = log(JITSI, joined("10:00"), left("10:00", "11:00"))
    end = log(JITSI, destroyed("12:00", occupant("10:00", "11:00")))

    assert [each for each in end if not isinstance(each, SessionEnded)] == live[1:]


def test_whoever_is_inside_leaves_with_the_room() -> None:
    join, leave, end = told(JITSI, destroyed("12:00", occupant("10:00"))).records

    assert isinstance(join, Joined)
    assert isinstance(leave, Left)
    assert isinstance(end, SessionEnded)
    assert (leave.cause, leave.at, end.at) == ("ended", when("12:00"), when("12:00"))


@pytest.mark.parametrize("back", ["10:40", "10:41"])
def test_a_breakout_room_is_no_leave(back: str) -> None:
    payloads = (
        joined("10:00"),
        left("10:00", "10:30"),
        joined("10:30", breakout=True),
        left("10:30", "10:40", breakout=True),
        destroyed("10:40", occupant("10:30", "10:40"), breakout=True),
        joined(back),
        left(back, "12:00"),
        destroyed("12:00", occupant(back, "12:00")),
    )

    seen = [score(log(JITSI, *order)) for order in (payloads, payloads[::-1])]

    assert seen[0] == seen[1]
    assert seen[0].inferred_ms == 0
    assert seen[0].attendance == 1.0


def test_the_end_of_a_breakout_room_is_no_end() -> None:
    records = told(JITSI, destroyed("10:40", occupant("10:30", "10:40"), breakout=True)).records

    assert not any(isinstance(each, SessionEnded) for each in records)


def test_nobody_may_be_an_empty_object() -> None:
    payload = destroyed("12:00")
    payload["body"]["all_occupants"] = {}

    assert told(JITSI, payload) == told(JITSI, destroyed("12:00"))


def test_a_redelivery_in_any_order_changes_nothing() -> None:
    payloads = (joined("10:00"), left("10:00", "10:30"), left("10:00", "10:30"), joined("10:00"))
    once = score(log(JITSI, *payloads[:2]))

    assert all(score(log(JITSI, *order)) == once for order in permutations(payloads))


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (joined("10:00", occupant_jid=""), "missing_field"),
        (joined("10:00", joined_at=None), "missing_field"),
        (joined("10:00", joined_at="MARKED"), "invalid_field"),
        (left("10:00", "09:59"), "contradictory_times"),
        (destroyed("09:59", occupant("10:00")), "contradictory_times"),
        (destroyed("12:00", occupant("10:00", "09:00")), "contradictory_times"),
        (left("10:00", "11:00", left_at=None), "missing_field"),
        (request("occupant/joined"), "invalid_field"),
        (request("room/destroyed"), "missing_field"),
        (
            request(
                "room/destroyed",
                destroyed_at=seconds("12:00"),
                all_occupants={"MARKED": occupant("10:00")},
            ),
            "invalid_field",
        ),
        (request("room/destroyed", room_jid=None, destroyed_at=seconds("12:00")), "missing_field"),
        (
            request("occupant/joined", True, breakout_room_id="", occupant=occupant("10:00")),
            "missing_field",
        ),
        ({"event": "occupant/joined", "body": "MARKED"}, "invalid_field"),
    ],
)
def test_what_is_refused(payload: Any, code: str) -> None:
    assert refused(JITSI, payload)[0] == code


def test_unknown_events_and_fields_are_passed_over() -> None:
    assert told(JITSI, request("MARKED"))[:2] == ((), ("unknown_event",))
    assert told(JITSI, request("room/created"))[:2] == ((), ("room/created",))
    assert told(JITSI, joined("10:00", MARKED={"MARKED": 1})) == told(JITSI, joined("10:00"))


def test_what_it_can_report() -> None:
    assert JITSI.signals == ()
    assert JITSI.camera == "none"


@pytest.mark.parametrize("body", BROKEN)
def test_broken_bodies(body: bytes) -> None:
    assert not sound(JITSI, body) or told(JITSI, body).records == ()


@settings(max_examples=150, deadline=None)
@given(st.binary() | ANYTHING | mutated(GOOD) | mutated([each["body"] for each in GOOD]))
def test_anything_is_taken_or_refused(payload: Any) -> None:
    sound(JITSI, payload)
