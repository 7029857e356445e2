"""Jitsi: the requests of Prosody's event_sync component, with unix seconds.

What happened is said by the path that a request goes to, so a payload here is an envelope:
`{"event": "occupant/joined", "body": {...}}`, `event` being the last two parts of the path. A
body alone is taken too where it has an `event_name`, as newer versions write.

Requests name the main room and no occurrence, so the room stands for the session. Entering a
breakout room is a leave of the main room and a join of the breakout room: the latter is told as a
connection of its own in the main room's session, so that the hop is no gap, whichever is first.
Source of the shapes: README and Lua source of jitsi-contrib's event_sync.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Raw, Struct

from schemas.platforms.reading import Key, of_seconds, reader, required, text
from schemas.platforms.room_names import conference, room_of
from schemas.platforms.source import Converted, Naming, NotUnderstoodError, Payload, Source
from schemas.platforms.visit import Visit, ended
from schemas.telemetry import Telemetry

NAME = "jitsi"


class Envelope(Struct):
    """A request's path and body, or its body alone."""

    event: str | None = None
    event_name: str | None = None
    body: Raw = Raw()


class Occupant(Struct):
    """One visit of somebody; `id` is there if the JWT had one."""

    occupant_jid: Key = None
    id: Key = None
    joined_at: float | None = None
    left_at: float | None = None


class Room(Struct):
    """What every request says of its room; in a breakout room `room_jid` is still the main one."""

    room_jid: Key = None
    is_breakout: bool | None = None
    breakout_room_id: Key = None


class Occupancy(Room, kw_only=True):
    """Somebody came or went."""

    occupant: Occupant


class Destroyed(Room):
    """The room is closed. Everyone who ever was inside, with the newest visit of each.

    Lua has one kind of table, so a list of nobody may be written as an empty object.
    """

    destroyed_at: float | None = None
    all_occupants: tuple[Occupant, ...] | dict[str, Occupant] = ()


_envelope = reader(Envelope)
_room = reader(Room)
_occupancy = reader(Occupancy)
_room_destroyed = reader(Destroyed)


def convert(payload: Payload, name: Naming) -> Converted:
    """One request as telemetry."""
    envelope = _envelope(payload.body)
    kind = envelope.event or envelope.event_name
    if kind is None:
        raise NotUnderstoodError("missing_field", "$.event")
    if kind in OF_NO_USE:
        return Converted((), (OF_NO_USE[kind],))
    event = EVENTS.get(kind)
    if event is None:
        return Converted((), ("unknown_event",))
    body = bytes(envelope.body) or payload.body
    jid = text(_room(body).room_jid)
    return event(body, name)._replace(room=room_of(name, conference(jid)))


def _joined(body: bytes, name: Naming) -> Converted:
    told = _occupancy(body)
    visit = _visit(told, told.occupant, name, "$.occupant")
    return Converted((visit.at(_joined_at(told.occupant, "$.occupant")).joined(),))


def _left(body: bytes, name: Naming) -> Converted:
    """The leave, and the join that it names, in case that was lost."""
    told = _occupancy(body)
    return Converted(_whole(told, told.occupant, name, "$.occupant"))


def _destroyed(body: bytes, name: Naming) -> Converted:
    """Every visit again, with the ids that its own requests gave, to repair those that were lost.

    Whoever has no leave left with the room. The end of a breakout room ends nothing else.
    """
    told = _room_destroyed(body)
    at = of_seconds(told.destroyed_at, "$.destroyed_at")
    records: list[Telemetry] = []
    for occupant in _everybody(told):
        if occupant.left_at is not None:
            records += _whole(told, occupant, name, OCCUPANTS)
        else:
            visit = _visit(told, occupant, name, OCCUPANTS)
            since = _joined_at(occupant, OCCUPANTS)
            records += (visit.at(since).joined(), visit.at(_not_before(since, at)).left("ended"))
    if not told.is_breakout:
        records.append(ended(NAME, name("session", required(told.room_jid, "$.room_jid")), at))
    return Converted(tuple(records))


def _everybody(told: Destroyed) -> tuple[Occupant, ...]:
    if isinstance(told.all_occupants, tuple):
        return told.all_occupants
    if told.all_occupants:
        raise NotUnderstoodError("invalid_field", OCCUPANTS)
    return ()


def _whole(room: Room, occupant: Occupant, name: Naming, where: str) -> tuple[Telemetry, ...]:
    visit = _visit(room, occupant, name, where)
    since = _joined_at(occupant, where)
    until = of_seconds(occupant.left_at, f"{where}.left_at")
    return visit.at(since).joined(), visit.at(_not_before(since, until)).left()


def _visit(room: Room, occupant: Occupant, name: Naming, where: str) -> Visit:
    jid = required(occupant.occupant_jid, f"{where}.occupant_jid")
    breakout = ""
    if room.is_breakout:
        breakout = required(room.breakout_room_id, "$.breakout_room_id") + "/"
    return Visit(
        NAME,
        name("session", required(room.room_jid, "$.room_jid")),
        name("participant", text(occupant.id) or jid),
        name("connection", breakout + jid),
    )


def _joined_at(occupant: Occupant, where: str) -> datetime:
    return of_seconds(occupant.joined_at, f"{where}.joined_at")


def _not_before(since: datetime, at: datetime) -> datetime:
    if at < since:
        raise NotUnderstoodError("contradictory_times")
    return at


OCCUPANTS = "$.all_occupants[...]"

EVENTS: Mapping[str, Callable[[bytes, Naming], Converted]] = {
    "occupant/joined": _joined,
    "occupant/left": _left,
    "room/destroyed": _destroyed,
    "muc-occupant-joined": _joined,
    "muc-occupant-left": _left,
    "muc-room-destroyed": _destroyed,
}
OF_NO_USE: Mapping[str, str] = {
    "room/created": "room/created",
    "muc-room-created": "room/created",
}
"""Known, and told better by the first join."""

JITSI = Source(NAME, signals=(), camera="none", convert=convert, room_name=conference)
