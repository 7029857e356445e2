"""Daily: seconds as floats, leaves without a time, and the delivery that is a test."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.platforms.daily import DAILY, EVENTS, OF_NO_USE
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

PERSON = name("participant", "person1")


def webhook(event: str, **payload: Any) -> dict[str, Any]:
    return {
        "version": "1.1.0",
        "type": event,
        "id": "event1",
        "payload": payload,
        "event_ts": ms("12:34") / 1000,
    }


def about(event: str, joined: str, **payload: Any) -> dict[str, Any]:
    who = {
        "room": "evening",
        "user_id": "person1",
        "user_name": "MARKED-NAME-1",
        "session_id": "0a0a0a0a-0000-4000-8000-000000000001",
        "joined_at": ms(joined) / 1000,
        "will_eject_at": None,
        "owner": False,
        "networkQualityState": "unknown",
    }
    return webhook(event, **(who | payload))


def joined(at: str, **payload: Any) -> dict[str, Any]:
    return about("participant.joined", at, **payload)


def left(since: str, duration: float | None, **payload: Any) -> dict[str, Any]:
    return about("participant.left", since, duration=duration, **payload)


ENDED = webhook(
    "meeting.ended",
    start_ts=ms("10:00") / 1000,
    end_ts=ms("12:00:20.5") / 1000,
    meeting_id="meeting1",
    room="evening",
)
GOOD = [
    joined("10:00:00.123"),
    left("10:00:00.123", 3600.25),
    about("waiting-participant.joined", "09:50"),
    about("waiting-participant.left", "09:50", duration=60.0),
    ENDED,
]


def score(*records: Log) -> Score:
    """Their score, but for how many records it took."""
    return replace(run(scheduled((PERSON,)), *records, now="15:00").scores[PERSON], position=0)


def test_every_event_has_a_good_payload() -> None:
    assert {payload["type"] for payload in GOOD} == set(EVENTS)
    assert all(sound(DAILY, payload) for payload in GOOD)
    assert not OF_NO_USE & set(EVENTS)


def test_a_join() -> None:
    (join,) = told(DAILY, joined("10:00:00.123")).records

    assert isinstance(join, Joined)
    assert join.at == when("10:00:00.123")
    assert join.session == name("session", "evening")
    assert join.participant == PERSON
    assert join.connection == name("connection", "0a0a0a0a-0000-4000-8000-000000000001")
    assert join.role == "participant"


def test_a_leave_is_as_late_as_the_join_was_long_ago() -> None:
    join, leave = told(DAILY, left("10:00:00.123", 3600.25)).records

    assert (join,) == told(DAILY, joined("10:00:00.123")).records
    assert isinstance(leave, Left)
    assert leave.at == when("11:00:00.373")


def test_whole_seconds_are_fine() -> None:
    whole = joined("10:00", joined_at=ms("10:00") // 1000)

    assert told(DAILY, whole) == told(DAILY, joined("10:00"))


def test_an_owner_is_a_host() -> None:
    (join,) = told(DAILY, joined("10:00", owner=True)).records

    assert isinstance(join, Joined)
    assert join.role == "host"


@pytest.mark.parametrize("nobody", [None, ""])
def test_without_a_token_the_connection_is_the_person(nobody: Any) -> None:
    (join,) = told(DAILY, joined("10:00", user_id=nobody)).records

    assert isinstance(join, Joined)
    assert join.participant == name("participant", "0a0a0a0a-0000-4000-8000-000000000001")


def test_the_first_delivery_is_a_test() -> None:
    assert told(DAILY, {"test": "test"})[:2] == ((), ("test",))


def test_knocking_ends_no_visit() -> None:
    payloads = (
        about("waiting-participant.joined", "09:59"),
        about("waiting-participant.left", "09:59", duration=61.0),
        joined("10:00"),
        left("10:00", 7200.0),
    )

    assert isinstance(told(DAILY, payloads[0]).records[0], Waiting)
    assert score(log(DAILY, *payloads)).attendance == 1.0


def test_the_leave_of_an_old_connection_after_the_join_of_the_new_one() -> None:
    again = {"session_id": "0b0b0b0b-0000-4000-8000-000000000001"}
    payloads = (
        joined("10:00"),
        joined("10:30", **again),
        left("10:00", 1805.0),
        left("10:30", 5400.0, **again),
    )

    assert score(log(DAILY, *payloads)).attendance == 1.0


def test_a_redelivery_in_any_order_changes_nothing() -> None:
    payloads = (joined("10:00"), left("10:00", 60.0), left("10:00", 60.0), joined("10:00"))
    once = score(log(DAILY, *payloads[:2]))

    assert all(score(log(DAILY, *order)) == once for order in permutations(payloads))


def test_the_end_is_a_hint() -> None:
    (end,) = told(DAILY, ENDED).records

    assert isinstance(end, SessionEnded)
    assert end.session == name("session", "evening")
    assert end.at == when("12:00:20.500")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (joined("10:00", joined_at=ms("10:00")), "implausible_time"),
        (joined("10:00", joined_at=None), "missing_field"),
        (joined("10:00", joined_at="MARKED"), "invalid_field"),
        (joined("10:00", room=""), "missing_field"),
        (joined("10:00", session_id=None), "missing_field"),
        (left("10:00", None), "missing_field"),
        (left("10:00", -1.0), "contradictory_times"),
        (left("10:00", 1e300), "implausible_time"),
        (webhook("meeting.ended", room="evening"), "missing_field"),
        (webhook("meeting.ended", end_ts=ms("12:00") / 1000), "missing_field"),
        ({"type": "participant.joined"}, "invalid_field"),
        ({"type": 7}, "unknown_type"),
        ({"MARKED": "MARKED"}, "missing_field"),
    ],
)
def test_what_is_refused(payload: Any, code: str) -> None:
    assert refused(DAILY, payload)[0] == code


def test_unknown_events_and_fields_are_passed_over() -> None:
    assert told(DAILY, webhook("MARKED"))[:2] == ((), ("unknown_event",))
    assert told(DAILY, webhook("meeting.started"))[:2] == ((), ("meeting.started",))
    assert told(DAILY, joined("10:00", MARKED=1)) == told(DAILY, joined("10:00"))


def test_what_it_can_report() -> None:
    assert DAILY.signals == ()
    assert DAILY.camera == "none"


@pytest.mark.parametrize("body", BROKEN)
def test_broken_bodies(body: bytes) -> None:
    assert not sound(DAILY, body)


@settings(max_examples=150, deadline=None)
@given(st.binary() | ANYTHING | mutated(GOOD))
def test_anything_is_taken_or_refused(payload: Any) -> None:
    sound(DAILY, payload)
