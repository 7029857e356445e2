"""LiveKit webhooks: protojson, one event in each.

64-bit integers come as strings and enums as names; values of zero are left out, so that a
missing source is UNKNOWN, a missing type AUDIO and a missing reason UNKNOWN_REASON.
The camera is an upper bound: publishing is told, muting is not.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Raw, Struct

from schemas.platforms.reading import Name, of_milliseconds, reader, said
from schemas.platforms.room_names import as_written, room_of
from schemas.platforms.source import Converted, Naming, Payload, Source
from schemas.platforms.visit import Cause, Deed, Visit, ended

NAME = "livekit"

Integer64 = Annotated[int, Meta(ge=0, lt=10**12)] | Annotated[str, Meta(pattern="^[0-9]{1,12}$")]

RANKS = {
    "participant_joined": 1,
    "track_published": 2,
    "track_unpublished": 3,
    "participant_left": 4,
    "participant_connection_aborted": 4,
    "room_finished": 5,
}
"""Milliseconds added to `createdAt`, which has whole seconds only.

What one second holds is in this order in any case: a visit shorter than a second still joins
before it leaves, however the webhooks were delivered.
"""

CAUSES: dict[str | int, Cause] = {
    "CLIENT_INITIATED": "left",
    "PARTICIPANT_REMOVED": "removed",
    "ROOM_DELETED": "ended",
    "ROOM_CLOSED": "ended",
    "SERVER_SHUTDOWN": "network",
    "STATE_MISMATCH": "network",
    "JOIN_FAILURE": "network",
    "SIGNAL_CLOSE": "network",
    "CONNECTION_TIMEOUT": "network",
    "MEDIA_FAILURE": "network",
}
"""By DisconnectReason; DUPLICATE_IDENTITY and all others leave for unknown reasons."""

MACHINES = ("INGRESS", "EGRESS", "AGENT", "CONNECTOR", "BRIDGE")
"""Kinds of participants that are nobody: recorders, agents and bridges of streams."""

PASSED_OVER = ("room_started", "egress_started", "egress_updated", "egress_ended",
               "ingress_started", "ingress_ended")  # fmt: skip


class Named(Struct, frozen=True):
    event: str


class Room(Struct, frozen=True):
    """`sid` is the occurrence; the name is free text, which must not have an event refused."""

    sid: Name
    name: Raw = Raw()


class Participant(Struct, frozen=True, rename="camel"):
    sid: Name
    identity: Name
    kind: str | int = "STANDARD"
    disconnect_reason: str | int = "UNKNOWN_REASON"


class Track(Struct, frozen=True):
    sid: Name
    type: str | int = "AUDIO"
    source: str | int = "UNKNOWN"


class RoomEvent(Struct, frozen=True, rename="camel", kw_only=True):
    event: str
    created_at: Integer64
    room: Room


class ParticipantEvent(RoomEvent, frozen=True, rename="camel", kw_only=True):
    participant: Participant


class TrackEvent(ParticipantEvent, frozen=True, rename="camel", kw_only=True):
    track: Track


named = reader(Named)
room_event = reader(RoomEvent)
participant_event = reader(ParticipantEvent)
track_event = reader(TrackEvent)


def convert(payload: Payload, naming: Naming) -> Converted:
    """One webhook's body; raises NotUnderstoodError."""
    event = named(payload.body).event
    if event in PASSED_OVER:
        return Converted((), (event,))
    read = EVENTS.get(event)
    if read is None:
        return Converted((), ("unknown_event",))
    room = as_written(said(room_event(payload.body).room.name))
    return read(payload.body, naming)._replace(room=room_of(naming, room))


def _at(webhook: RoomEvent) -> datetime:
    return of_milliseconds(int(webhook.created_at) * 1_000 + RANKS[webhook.event], "$.createdAt")


def _visit(webhook: ParticipantEvent, naming: Naming) -> Deed:
    visit = Visit(
        NAME,
        naming("session", webhook.room.sid),
        naming("participant", webhook.participant.identity),
        naming("connection", webhook.participant.sid),
    )
    return visit.at(_at(webhook))


def _joined(body: bytes, naming: Naming) -> Converted:
    webhook = participant_event(body)
    if webhook.participant.kind in MACHINES:
        return Converted((), (webhook.event,))
    return Converted((_visit(webhook, naming).joined(),))


def _left(body: bytes, naming: Naming) -> Converted:
    """A leave; a connection that was aborted may have joined, if another node saw it join.

    MIGRATION moves a connection between nodes while it stays in the room.
    """
    webhook = participant_event(body)
    reason = webhook.participant.disconnect_reason
    if webhook.participant.kind in MACHINES or reason in ("MIGRATION", 8):
        return Converted((), (webhook.event,))
    cause = CAUSES.get(reason, "unknown")
    if webhook.event == "participant_connection_aborted" and cause == "unknown":
        cause = "network"
    return Converted((_visit(webhook, naming).left(cause),))


def _track(body: bytes, naming: Naming) -> Converted:
    webhook = track_event(body)
    if webhook.track.source not in ("CAMERA", 1) or webhook.track.type not in ("VIDEO", 1):
        return Converted((), (webhook.event,))
    # A track's id is drawn anew for each publication, as a connection's is for each visit.
    stream = naming("connection", webhook.track.sid)
    on = webhook.event == "track_published"
    return Converted((_visit(webhook, naming).camera(on, stream),))


def _finished(body: bytes, naming: Naming) -> Converted:
    webhook = room_event(body)
    return Converted((ended(NAME, naming("session", webhook.room.sid), _at(webhook)),))


EVENTS = {
    "participant_joined": _joined,
    "participant_left": _left,
    "participant_connection_aborted": _left,
    "track_published": _track,
    "track_unpublished": _track,
    "room_finished": _finished,
}

LIVEKIT = Source(NAME, ("camera",), "upper_bound", convert, as_written)
