"""JaaS: redeliveries, rooms switched, and the lobby."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.platforms.jaas import EVENTS, JAAS, OF_NO_USE
from schemas.score import Score
from schemas.telemetry import Joined, Left, SessionEnded, Waiting
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

PERSON = name("participant", "auth0|person1")
JID = "fc1ea14a-0000-4000-8000-000000000001@8x8.example.test"


def webhook(event: str, time: str, **data: Any) -> dict[str, Any]:
    return {
        "idempotencyKey": f"key-{event}-{time}",
        "customerId": "customer1",
        "appId": "app1",
        "eventType": event,
        "sessionId": "occurrence1",
        "timestamp": ms(time),
        "fqn": "app1/MARKED-ROOM",
        "data": data,
    }


def about(event: str, time: str, **data: Any) -> dict[str, Any]:
    who = {
        "avatar": "MARKED-AVATAR",
        "name": "MARKED-NAME-1",
        "email": "MARKED-MAIL-1@example.test",
        "id": "auth0|person1",
        "participantJid": JID,
        "moderator": False,
    }
    return webhook(f"PARTICIPANT_{event}", time, **(who | data))


GOOD = [
    about("JOINED", "10:00"),
    about("LEFT", "12:00", disconnectReason="left"),
    about("JOINED_LOBBY", "09:50"),
    about("LEFT_LOBBY", "09:59"),
    webhook("ROOM_DESTROYED", "12:00", conference="MARKED-ROOM"),
]


def score(*records: Log) -> Score:
    """Their score, but for how many records it took."""
    return replace(run(scheduled((PERSON,)), *records, now="15:00").scores[PERSON], position=0)


def test_every_event_has_a_good_payload() -> None:
    assert {payload["eventType"] for payload in GOOD} == set(EVENTS)
    assert all(sound(JAAS, payload) for payload in GOOD)
    assert not OF_NO_USE & set(EVENTS)


def test_a_join_and_a_leave() -> None:
    (join,) = told(JAAS, GOOD[0]).records
    (leave,) = told(JAAS, GOOD[1]).records

    assert isinstance(join, Joined)
    assert isinstance(leave, Left)
    assert (join.at, leave.at) == (when("10:00"), when("12:00"))
    assert join.session == leave.session == name("session", "occurrence1")
    assert join.participant == leave.participant == PERSON
    assert join.connection == leave.connection == name("connection", JID)
    assert (join.role, leave.cause) == ("participant", "left")


@pytest.mark.parametrize(
    ("reason", "cause"),
    [("left", "left"), ("kicked", "removed"), ("MARKED", "unknown"), (None, "unknown")],
)
def test_a_reason_is_one_of_ours_or_unknown(reason: str | None, cause: str) -> None:
    payload = about("LEFT", "12:00", disconnectReason=reason)

    (leave,) = told(JAAS, payload).records

    assert isinstance(leave, Left)
    assert leave.cause == cause
    assert sound(JAAS, payload)


@pytest.mark.parametrize("yes", [True, "true"])
def test_a_moderator_is_a_host(yes: Any) -> None:
    (join,) = told(JAAS, about("JOINED", "10:00", moderator=yes)).records

    assert isinstance(join, Joined)
    assert join.role == "host"


def test_guests_are_known_by_their_connection() -> None:
    (join,) = told(JAAS, about("JOINED", "10:00", id="")).records

    assert isinstance(join, Joined)
    assert join.participant == name("participant", JID)


def test_the_idempotency_key_names_the_record() -> None:
    first, again, other = (about("JOINED", "10:00") for _ in range(3))
    other["idempotencyKey"] = "another"

    ids = [told(JAAS, each).records[0].id for each in (first, again, other)]

    assert ids[0] == ids[1] != ids[2]


def test_switching_rooms_is_no_leave() -> None:
    payloads = (
        about("JOINED", "10:00"),
        about("LEFT", "10:30", disconnectReason="switch_room"),
        about("JOINED", "10:30:01", isBreakout=True, breakoutRoomId="b1"),
        about("LEFT", "10:40", isBreakout=True, disconnectReason="switch_room"),
        webhook("ROOM_DESTROYED", "10:41", isBreakout=True, breakoutRoomId="b1"),
        about("JOINED", "10:40:01"),
        about("LEFT", "12:00", disconnectReason="left"),
    )

    assert [told(JAAS, each).ignored for each in payloads[1:5]] == [("breakout_hop",)] * 4
    assert score(log(JAAS, *payloads)).attendance == 1.0


def test_whoever_goes_from_a_breakout_room_is_gone() -> None:
    gone = about("LEFT", "11:00", isBreakout=True, disconnectReason="left")

    seen = score(log(JAAS, about("JOINED", "10:00"), gone))

    assert seen.attended_ms == ms("11:00") - ms("10:00")


def test_the_end_of_waiting_told_late_ends_no_visit() -> None:
    wait, join = about("JOINED_LOBBY", "09:50"), about("JOINED", "10:00")
    payloads = (wait, join, about("LEFT_LOBBY", "10:00:01"), about("LEFT", "12:00"))

    assert isinstance(told(JAAS, wait).records[0], Waiting)
    assert score(log(JAAS, *payloads)).attendance == 1.0


def test_a_redelivery_in_any_order_changes_nothing() -> None:
    join, leave = about("JOINED", "10:00"), about("LEFT", "10:30", disconnectReason="left")
    once = score(log(JAAS, join, leave))

    assert all(
        score(log(JAAS, *order)) == once for order in permutations((join, leave, leave, join))
    )


def test_the_end_is_a_hint() -> None:
    (end,) = told(JAAS, GOOD[-1]).records

    assert isinstance(end, SessionEnded)
    assert end.at == when("12:00")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"timestamp": None}, "missing_field"),
        ({"timestamp": ms("10:00") // 1000}, "implausible_time"),
        ({"timestamp": "MARKED"}, "invalid_field"),
        ({"idempotencyKey": ""}, "missing_field"),
        ({"sessionId": None}, "missing_field"),
        ({"data": {}}, "missing_field"),
        ({"data": None}, "missing_field"),
        ({"data": {"id": {"MARKED": 1}}}, "invalid_field"),
        ({"eventType": 7}, "invalid_field"),
    ],
)
def test_what_is_refused(change: dict[str, Any], code: str) -> None:
    assert refused(JAAS, about("JOINED", "10:00") | change)[0] == code


def test_unknown_events_and_fields_are_passed_over() -> None:
    assert told(JAAS, webhook("MARKED", "10:00"))[:2] == ((), ("unknown_event",))
    assert told(JAAS, webhook("ROOM_CREATED", "10:00"))[:2] == ((), ("ROOM_CREATED",))
    assert told(JAAS, about("JOINED", "10:00", MARKED=1)) == told(JAAS, about("JOINED", "10:00"))


def test_what_it_can_report() -> None:
    assert JAAS.signals == ()
    assert JAAS.camera == "none"


@pytest.mark.parametrize("body", BROKEN)
def test_broken_bodies(body: bytes) -> None:
    assert not sound(JAAS, body)


@settings(max_examples=150, deadline=None)
@given(st.binary() | ANYTHING | mutated(GOOD))
def test_anything_is_taken_or_refused(payload: Any) -> None:
    sound(JAAS, payload)
