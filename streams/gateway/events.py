"""Events: the records of a producer or of staff, as they go onto the log.

Ids are the sender's own and become pseudonyms under the tenant's key; those of one tenant's
producers and systems of record are the same names, so that a plan and its telemetry meet. An id
written `zoom:NAME` is what that platform calls somebody or something. A caller whose `ids` are
`pseudonyms` has named everything already.

The source of every record is the caller's name in the config, whatever the record says.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple, get_args

from msgspec.structs import replace

from schemas.care import CareEvent
from schemas.declared import OutageDeclared
from schemas.identity import Identity
from schemas.platforms.source import Naming, Thing, record_id
from schemas.platforms.webhooks import ROOM_NAMES
from schemas.room import Booking, people_of
from schemas.telemetry import SessionScheduled, Telemetry, Void
from schemas.topics import CARE, IDENTITIES, ROOMS, TELEMETRY
from streams.gateway.config import Caller
from streams.gateway.naming import NotACodeError, coded, named
from streams.gateway.reading import Refused
from streams.gateway.world import Outgoing, World, moved
from streams.pseudonyms.names import Names
from streams.pseudonyms.naming import key_of
from streams.pseudonyms.raw import OWN
from streams.pseudonyms.ring import Ring
from streams.recording.outages import Declared, fanned_out, touched

TOLD_BY_PRODUCERS = frozenset(get_args(Telemetry)) - {Void}
"""Whether a session counts at all is for staff to say."""


class NoRoomError(Exception):
    """A plan whose room cannot be one of the platform that it names."""


class Taken(NamedTuple):
    """What goes onto the log, if nothing was `refused`."""

    outgoing: list[Outgoing]
    refused: list[Refused]
    unscheduled: int


def taken(
    records: Iterable[tuple[int, Any]],
    caller: Caller,
    world: World,
    may: Callable[[Caller, Any], bool],
) -> Taken:
    """Every record (with its place in the request) as it goes onto the log."""
    name = naming(caller, world)
    found = Taken([], [], 0)
    unscheduled = 0
    for index, record in records:
        if not may(caller, record):
            found.refused.append(Refused(index, "not_allowed", "$.type: not for this caller"))
            continue
        try:
            ours = replace(named(record, name), source=caller.name)
            if isinstance(record, CareEvent):
                found.outgoing.append(Outgoing(CARE, ours.participant, ours))
            elif isinstance(record, Identity):
                found.outgoing.append(Outgoing(IDENTITIES, ours.alias, ours))
            elif isinstance(record, SessionScheduled):
                found.outgoing.extend(_planned(ours, name, world))
            elif isinstance(record, OutageDeclared):
                found.outgoing.extend(_fanned_out(ours, caller.tenant.ring, world))
            else:
                # What a producer calls the session may be the room that the plan names.
                sessions = world.sessions(name("room", record.session), ours)
                unscheduled += not sessions and world.rooms.booking_of(ours.session) is None
                found.outgoing.extend(
                    Outgoing(TELEMETRY, each.session, each) for each in moved(ours, sessions)
                )
        except NotACodeError as error:
            found.refused.append(Refused(index, "invalid_field", f"$.{error}: must be a code"))
        except NoRoomError:
            detail = "$.room: no room of its platform"
            found.refused.append(Refused(index, "invalid_field", detail))
    return found._replace(unscheduled=unscheduled)


def _fanned_out(declared: OutageDeclared, ring: Ring, world: World) -> Iterable[Outgoing]:
    """An outage of each session that is booked at the time, in a room of the tenant's own."""
    outage = Declared(
        begins=declared.begins,
        ends=declared.ends,
        source=declared.source,
        at=declared.at,
        platform=declared.platform,
        program=declared.program,
        withdrawn=declared.withdrawn,
        entity=declared.entity,
        revision=declared.revision,
    )
    for record in fanned_out(outage, touched(outage, world.rooms)):
        booking = world.rooms.booking_of(record.session)
        if booking is not None and key_of(booking.room, ring) is not None:
            yield Outgoing(TELEMETRY, record.session, record)


def naming(caller: Caller, world: World) -> Naming:
    """How what this caller calls somebody or something becomes a pseudonym, in one request.

    A batch tells of the same people and sessions again and again: each is asked for once.
    """
    if caller.ids == "pseudonyms":

        def given(thing: Thing, told: str) -> str:
            known = world.identities.participant(told) if thing == "participant" else None
            return known or coded(thing, told)

        return cache(given)
    scopes: Mapping[str, Naming] = {
        scope: Names(caller.tenant.ring, world.identities, scope).at(world.now)
        for scope in (OWN, *ROOM_NAMES)
    }

    def own(thing: Thing, told: str) -> str:
        platform, colon, name = told.partition(":")
        if not colon or platform not in scopes:
            return scopes[OWN](thing, told)
        if thing == "room" and platform in ROOM_NAMES:
            name = ROOM_NAMES[platform](name)
        return scopes[platform](thing, name)

    return cache(own)


def _planned(plan: SessionScheduled, name: Naming, world: World) -> Iterable[Outgoing]:
    """A plan, and its booking where it names a room, or no longer does."""
    if plan.room is None:
        yield Outgoing(TELEMETRY, plan.session, plan)
        known = world.rooms.booking_of(plan.session)
        if known is not None and known.revision < plan.revision:
            told = {"id": record_id("booking", plan.id), "source": plan.source, "at": plan.at}
            left = replace(known, **told, revision=plan.revision, status="cancelled")
            yield Outgoing(ROOMS, left.session, left)
        return
    platform, _, number = plan.room.partition(":")
    if platform in ROOM_NAMES and not ROOM_NAMES[platform](number):
        # All of these would be one room, which belongs to nobody.
        raise NoRoomError
    room = name("room", plan.room)
    yield Outgoing(TELEMETRY, plan.session, replace(plan, room=room))
    booking = Booking(
        id=record_id("booking", plan.id),
        source=plan.source,
        at=plan.at,
        room=room,
        session=plan.session,
        program=plan.program,
        platform=platform if platform in ROOM_NAMES else OWN,
        revision=plan.revision,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        status=plan.status,
        people=people_of(plan),
    )
    yield Outgoing(ROOMS, booking.session, booking)


def told_by_producers(caller: Caller, record: Any) -> bool:
    """Whether a producer may say such a thing."""
    return type(record) in TOLD_BY_PRODUCERS
