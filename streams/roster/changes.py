"""Changes: what of a plan is news to those who know an earlier one.

What says the same as its newest known revision is not said again. What says something else
gets a revision above that, at least its own (for a session: when its series was edited).
So the same files give the same ids and revisions, and changed ones higher revisions, wherever
what was said before can be looked up; where not, the calendar's own edits still tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.care import Discharged, Enrolled
from schemas.identity import Identity
from schemas.room import Booking
from schemas.telemetry import SessionScheduled
from streams.recording.known import Known, key_of
from streams.recording.naming import content_of
from streams.recording.settling import named
from streams.roster.calendar import Span
from streams.roster.plan import Teller, Wanted


class Scope(NamedTuple):
    """What the files are about: nothing outside is missed in them."""

    people: frozenset[str]
    """Programs of which the people's file has rows."""
    sessions: frozenset[str]
    """Programs of which the calendar has sessions."""
    span: Span
    """From when until when these were looked for."""


class News(NamedTuple):
    """What is to be said, with revisions; and what was said before and is not wanted now."""

    new: list[Wanted]
    changed: list[Wanted]
    unchanged: int
    missing: list[Wanted]


def news(wanted: Sequence[Wanted], known: Known, scope: Scope, source: str, floor: int) -> News:
    """Hold `wanted` against `known`; no revision is below `floor`.

    Only what `source` has said itself can be missing.
    """
    found = News([], [], 0, [])
    unchanged = 0
    for record in wanted:
        newest = _newest(record, known)
        revision = max(floor, record.revision)
        if newest is None:
            found.new.append(named(record, revision))
        elif _state(newest) == _state(record):
            unchanged += 1
        else:
            found.changed.append(named(record, max(revision, newest.revision + 1)))
    keys = {_key(record) for record in wanted}
    said = (each for each in _all(known) if each.source == source and _state(each)[0])
    members = _members(known, scope)
    missing = [each for each in said if _key(each) not in keys and _within(each, scope, members)]
    return found._replace(unchanged=unchanged, missing=missing)


def taken_back(missing: Iterable[Wanted], teller: Teller, floor: int) -> Iterator[Wanted]:
    """What ends each missing thing: sessions and bookings are cancelled, all else withdrawn."""
    for each in missing:
        ended: dict[str, Any] = {"withdrawn": True}
        if isinstance(each, SessionScheduled | Booking):
            ended = {"status": "cancelled"}
        record = msgspec.structs.replace(each, **teller._asdict(), **ended)
        yield named(record, max(floor, each.revision + 1))


def _key(record: Any) -> tuple[str, ...]:
    if isinstance(record, SessionScheduled):
        return ("session", record.session)
    if isinstance(record, Booking):
        return ("booking", record.session)
    if isinstance(record, Identity):
        return ("alias", record.alias)
    return key_of(record)


def _newest(record: Any, known: Known) -> Any:
    if isinstance(record, SessionScheduled):
        return known.plans.get(record.session)
    if isinstance(record, Booking):
        return known.bookings.get(record.session)
    if isinstance(record, Identity):
        return known.identities.get(record.alias)
    return known.staff.get(key_of(record))


def _state(record: Any) -> tuple[bool, str]:
    """Whether it holds, and what it says."""
    if isinstance(record, SessionScheduled | Booking):
        return record.status == "planned", content_of(record)
    return not record.withdrawn, content_of(record)


def _all(known: Known) -> Iterator[Any]:
    yield from known.identities.values()
    yield from (each for each in known.staff.values() if isinstance(each, Enrolled | Discharged))
    yield from known.plans.values()
    yield from known.bookings.values()


def _members(known: Known, scope: Scope) -> set[str]:
    """Who was ever enrolled in a program that the people's file is about."""
    enrolled = (each for each in known.staff.values() if isinstance(each, Enrolled))
    return {each.participant for each in enrolled if each.program in scope.people}


def _within(record: Any, scope: Scope, members: set[str]) -> bool:
    if isinstance(record, Identity):
        return record.participant in members
    if not isinstance(record, SessionScheduled | Booking):
        return record.program in scope.people
    if record.program not in scope.sessions:
        return False
    begins, ends = scope.span(record.program)
    return bool(begins <= record.starts_at < ends)
