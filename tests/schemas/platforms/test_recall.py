"""Recall.ai: what a bot sees in a meeting, and when it merely leaves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.recall import RECALL
from schemas.telemetry import Camera, Chat, Joined, Left, SessionEnded, Speaking
from tests.schemas.platforms.given import (
    JSON,
    convert,
    converted_or_refused,
    deep,
    mutated,
    naming,
    only,
    refused,
)

AT = "2026-09-21T15:00:00.250000Z"


def event(kind: str, at: str = AT, participant: Any = 100, bot: str = "bot-1") -> dict[str, Any]:
    return {
        "event": f"participant_events.{kind}",
        "data": {
            "data": {
                "participant": {
                    "id": participant,
                    "name": "MARKED-NAME-1",
                    "email": "MARKED@EXAMPLE",
                    "is_host": False,
                    "platform": "desktop",
                    "extra_data": {"user": "MARKED-EXTRA"},
                },
                "timestamp": {"absolute": at, "relative": 12.5},
                "data": {"text": "MARKED-TEXT", "to": "everyone"} if "chat" in kind else None,
            },
            "realtime_endpoint": {"id": "end-1", "metadata": {}},
            "participant_events": {"id": "pe-1", "metadata": {}},
            "recording": {"id": "rec-1", "metadata": {"topic": "MARKED-TOPIC"}},
            "bot": {"id": bot, "metadata": {"url": "MARKED-URL"}},
        },
    }


def status(code: str, sub_code: str | None) -> dict[str, Any]:
    return {
        "event": f"bot.{code}",
        "data": {
            "data": {"code": code, "sub_code": sub_code, "updated_at": AT},
            "bot": {"id": "bot-1", "metadata": {}},
        },
    }


PAYLOADS = [
    *(event(kind) for kind in ("join", "leave", "webcam_on", "speech_off", "chat_message")),
    status("call_ended", "call_ended_by_host"),
]


@pytest.mark.parametrize(
    ("kind", "record", "on"),
    [
        ("join", Joined, None),
        ("leave", Left, None),
        ("webcam_on", Camera, True),
        ("webcam_off", Camera, False),
        ("speech_on", Speaking, True),
        ("speech_off", Speaking, False),
        ("chat_message", Chat, None),
    ],
)
def test_each_event_is_one_record(kind: str, record: Any, on: bool | None) -> None:
    told = only(RECALL, event(kind))

    assert isinstance(told, record)
    assert told.at == datetime(2026, 9, 21, 15, 0, 0, 250_000, UTC)
    assert told.session == naming("session", "bot-1")
    assert getattr(told, "on", None) is on


def test_the_host_is_one() -> None:
    payload = event("join")
    payload["data"]["data"]["participant"]["is_host"] = True

    assert only(RECALL, payload).role == "host"
    assert only(RECALL, event("join")).role == "participant"


def test_a_number_means_somebody_only_within_its_bot() -> None:
    here, there = only(RECALL, event("join")), only(RECALL, event("join", bot="bot-2"))

    assert here.participant != there.participant
    assert here.participant == only(RECALL, event("leave")).participant


def test_an_id_as_number_or_string_is_the_same() -> None:
    assert only(RECALL, event("join")) == only(RECALL, event("join", participant="100"))


def test_without_a_bot_the_recording_is_the_occurrence() -> None:
    payload = event("join")
    payload["data"]["bot"] = None

    assert only(RECALL, payload).session == naming("session", "rec-1")
    del payload["data"]["recording"]
    assert refused(RECALL, payload) == "missing_field"


def test_a_redelivery_has_the_same_id_and_a_later_event_another() -> None:
    again = convert(RECALL, event("join"), 99)

    assert again == convert(RECALL, event("join"), 1)
    assert only(RECALL, event("join", "2026-09-21T15:10:00Z")).id != again.records[0].id


def test_the_meeting_ends_with_the_host() -> None:
    ended = only(RECALL, status("call_ended", "call_ended_by_host"))

    assert isinstance(ended, SessionEnded)
    assert ended.session == only(RECALL, event("join")).session


@pytest.mark.parametrize("sub_code", [None, "bot_kicked_from_call", "MARKED-CODE"])
def test_when_the_bot_leaves_the_meeting_goes_on(sub_code: str | None) -> None:
    payload = status("call_ended", sub_code)

    assert convert(RECALL, payload)[:2] == ((), ("bot.call_ended",))


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("participant_events.update", "participant_events.update"),
        ("participant_events.screenshare_on", "participant_events.screenshare_on"),
        ("transcript.data", "transcript.data"),
        ("bot.done", "bot.done"),
        ("participant_events.MARKED", "unknown_event"),
        ("MARKED", "unknown_event"),
    ],
)
def test_what_tells_nothing_is_counted(name: str, ignored: str) -> None:
    assert convert(RECALL, {"event": name, "data": {"MARKED": 1}})[:2] == ((), (ignored,))


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("MARKED", "invalid_field"),
        ("2026-09-21T15:00:00", "invalid_field"),
        ("1999-12-31T23:59:59Z", "implausible_time"),
        ("9999-12-31T23:59:59Z", "implausible_time"),
    ],
)
def test_times_that_cannot_be_are_refused(at: str, code: str) -> None:
    assert refused(RECALL, event("join", at)) == code


@pytest.mark.parametrize("participant", [None, "", 1.5, {"MARKED": 1}, "a\0"])
def test_participants_that_cannot_be_are_refused(participant: Any) -> None:
    assert refused(RECALL, event("join", participant=participant))


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "invalid_json"), (b"[]", "invalid_field"), (deep(), "nested_too_deep")],
)
def test_bad_bytes_are_refused(body: bytes, code: str) -> None:
    assert refused(RECALL, body) == code


def test_what_it_can_see() -> None:
    assert (RECALL.signals, RECALL.camera) == (("camera", "speaking", "chat"), "exact")


@given(st.binary() | JSON.map(lambda value: repr(value).encode()) | mutated(PAYLOADS))
def test_nothing_else_happens(body: bytes) -> None:
    converted_or_refused(RECALL, body)
