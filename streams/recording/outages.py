"""Outages: one that concerns many sessions becomes one record for each session that it touches.

Pure: the door and the command line say the same. A platform's or a program's outage is one
entity in all its sessions, however often and by whomever it is said, named by what it is about
and when it began; so another end revises it, and a session that it does not touch any more gets
the revision, too.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from schemas.instants import milliseconds, rfc3339
from schemas.telemetry import Outage
from streams.identity import identify
from streams.recording.known import Session
from streams.recording.naming import content_of
from streams.recording.settling import named
from streams.rooms import Rooms, meets

UNNAMED = "unnamed"

Key = tuple[str, str]
"""A session, and an entity in it."""


class Declared(NamedTuple):
    """An outage `[begins, ends)` of a platform, of a program, of both, or of some sessions.

    `entity` and `revision` are given by whoever keeps them; else they follow.
    """

    begins: datetime
    ends: datetime
    source: str
    at: datetime
    platform: str | None = None
    program: str | None = None
    sessions: tuple[str, ...] = ()
    withdrawn: bool = False
    entity: str | None = None
    revision: int | None = None

    @property
    def wide(self) -> bool:
        """Whether it is for the bookings and plans to say which sessions it is about."""
        return not self.sessions

    @property
    def name(self) -> str:
        """The entity of its records."""
        about = (self.platform or "", self.program or "")
        began = rfc3339(milliseconds(self.begins))
        return self.entity or identify("entity", "outage", *about, began)


def touched(outage: Declared, rooms: Rooms, sessions: Iterable[Session] = ()) -> set[str]:
    """The sessions that it touches: the named ones, or those booked or planned at its time.

    `sessions` are planned ones, which know their program and no platform.
    """
    if not outage.wide:
        return set(outage.sessions)
    begins, ends = milliseconds(outage.begins), milliseconds(outage.ends)
    booked = rooms.touched(begins, ends, platform=outage.platform, program=outage.program)
    found = {each.session for each in booked}
    if outage.platform is None:
        found |= {
            each.session
            for each in sessions
            if each.program == outage.program
            and not each.cancelled
            and meets(each.starts_at, each.ends_at, begins, ends)
        }
    return found


def fanned_out(
    outage: Declared, sessions: Iterable[str], known: Mapping[Key, Outage] | None = None
) -> list[Outage]:
    """One record for each of the sessions that does not have it so already, in their order.

    `known` are the newest outages of sessions, None where nobody can look. Raises ValueError for
    times that no outage can have.
    """
    about = set(sessions)
    if known is not None:
        has = {session for session, entity in known if entity == outage.name}
        if outage.wide:
            about |= has
        if outage.withdrawn:
            about &= has
    newest = {session: (known or {}).get((session, outage.name)) for session in sorted(about)}
    records = (_revised(outage, session, held) for session, held in newest.items())
    return [record for record in records if record is not None]


def _revised(outage: Declared, session: str, held: Outage | None) -> Outage | None:
    record = Outage(
        id=UNNAMED,
        source=outage.source,
        at=outage.at,
        session=session,
        entity=outage.name,
        revision=0,
        begins=outage.begins,
        ends=outage.ends,
        withdrawn=outage.withdrawn,
    )
    if outage.revision is not None:
        return _named(record, outage.revision)
    if held is None:
        return _named(record, 1 if outage.withdrawn else 0)
    if _same(record, held):
        return None
    return _named(record, held.revision + 1)


def _named(record: Outage, revision: int) -> Outage:
    found: Outage = named(record, revision)
    return found


def _same(record: Outage, held: Outage) -> bool:
    if record.withdrawn or held.withdrawn:
        return record.withdrawn and held.withdrawn
    return content_of(record) == content_of(held)
