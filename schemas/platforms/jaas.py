"""JaaS: webhooks of 8x8's Jitsi as a service, with unix milliseconds in `timestamp`.

A redelivery has the same `idempotencyKey`, and so the same record id. Moving between the main
room and a breakout room is a leave with the reason `switch_room`, which is none, and a join of
the other room, which is none either. `sessionId` is the occurrence, `fqn` the room.
Source of the shapes: 8x8's developer pages on JaaS webhooks.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from schemas.platforms.reading import Key, of_milliseconds, reader, required, text
from schemas.platforms.room_names import app_conference, room_of
from schemas.platforms.source import Converted, Naming, Payload, Source, record_id
from schemas.platforms.visit import Cause, Visit, ended
from schemas.telemetry import Telemetry

NAME = "jaas"


class Kind(Struct, rename="camel"):
    """Which event it is."""

    event_type: str


class Data(Struct, rename="camel"):
    """Somebody, and which of the rooms it happened in."""

    id: Key = None
    participant_jid: Key = None
    participant_id: Key = None
    moderator: bool | str | None = None
    disconnect_reason: str | None = None
    is_breakout: bool | str | None = None


class Event(Struct, rename="camel"):
    """One webhook."""

    idempotency_key: Key = None
    session_id: Key = None
    fqn: Key = None
    timestamp: float | None = None
    data: Data | None = None


_kind = reader(Kind)
_event = reader(Event)


def convert(payload: Payload, name: Naming) -> Converted:
    """One webhook's body as telemetry."""
    kind = _kind(payload.body).event_type
    if kind in OF_NO_USE:
        return Converted((), (kind,))
    if kind not in EVENTS:
        return Converted((), ("unknown_event",))
    event = _event(payload.body)
    at = of_milliseconds(event.timestamp, "$.timestamp")
    record = EVENTS[kind](event, event.data or Data(), at, name)
    if record is None:
        return Converted((), ("breakout_hop",))
    key = required(event.idempotency_key, "$.idempotencyKey")
    record = replace(record, id=record_id(NAME, record.session, key))
    return Converted((record,), room=room_of(name, app_conference(text(event.fqn))))


def _joined(event: Event, data: Data, at: datetime, name: Naming) -> Telemetry | None:
    if _true(data.is_breakout):
        return None
    return _visit(event, data, name).at(at).joined(_true(data.moderator))


def _left(event: Event, data: Data, at: datetime, name: Naming) -> Telemetry | None:
    """Any other reason is a leave, of a breakout room too: whoever goes from there is gone."""
    if data.disconnect_reason == "switch_room":
        return None
    visit = _visit(event, data, name)
    return visit.at(at).left(CAUSES.get(data.disconnect_reason or "", "unknown"))


def _waiting(event: Event, data: Data, at: datetime, name: Naming) -> Telemetry | None:
    return _visit(event, data, name, "lobby/").at(at).waiting()


def _left_lobby(event: Event, data: Data, at: datetime, name: Naming) -> Telemetry | None:
    return _visit(event, data, name, "lobby/").at(at).left()


def _ended(event: Event, data: Data, at: datetime, name: Naming) -> Telemetry | None:
    """The end of a breakout room ends nothing else."""
    return None if _true(data.is_breakout) else ended(NAME, _session(event, name), at)


def _visit(event: Event, data: Data, name: Naming, prefix: str = "") -> Visit:
    """The lobby is a connection of its own: its end, told late, must never end a visit inside."""
    person, connection = text(data.id), text(data.participant_jid) or text(data.participant_id)
    return Visit(
        NAME,
        _session(event, name),
        name("participant", person or required(connection, "$.data.id")),
        name("connection", prefix + (connection or person)),
    )


def _session(event: Event, name: Naming) -> str:
    return name("session", required(event.session_id, "$.sessionId"))


def _true(flag: bool | str | None) -> bool:
    """JaaS writes flags as booleans or as the words for them."""
    return flag is True or flag == "true"


CAUSES: Mapping[str, Cause] = {"left": "left", "kicked": "removed"}

EVENTS: Mapping[str, Callable[[Event, Data, datetime, Naming], Telemetry | None]] = {
    "PARTICIPANT_JOINED": _joined,
    "PARTICIPANT_LEFT": _left,
    "PARTICIPANT_JOINED_LOBBY": _waiting,
    "PARTICIPANT_LEFT_LOBBY": _left_lobby,
    "ROOM_DESTROYED": _ended,
}
OF_NO_USE = frozenset(
    {
        "ROOM_CREATED",
        "ROLE_CHANGED",
        "USAGE",
        "FEEDBACK",
        "SPEAKER_STATS",
        "CHAT_UPLOADED",
        "TRANSCRIPTION_UPLOADED",
        "TRANSCRIPTION_CHUNK_RECEIVED",
        "RECORDING_STARTED",
        "RECORDING_ENDED",
        "RECORDING_UPLOADED",
        "DIAL_IN_STARTED",
        "DIAL_IN_ENDED",
    }
)
"""Known, without a person and an instant that count, or told by a join or a leave as well."""

JAAS = Source(NAME, signals=(), camera="none", convert=convert, room_name=app_conference)
