"""LiveKit: protojson, ties within a second, and what is no leave."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.livekit import LIVEKIT
from schemas.platforms.source import Payload
from schemas.telemetry import Camera, Joined, Left, SessionEnded
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

SECOND = 1_790_000_000
AT = datetime.fromtimestamp(SECOND, UTC)


def webhook(event: str, second: int = SECOND, sid: str = "PA_one", **more: Any) -> dict[str, Any]:
    participant = {
        "sid": sid,
        "identity": "identity-7",
        "name": "MARKED-NAME-1",
        "metadata": "MARKED-METADATA",
        "attributes": {"phone": "MARKED-PHONE"},
        "joinedAt": str(second - 1),
        "joinedAtMs": str(second * 1000 - 300),
        "state": "ACTIVE",
        **more.pop("participant", {}),
    }
    return {
        "event": event,
        "id": "EV_abc",
        "createdAt": str(second),
        "room": {"sid": "RM_one", "name": "MARKED-TOPIC", "creationTime": str(second - 60)},
        "participant": participant,
        **more,
    }


def track(event: str, second: Any = SECOND, **fields: Any) -> dict[str, Any]:
    camera = {"sid": "TR_one", "type": "VIDEO", "source": "CAMERA", "name": "MARKED-DEVICE"}
    return webhook(event, second, track={**camera, **fields})


PAYLOADS = [
    webhook("room_finished"),
    webhook("participant_joined"),
    webhook("participant_left", participant={"disconnectReason": "CLIENT_INITIATED"}),
    webhook("participant_connection_aborted"),
    track("track_published"),
    track("track_unpublished"),
]


def test_a_join_with_64_bit_integers_as_strings() -> None:
    joined = only(LIVEKIT, webhook("participant_joined"))

    assert isinstance(joined, Joined)
    assert joined.source == "livekit"
    assert AT <= joined.at < AT + timedelta(seconds=1)
    assert joined.session == naming("session", "RM_one")
    assert joined.participant == naming("participant", "identity-7")
    assert joined.connection == naming("connection", "PA_one")


def test_an_integer_may_also_be_a_number() -> None:
    payload = {**webhook("participant_joined"), "createdAt": SECOND}

    assert only(LIVEKIT, payload) == only(LIVEKIT, webhook("participant_joined"))


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("CLIENT_INITIATED", "left"),
        ("DUPLICATE_IDENTITY", "unknown"),
        ("PARTICIPANT_REMOVED", "removed"),
        ("ROOM_DELETED", "ended"),
        ("SIGNAL_CLOSE", "network"),
        ("REASON_OF_LATER_VERSIONS", "unknown"),
        (99, "unknown"),
    ],
)
def test_a_leave_has_a_cause(reason: str | int, cause: str) -> None:
    left = only(LIVEKIT, webhook("participant_left", participant={"disconnectReason": reason}))

    assert isinstance(left, Left)
    assert left.cause == cause


def test_a_missing_reason_is_unknown() -> None:
    assert only(LIVEKIT, webhook("participant_left")).cause == "unknown"


def test_a_migration_is_no_leave() -> None:
    payload = webhook("participant_left", participant={"disconnectReason": "MIGRATION"})

    assert convert(LIVEKIT, payload)[:2] == ((), ("participant_left",))


def test_a_duplicate_identity_leaves_with_its_old_connection_alone() -> None:
    reason = {"disconnectReason": "DUPLICATE_IDENTITY"}
    old = only(LIVEKIT, webhook("participant_left", sid="PA_old", participant=reason))
    new = only(LIVEKIT, webhook("participant_joined", sid="PA_new"))

    assert old.participant == new.participant
    assert old.connection != new.connection


def test_an_aborted_connection_is_gone() -> None:
    left = only(LIVEKIT, webhook("participant_connection_aborted"))

    assert isinstance(left, Left)
    assert left.cause == "network"


def test_ties_within_a_second_are_in_the_order_of_things() -> None:
    told = [
        webhook("participant_joined"),
        track("track_published"),
        track("track_unpublished"),
        webhook("participant_left"),
        webhook("room_finished"),
    ]
    for order in permutations(told):
        ordered = sorted((only(LIVEKIT, each) for each in order), key=lambda each: each.at)
        assert [type(each) for each in ordered] == [Joined, Camera, Camera, Left, SessionEnded]
        assert [each.on for each in ordered[1:3]] == [True, False]


def test_of_two_seconds_the_earlier_one_comes_first_whatever_happened() -> None:
    finished = only(LIVEKIT, webhook("room_finished", SECOND))

    assert finished.at < only(LIVEKIT, webhook("participant_joined", SECOND + 1)).at


def test_a_redelivery_has_the_same_id() -> None:
    again = {**webhook("participant_joined"), "numDropped": 3}

    assert convert(LIVEKIT, again, 99) == convert(LIVEKIT, webhook("participant_joined"), 1)


def test_a_rejoin_has_another_id() -> None:
    first = only(LIVEKIT, webhook("participant_joined"))

    assert first.id != only(LIVEKIT, webhook("participant_joined", sid="PA_two")).id


def test_a_camera_is_a_stream() -> None:
    on, off = only(LIVEKIT, track("track_published")), only(LIVEKIT, track("track_unpublished"))

    assert isinstance(on, Camera)
    assert (on.on, off.on) == (True, False)
    assert on.stream == off.stream == naming("connection", "TR_one")


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "SCREEN_SHARE"},
        {"source": "MICROPHONE", "type": "AUDIO"},
        {"source": "SOURCE_OF_LATER_VERSIONS"},
        {"source": "CAMERA", "type": "AUDIO"},
    ],
)
def test_other_tracks_are_no_cameras(fields: dict[str, str]) -> None:
    assert convert(LIVEKIT, track("track_published", **fields))[:2] == ((), ("track_published",))


@pytest.mark.parametrize("missing", ["source", "type"])
def test_a_missing_source_is_unknown_and_a_missing_type_is_audio(missing: str) -> None:
    payload = track("track_published")
    del payload["track"][missing]

    assert convert(LIVEKIT, payload)[:2] == ((), ("track_published",))


@pytest.mark.parametrize("kind", ["AGENT", "EGRESS", "INGRESS"])
def test_machines_are_nobody(kind: str) -> None:
    payload = webhook("participant_joined", participant={"kind": kind})

    assert convert(LIVEKIT, payload).records == ()


def test_somebody_on_the_phone_is_a_participant() -> None:
    assert only(LIVEKIT, webhook("participant_joined", participant={"kind": "SIP"}))


def test_the_end_of_a_room_needs_nobody() -> None:
    payload = webhook("room_finished")
    del payload["participant"]

    assert isinstance(only(LIVEKIT, payload), SessionEnded)


def test_what_is_not_known_is_counted_without_its_name() -> None:
    assert convert(LIVEKIT, {"event": "MARKED-EVENT"})[:2] == ((), ("unknown_event",))
    assert convert(LIVEKIT, {"event": "egress_started"})[:2] == ((), ("egress_started",))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"createdAt": "0"}, "implausible_time"),
        ({"createdAt": "999999999999"}, "implausible_time"),
        ({"createdAt": "MARKED"}, "invalid_field"),
        ({"createdAt": 10**100}, "invalid_field"),
        ({"createdAt": "1790000000\n"}, "invalid_field"),
        ({"room": {}}, "invalid_field"),
        ({"room": {"sid": ""}}, "invalid_field"),
        ({"participant": None}, "invalid_field"),
        ({"participant": {"sid": 7, "identity": "MARKED"}}, "invalid_field"),
        ({"participant": {"sid": "PA_one", "identity": "MARKED\0"}}, "nul_character"),
        ({"event": ["MARKED"]}, "invalid_field"),
    ],
)
def test_bad_fields_are_refused(change: dict[str, Any], code: str) -> None:
    assert refused(LIVEKIT, {**webhook("participant_joined"), **change}) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"MARKED", "invalid_json"),
        (b"null", "invalid_field"),
        (b'{"event":"participant_joined","x":"\xff"}', "invalid_utf8"),
        (deep(), "nested_too_deep"),
        (b'{"event":"' + b"x" * 600_000 + b'"}', "oversize"),
    ],
)
def test_bad_bytes_are_refused(body: bytes, code: str) -> None:
    assert refused(LIVEKIT, body) == code


def test_only_published_cameras_can_be_seen() -> None:
    assert (LIVEKIT.signals, LIVEKIT.camera) == (("camera",), "upper_bound")
    assert LIVEKIT.convert(Payload(b'{"event":"room_started"}', 0), naming).records == ()


@given(st.binary() | JSON.map(lambda value: repr(value).encode()) | mutated(PAYLOADS))
def test_nothing_else_happens(body: bytes) -> None:
    converted_or_refused(LIVEKIT, body)
