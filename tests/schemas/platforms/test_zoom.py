"""Zoom: each trap of its webhooks, and what the session stage makes of them."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.platforms.zoom import EVENTS, OF_NO_USE, ZOOM
from schemas.score import Score
from schemas.telemetry import Chat, Identified, Joined, Left, SessionEnded, Waiting
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

UUID = "occurrenceAAAAAAAAAAAA=="
SIGNED_IN = {
    "user_id": "16778240",
    "user_name": "MARKED-NAME-1",
    "participant_user_id": "zoomUser1",
    "id": "zoomUser1",
    "participant_uuid": "55555AAA-0000-4000-8000-000000000001",
    "registrant_id": "registrant1",
    "customer_key": "key1",
    "email": "MARKED-MAIL-1@example.test",
    "phone_number": "MARKED-PHONE-1",
}
GUEST = {
    "user_id": "16778240",
    "user_name": "MARKED-NAME-2",
    "participant_user_id": "",
    "id": "",
    "email": "",
}


def webhook(event: str, participant: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    meeting: dict[str, Any] = {
        "id": "98765432101",
        "uuid": UUID,
        "host_id": "zoomHost",
        "topic": "MARKED-TOPIC",
        "type": 2,
        "start_time": "2026-03-02T10:00:00Z",
        "timezone": "UTC",
        "duration": 120,
    }
    if participant is not None:
        meeting["participant"] = participant
    return {
        "event": event,
        "event_ts": ms("10:00"),
        "payload": {"account_id": "account1", "object": meeting | fields},
    }


def about(event: str, time: str, field: str = "date_time", **fields: Any) -> dict[str, Any]:
    who = SIGNED_IN | {field: f"2026-03-02T{time}Z"} | fields
    return webhook(f"meeting.participant_{event}", who)


def joined(time: str, **fields: Any) -> dict[str, Any]:
    return about("joined", time, "join_time", **fields)


def left(time: str, **fields: Any) -> dict[str, Any]:
    reason = "MARKED-NAME-1 left the meeting.<br>Reason: left the meeting"
    return about("left", time, "leave_time", **({"leave_reason": reason} | fields))


def chat(time: str, session_id: str = "16778240", **fields: Any) -> dict[str, Any]:
    message = {
        "date_time": f"2026-03-02T{time}Z",
        "sender_session_id": session_id,
        "sender_name": "MARKED-NAME-1",
        "sender_type": "guest",
        "recipient_type": "everyone",
        "recipient_name": "MARKED-NAME-3",
        "message_id": "message1",
        "message_content": "MARKED-TEXT",
        "file_ids": [],
    }
    sent = webhook("meeting.chat_message_sent", chat_message=message | fields)
    sent["payload"]["object"]["id"] = 98765432101
    return sent


ENDED = webhook("meeting.ended", end_time="2026-03-02T12:00:00Z")
BREAKOUT = about(
    "joined_breakout_room", "10:30:00", "join_time", user_id="33554432", parent_user_id="16778240"
)
BREAKOUT["payload"]["object"]["breakout_room_uuid"] = "breakoutAAAA=="
BOUND = webhook(
    "meeting.participant_bind",
    GUEST
    | {
        "user_id": "16779264",
        "bind_user_id": "16778240",
        "bind_participant_uuid": "55555AAA-0000-4000-8000-000000000001",
        "phone_number": "MARKED-PHONE-1",
        "date_time": "2026-03-02T10:05:00Z",
    },
)
GOOD = [
    joined("10:00:00"),
    left("12:00:00"),
    about("joined_waiting_room", "09:50:00"),
    about("left_waiting_room", "09:55:00"),
    about("put_in_waiting_room", "11:00:00"),
    about("admitted", "09:59:00"),
    about("role_changed", "10:10:00", new_role="co-host", old_role="attendee"),
    chat("10:20:00"),
    BREAKOUT,
    BOUND,
    ENDED,
]

PERSON = name("participant", "zoomUser1")
BY_CONNECTION = name("participant", f"{UUID}/16778240")


def score(*records: Log, roster: tuple[str, ...] = (PERSON,), who: str = PERSON) -> Score:
    """Their score, but for how many records it took."""
    return replace(run(scheduled(roster), *records, now="15:00").scores[who], position=0)


def test_every_event_has_a_good_payload() -> None:
    assert {payload["event"] for payload in GOOD} == set(EVENTS)
    assert all(sound(ZOOM, payload) for payload in GOOD)
    assert not OF_NO_USE & set(EVENTS)


def test_a_join_and_a_leave() -> None:
    *_, join = told(ZOOM, joined("10:00:00")).records
    (leave,) = told(ZOOM, left("12:00:00")).records

    assert isinstance(join, Joined)
    assert isinstance(leave, Left)
    assert (join.at, leave.at) == (when("10:00"), when("12:00"))
    assert join.session == leave.session == name("session", UUID)
    assert join.participant == leave.participant == PERSON
    assert join.connection == leave.connection == name("connection", "16778240")
    assert join.role == "participant"
    assert leave.cause == "left"


@pytest.mark.parametrize(
    ("known", "key"),
    [
        ({}, "zoomUser1"),
        ({"participant_user_id": ""}, "zoomUser1"),
        ({"participant_user_id": None, "id": " "}, "registrant1"),
        ({"participant_user_id": "", "id": "", "registrant_id": None}, "key1"),
        (
            {"participant_user_id": "", "id": "", "registrant_id": "", "customer_key": ""},
            "marked-mail-1@example.test",
        ),
        (
            {
                "participant_user_id": "",
                "id": "",
                "registrant_id": "",
                "customer_key": "",
                "email": "",
            },
            f"{UUID}/16778240",
        ),
    ],
)
def test_who_somebody_is(known: dict[str, Any], key: str) -> None:
    *links, join = told(ZOOM, joined("10:00:00", **known)).records

    assert isinstance(join, Joined)
    assert join.participant == name("participant", key)
    for link in links:
        assert isinstance(link, Identified)
        assert link.participant == join.participant
        assert link.alias != join.participant


def test_a_display_name_is_never_asked() -> None:
    other = joined("10:00:00", user_name="MARKED-NAME-9")

    assert told(ZOOM, other) == told(ZOOM, joined("10:00:00"))


def test_a_roster_of_addresses_finds_those_who_signed_in() -> None:
    address = name("participant", "marked-mail-1@example.test")

    seen = score(log(ZOOM, joined("10:00:00"), left("12:00:00")), roster=(address,))

    assert seen.rostered
    assert seen.attendance == 1.0


def test_an_id_may_be_a_number() -> None:
    number = joined("10:00:00", user_id=16778240)

    assert told(ZOOM, number) == told(ZOOM, joined("10:00:00"))


def test_occurrences_of_a_room_are_sessions_of_their_own() -> None:
    other = joined("10:00:00")
    other["payload"]["object"]["uuid"] = "occurrenceBBBBBBBBBBBB=="

    assert told(ZOOM, other).records[-1].session != name("session", UUID)


def test_guests_of_two_occurrences_are_two() -> None:
    here, there = webhook("meeting.participant_joined", GUEST), webhook("", GUEST, uuid="other==")
    for each in (here, there):
        each["event"] = "meeting.participant_joined"
        each["payload"]["object"]["participant"] = GUEST | {"join_time": "2026-03-02T10:00:00Z"}

    one, two = (told(ZOOM, each).records[-1] for each in (here, there))

    assert isinstance(one, Joined)
    assert isinstance(two, Joined)
    assert one.participant == BY_CONNECTION != two.participant


def test_whom_the_meeting_belongs_to_is_its_host() -> None:
    *_, join = told(ZOOM, joined("10:00:00", participant_user_id="zoomHost", id="")).records

    assert isinstance(join, Joined)
    assert join.role == "host"


@pytest.mark.parametrize(("role", "host"), [("host", 1), ("co-host", 1), ("attendee", 0)])
def test_a_role_may_change(role: str, host: int) -> None:
    found = told(ZOOM, about("role_changed", "10:10:00", new_role=role, old_role="attendee"))

    assert len(found.records) == host
    assert found.ignored == (() if host else ("meeting.participant_role_changed",))
    assert all(isinstance(each, Joined) and each.role == "host" for each in found.records)


def test_a_redelivery_in_any_order_changes_nothing() -> None:
    payloads = (joined("10:00:00"), left("10:30:00"), left("10:30:00"), joined("10:00:00"))
    once = score(log(ZOOM, *payloads[:2]))

    assert all(score(log(ZOOM, *order)) == once for order in permutations(payloads))
    assert len({each.id for each in log(ZOOM, *payloads)}) == len(log(ZOOM, *payloads[:2]))


def test_the_leave_of_an_old_connection_after_the_join_of_the_new_one() -> None:
    again = {"user_id": "16779999"}
    payloads = (
        joined("10:00:00"),
        joined("10:30:00", **again),
        left("10:30:05"),
        left("12:00:00", **again),
    )

    assert score(log(ZOOM, *payloads)).attendance == 1.0


def test_a_breakout_room_is_no_leave() -> None:
    to = "MARKED-NAME-1 left the meeting.<br>Reason: join breakout room"
    away = left("10:30:00", leave_reason=to)
    back = about("left_breakout_room", "10:40:00", "leave_time", user_id="33554432")
    payloads = (joined("10:00:00"), away, BREAKOUT, back, joined("10:40:00"), left("12:00:00"))

    assert told(ZOOM, away).records == ()
    assert all(isinstance(each, Identified) for each in told(ZOOM, BREAKOUT).records)
    assert told(ZOOM, back).ignored == ("meeting.participant_left_breakout_room",)
    assert score(log(ZOOM, *payloads)).attendance == 1.0


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("MARKED left the meeting.<br>Reason: left the meeting.", "left"),
        ("MARKED got disconnected.<br>Reason: Network connection error.", "network"),
        ("MARKED left the meeting.<br>Reason: Removed by host.", "removed"),
        ("MARKED left the meeting.<br>Reason: Host ended the meeting.", "ended"),
        ("Network connection error left the meeting.<br>Reason: MARKED.", "unknown"),
        ("MARKED\u200d\u202e\x07 left the meeting.<br>Reason: left the meeting.", "left"),
        ("MARKED", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        ({"MARKED": 1}, "unknown"),
    ],
)
def test_of_a_reason_only_its_kind_is_kept(words: Any, cause: str) -> None:
    payload = left("11:00:00", leave_reason=words)

    (leave,) = told(ZOOM, payload).records

    assert isinstance(leave, Left)
    assert leave.cause == cause
    assert sound(ZOOM, payload)


def test_whoever_is_called_breakout_leaves_like_all() -> None:
    reason = "Reason: breakout left the meeting.<br>Reason: left the meeting"

    assert len(told(ZOOM, left("10:30:00", leave_reason=reason)).records) == 1
    assert len(told(ZOOM, left("10:30:00", leave_reason="breakout left")).records) == 1


def test_a_waiting_room_hop_has_a_new_connection() -> None:
    hall = {"user_id": "16770000"}
    payloads = (
        about("joined_waiting_room", "09:58:00", **hall),
        about("admitted", "10:00:00", **hall),
        joined("10:00:02"),
        left("11:00:00"),
    )

    seen = score(log(ZOOM, *payloads))

    assert seen.attended_ms == ms("11:00") - ms("10:00:02")
    assert seen.inferred_ms == 0


def test_a_guest_admitted_waits_no_longer() -> None:
    admitted = webhook(
        "meeting.participant_admitted", GUEST | {"date_time": "2026-03-02T10:00:00Z"}
    )

    (record,) = told(ZOOM, admitted).records

    assert isinstance(record, Left)
    assert record.connection == name("connection", "waiting/16778240")


def test_the_end_of_waiting_ends_no_visit() -> None:
    payloads = (joined("10:00:00"), about("left_waiting_room", "10:00:01"), left("12:00:00"))

    assert score(log(ZOOM, *payloads)).attendance == 1.0


def test_back_into_the_waiting_room() -> None:
    out = about("put_in_waiting_room", "11:00:00")

    leave, wait = told(ZOOM, out).records

    assert isinstance(leave, Left)
    assert isinstance(wait, Waiting)
    assert score(log(ZOOM, joined("10:00:00"), out)).attended_ms == ms("11:00") - ms("10:00")


def test_a_telephone_bound_is_the_same_person() -> None:
    phone = webhook(
        "meeting.participant_joined",
        GUEST | {"user_id": "16779264", "join_time": "2026-03-02T10:00:00Z"},
    )
    away = left("10:30:00")

    seen = run(scheduled((PERSON,)), log(ZOOM, joined("10:00:00"), phone, BOUND, away), now="11:00")

    assert list(seen.scores) == [PERSON]
    assert seen.scores[PERSON].attended_ms == ms("11:00") - ms("10:00")


def test_a_telephone_with_an_identity_keeps_it() -> None:
    bound = about("bind", "10:05:00", bind_user_id="16770001")

    assert told(ZOOM, bound)[:2] == ((), ("meeting.participant_bind",))


def test_a_message_is_an_activity_without_its_text() -> None:
    message, end = told(ZOOM, chat("10:20:00")).records

    assert isinstance(message, Chat)
    assert isinstance(end, Left)
    assert message.participant == BY_CONNECTION
    assert message.at == end.at == when("10:20")


@pytest.mark.parametrize("address", [None, "Marked-Mail-1@example.test"])
def test_a_message_is_its_sender_s_and_holds_nobody_present(address: str | None) -> None:
    sent = chat("10:20:00", sender_email=address)
    log_ = log(ZOOM, joined("10:00:00"), sent, left("10:40:00"))

    seen = run(scheduled((PERSON,)), log_, now="15:00")

    assert list(seen.scores) == [PERSON]
    assert seen.scores[PERSON].attended_ms == ms("10:40") - ms("10:00")
    assert seen.scores[PERSON].components["chat"].counted == 1


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        (joined("10:00:00", leave_time="2026-03-02T10:00:00Z"), "leave_time"),
        (left("10:00:00", join_time="2026-03-02T10:00:00Z"), "join_time"),
        (left("10:00:00", join_time="2026-03-02T09:00:00Z", user_id="167782400"), "join_time"),
    ],
)
def test_dirty_data_is_not_guessed_at(payload: Any, place: str) -> None:
    where = f"$.payload.object.participant.{place}"

    assert refused(ZOOM, payload) == ("contradictory_times", where)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (joined("10:00:00", join_time=None), "missing_field"),
        (joined("10:00:00", join_time="1999-12-31T23:59:59Z"), "implausible_time"),
        (joined("10:00:00", join_time="2026-03-02T10:00:00"), "invalid_field"),
        (joined("10:00:00", join_time="MARKED"), "invalid_field"),
        (joined("10:00:00", user_id=""), "missing_field"),
        (joined("10:00:00", user_id=-1), "invalid_field"),
        (joined("10:00:00", user_id={"MARKED": 1}), "invalid_field"),
        (joined("10:00:00", email="MARKED\x00"), "nul_character"),
        (joined("10:00:00", email="MARKED\x7f"), "invalid_field"),
        (left("10:00:00", leave_time=None), "missing_field"),
        (webhook("meeting.participant_joined"), "missing_field"),
        (webhook("meeting.ended"), "missing_field"),
        (webhook("meeting.ended", end_time="2026-03-02T12:00:00Z", uuid=None), "missing_field"),
        (webhook("meeting.chat_message_sent"), "missing_field"),
        ({"event": "meeting.ended", "payload": {}}, "invalid_field"),
        ({"payload": {}}, "invalid_field"),
    ],
)
def test_what_is_refused(payload: Any, code: str) -> None:
    assert refused(ZOOM, payload)[0] == code


def test_unknown_events_and_fields_are_passed_over() -> None:
    assert told(ZOOM, webhook("MARKED"))[:2] == ((), ("unknown_event",))
    assert told(ZOOM, joined("10:00:00", MARKED=[{}])) == told(ZOOM, joined("10:00:00"))
    challenge = {"event": "endpoint.url_validation", "payload": {"plainToken": "MARKED"}}
    assert told(ZOOM, challenge)[:2] == ((), ("endpoint.url_validation",))
    assert told(ZOOM, webhook("meeting.started"))[:2] == ((), ("meeting.started",))


def test_the_end_is_a_hint() -> None:
    (end,) = told(ZOOM, ENDED).records

    assert isinstance(end, SessionEnded)
    assert end.at == when("12:00")


def test_what_it_can_report() -> None:
    assert ZOOM.signals == ("chat",)
    assert ZOOM.camera == "none"


@pytest.mark.parametrize("body", BROKEN)
def test_broken_bodies(body: bytes) -> None:
    assert not sound(ZOOM, body)


@settings(max_examples=150, deadline=None)
@given(st.binary() | ANYTHING | mutated(GOOD))
def test_anything_is_taken_or_refused(payload: Any) -> None:
    sound(ZOOM, payload)
