"""Plan: what the two files ask to be known, as records that have no revision yet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from schemas.care import Discharged, Enrolled
from schemas.identity import Identity
from schemas.instants import milliseconds
from schemas.room import Booking, people_of
from schemas.telemetry import RosterEntry, SessionScheduled
from streams.recording.naming import entity_of
from streams.roster.calendar import Planned
from streams.roster.people import EVERY_SERIES, Row

UNNAMED = "unnamed"

Wanted = Identity | Enrolled | Discharged | SessionScheduled | Booking


class Teller(NamedTuple):
    """Who tells all this, and when."""

    source: str
    at: datetime


def plan(
    rows: Sequence[Row], sessions: Iterable[Planned], teller: Teller, least: int = 0
) -> list[Wanted]:
    """Aliases, enrolments with their ends, sessions, and bookings of their rooms, in this order.

    The revision of a session and of its booking is its series' stamp, or `least`; of anything
    else it is 0.
    """
    sessions = list(sessions)
    plans = list(_schedules(rows, sessions, teller, least))
    return [
        *_identities(rows, teller),
        *_facts(rows, teller),
        *plans,
        *_bookings(zip(sessions, plans, strict=True), teller),
    ]


def unbooked(
    sessions: Iterable[Planned], bookings: Mapping[str, Booking], teller: Teller
) -> Iterator[Booking]:
    """The cancellations of known bookings of sessions that are in no platform's room any more."""
    for session in sessions:
        known = bookings.get(session.session)
        if known is not None and not (session.room and session.room.platform):
            yield msgspec.structs.replace(known, **teller._asdict(), status="cancelled")


def _identities(rows: Iterable[Row], teller: Teller) -> Iterator[Identity]:
    for alias, participant in {
        alias: row.participant for row in rows for alias in row.aliases
    }.items():
        yield Identity(id=UNNAMED, alias=alias, participant=participant, **teller._asdict())


def _facts(rows: Iterable[Row], teller: Teller) -> Iterator[Enrolled | Discharged]:
    for row in rows:
        about: dict[str, Any] = {
            "id": UNNAMED,
            "entity": UNNAMED,
            "participant": row.participant,
            "program": row.program,
            **teller._asdict(),
        }
        enrolled = Enrolled(
            **about,
            begins=row.begins,
            priority=row.priority,
            weekly_minutes=row.weekly_minutes,
        )
        # The end belongs to its enrolment: another date for it is a revision, not another end.
        about["entity"] = entity_of(enrolled)
        yield msgspec.structs.replace(enrolled, entity=about["entity"])
        if row.ends is not None:
            yield Discharged(**about, begins=row.ends, reason_code=row.discharge_reason)


def _schedules(
    rows: Sequence[Row], sessions: Iterable[Planned], teller: Teller, least: int
) -> Iterator[SessionScheduled]:
    for session in sessions:
        yield SessionScheduled(
            id=UNNAMED,
            **teller._asdict(),
            session=session.session,
            revision=max(session.stamp, least),
            program=session.program,
            kind=session.kind,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            status="cancelled" if session.cancelled else "planned",
            room=session.room.code if session.room else None,
            delivery=session.delivery,
            hosts=session.hosts,
            roster=tuple(
                RosterEntry(participant=row.participant, enrolled_at=row.begins, exempt=row.exempt)
                for row in sorted(rows, key=lambda row: row.participant)
                if _expected(row, session)
            ),
        )


def _bookings(
    planned: Iterable[tuple[Planned, SessionScheduled]], teller: Teller
) -> Iterator[Booking]:
    for session, told in planned:
        if session.room is None or session.room.platform is None:
            continue
        yield Booking(
            id=UNNAMED,
            **teller._asdict(),
            room=session.room.code,
            session=session.session,
            program=session.program,
            platform=session.room.platform,
            revision=told.revision,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            status=told.status,
            people=people_of(told),
        )


def _expected(row: Row, session: Planned) -> bool:
    """Whether somebody enrolled so is asked to this session."""
    if row.program != session.program or not {EVERY_SERIES, session.series} & set(row.series):
        return False
    begins, ends = row.stretch
    starts_at = milliseconds(session.starts_at)
    return begins <= starts_at and (ends is None or starts_at < ends)
