"""Rooms: what staff write and what payloads say come to one name."""

from hashlib import sha1
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.bigbluebutton_events import BIGBLUEBUTTON_EVENTS
from schemas.platforms.webhooks import WEBHOOKS
from tests.schemas.platforms import test_bigbluebutton as bigbluebutton
from tests.schemas.platforms import test_bigbluebutton_events as events
from tests.schemas.platforms import test_daily as daily
from tests.schemas.platforms import test_jaas as jaas
from tests.schemas.platforms import test_jitsi as jitsi
from tests.schemas.platforms import test_livekit as livekit
from tests.schemas.platforms import test_recall as recall
from tests.schemas.platforms import test_zoom as zoom
from tests.schemas.platforms.hostile import name, told

SOURCES = {**WEBHOOKS, BIGBLUEBUTTON_EVENTS.name: BIGBLUEBUTTON_EVENTS}
HASH = sha1(b"group-a").hexdigest()
MEETING = f"{HASH}-1772445600000"

WRITTEN = [
    ("zoom", "12345678901", "12345678901"),
    ("zoom", "123 4567 8901", "12345678901"),
    ("zoom", "123-4567-8901", "12345678901"),
    ("zoom", "\u00a0123\u00a0456\u00a0789 ", "123456789"),
    ("zoom", "12345678", ""),
    ("zoom", "1234567890123", ""),
    ("zoom", "my.room", ""),
    ("zoom", "\u0661\u0662\u0663456789", ""),
    ("livekit", " Evening Group ", "Evening Group"),
    ("livekit", "evening group", "evening group"),
    ("livekit", "  ", ""),
    ("bigbluebutton", "group-a", HASH),
    ("bigbluebutton", " group-a ", HASH),
    ("bigbluebutton", MEETING, HASH),
    ("bigbluebutton", HASH, sha1(HASH.encode()).hexdigest()),
    ("bigbluebutton", f"{HASH}-7-1", sha1(f"{HASH}-7-1".encode()).hexdigest()),
    ("bigbluebutton", "", ""),
    ("bigbluebutton-mapped", "group-a", HASH),
    ("bigbluebutton-events", "group-a", HASH),
    ("jitsi", "Evening", "evening"),
    ("jitsi", "evening@conference.meet.example.test", "evening"),
    ("jitsi", "Evening Group", "evening%20group"),
    ("jitsi", "evening%20group", "evening%20group"),
    ("jitsi", "GR\u00dcN", "gr%c3%bcn"),
    ("jitsi", "@conference.meet.example.test", ""),
    ("jaas", "App1/Evening", "app1/evening"),
    ("jaas", "app1/evening", "app1/evening"),
    ("jaas", "evening", ""),
    ("daily", "Evening ", "Evening"),
    ("recall", " evening ", "evening"),
]


@pytest.mark.parametrize(("source", "written", "room"), WRITTEN)
def test_what_staff_write_is(source: str, written: str, room: str) -> None:
    assert SOURCES[source].room_name(written) == room


def test_every_source_is_in_the_table() -> None:
    assert {source for source, _, _ in WRITTEN} == set(SOURCES)


PAYLOADS: list[tuple[str, Any, str]] = [
    ("zoom", zoom.joined("10:00:00"), "987 6543 2101"),
    ("zoom", zoom.webhook("meeting.ended", id=98765432101, end_time="2026-03-02T12:00:00Z"),
     "987-6543-2101"),
    ("livekit", livekit.webhook("participant_joined"), "MARKED-TOPIC"),
    ("livekit", livekit.webhook("room_finished"), "MARKED-TOPIC"),
    ("jitsi", jitsi.joined("10:00"), "Evening"),
    ("jitsi", jitsi.destroyed("12:00"), "evening"),
    ("jitsi", jitsi.joined("10:00", breakout=True), "evening"),
    ("jaas", jaas.webhook("ROOM_DESTROYED", "12:00"), "APP1/MARKED-ROOM"),
    ("daily", daily.joined("10:00"), "evening"),
    ("daily", daily.left("10:00", 60), "evening"),
    ("daily", daily.ENDED, "evening"),
    ("recall", recall.event("join"), "bot-1"),
    ("recall", recall.status("call_ended", "call_ended_by_host"), "bot-1"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "payload", "written"), PAYLOADS)
def test_a_payload_is_in_the_room_that_staff_write(source: str, payload: Any, written: str) -> None:
    found = told(WEBHOOKS[source], payload)

    assert found.records
    assert found.room == name("room", WEBHOOKS[source].room_name(written))


def in_meeting(value: Any) -> Any:
    """The payload of another test, in a meeting whose id was made as BigBlueButton does."""
    if isinstance(value, dict):
        return {key: in_meeting(each) for key, each in value.items()}
    return MEETING if value == bigbluebutton.MEETING else value


@pytest.mark.parametrize(
    "event",
    [
        bigbluebutton.JOINED,
        bigbluebutton.DESTROYED,
        bigbluebutton.MAPPED_CHAT,
        bigbluebutton.mapped("user-joined", user=bigbluebutton.user()),
    ],
)
def test_a_meeting_is_in_the_room_of_its_external_id(event: dict[str, Any]) -> None:
    source = WEBHOOKS["bigbluebutton"]

    found = told(source, bigbluebutton.form(in_meeting(event)))

    assert found.records
    assert found.room == name("room", source.room_name("group-a"))


def test_a_delivery_about_two_meetings_is_in_no_room() -> None:
    listed = [in_meeting(bigbluebutton.JOINED), bigbluebutton.JOINED]

    assert told(WEBHOOKS["bigbluebutton"], bigbluebutton.form(*listed)).room is None


def test_a_recording_is_in_the_room_of_its_external_id() -> None:
    found = told(BIGBLUEBUTTON_EVENTS, events.recording(events.join(), meeting=MEETING))

    assert found.room == name("room", HASH)


@pytest.mark.parametrize(
    ("metadata", "room"),
    [
        ({"rollcall_room": " evening "}, "evening"),
        ({"rollcall_room": " "}, "bot-1"),
        ({"rollcall_room": 7}, "bot-1"),
        ({"rollcall_room": "\u202e"}, "bot-1"),
        ({"other": 7}, "bot-1"),
        ("evening", "bot-1"),
        (None, "bot-1"),
    ],
)
def test_a_bot_is_in_the_room_that_its_metadata_names(metadata: Any, room: str) -> None:
    payload = recall.event("join")
    payload["data"]["bot"]["metadata"] = metadata

    assert told(WEBHOOKS["recall"], payload).room == name("room", room)


@pytest.mark.parametrize("room", ["\U0001f469\u200d\U0001f4bb", "a\u202eb"])
def test_a_room_of_any_characters_has_its_pseudonym(room: str) -> None:
    payload = livekit.webhook("participant_joined")
    payload["room"]["name"] = room

    assert told(WEBHOOKS["livekit"], payload).room == name("room", room)


@pytest.mark.parametrize(
    ("source", "payload", "path"),
    [
        ("zoom", zoom.joined("10:00:00"), ("payload", "object", "id")),
        ("livekit", livekit.webhook("participant_joined"), ("room", "name")),
        ("jaas", jaas.about("JOINED", "10:00"), ("fqn",)),
    ],
)
def test_a_payload_without_its_room_is_taken(
    source: str, payload: dict[str, Any], path: tuple[str, ...]
) -> None:
    whole = told(WEBHOOKS[source], payload)
    held: Any = payload
    for key in path[:-1]:
        held = held[key]
    del held[path[-1]]

    found = told(WEBHOOKS[source], payload)

    assert found == whole._replace(room=None)


@given(st.sampled_from(sorted(SOURCES)), st.text())
def test_a_name_is_written_in_its_own_way_already(source: str, written: str) -> None:
    """What staff copy out of a platform in its own spelling is the same room."""
    room = SOURCES[source].room_name(written)

    assert room == room.strip()
    if room and SOURCES[source].platform != "bigbluebutton":
        assert SOURCES[source].room_name(room) == room
