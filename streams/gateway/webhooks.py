"""Webhooks: one payload of a platform as telemetry of the sessions that it is about."""

from collections.abc import Iterator
from typing import NamedTuple

from schemas.instants import milliseconds
from schemas.platforms.source import Converted, Payload, Source, record_id
from schemas.room import Booking
from schemas.telemetry import Capabilities, Telemetry
from streams.gateway.world import World, moved
from streams.pseudonyms.links import settled
from streams.pseudonyms.names import Names
from streams.pseudonyms.ring import Ring


class Told(NamedTuple):
    """What a payload says. `unscheduled` of its `records` belong to no planned session."""

    records: list[Telemetry]
    ignored: tuple[str, ...]
    unscheduled: int


def told(source: Source, payload: Payload, ring: Ring, world: World) -> Told:
    """Everything in `payload`, under the sessions that its room stands for.

    A meeting that runs while a new key comes into force keeps the key of its planned start, so
    that a leave ends the connection that the join began; without a plan, that of the event.

    Raises:
        NotUnderstoodError: it cannot be what the platform sends.
    """
    names = Names(ring, world.identities, source.platform)
    converted, booking, used = _booked(source, payload, ring, names, world)
    if not converted.records:
        return Told([], converted.ignored, 0)
    first = milliseconds(min(record.at for record in converted.records))
    begins = first if booking is None else milliseconds(booking.starts_at)
    if ring.at(begins).id != used:
        room = converted.room
        converted = source.convert(payload, names.at(begins))._replace(room=room)
    records = settled(converted.records, world.identities.person)
    sessions = [world.sessions(converted.room, record) for record in records]
    pairs = zip(records, sessions, strict=True)
    return Told(
        [each for record, found in pairs for each in moved(record, found)],
        converted.ignored,
        sessions.count([]),
    )


def capabilities(source: Source, records: list[Telemetry]) -> Iterator[Capabilities]:
    """What `source` can report, once for each session of `records`."""
    for session in dict.fromkeys(record.session for record in records):
        yield Capabilities(
            id=record_id(source.name, "capabilities", session),
            source=source.name,
            at=min(record.at for record in records if record.session == session),
            session=session,
            signals=source.signals,
            camera=source.camera,
        )


def _booked(
    source: Source, payload: Payload, ring: Ring, names: Names, world: World
) -> tuple[Converted, Booking | None, str]:
    """The payload under the newest key by which its room is booked, else the one in force."""
    in_force = ring.at(payload.received_at)
    first = source.convert(payload, names.at(payload.received_at))
    for key in ring.newest_first:
        if key is in_force:
            converted = first
        elif first.records:
            converted = source.convert(payload, names.at(key.starts_at))
        else:
            break
        for record in converted.records:
            if booking := world.booking(converted.room, record):
                return converted, booking, key.id
    return first, None, in_force.id
