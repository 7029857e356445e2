"""Records: the telemetry of one file, with the plan of its session and what its source can tell."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from schemas.checking import RefusedError, written
from schemas.instants import milliseconds, rfc3339
from schemas.platforms.source import Report, Source, record_id
from schemas.telemetry import (
    Capabilities,
    Identified,
    Kind,
    SessionScheduled,
    Telemetry,
)
from streams.converting.roster import Expected


class Plan(NamedTuple):
    """What somebody knows of the session that a file is about."""

    program: str
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    expected: Sequence[Expected] = ()


class SessionsError(Exception):
    """A plan or an id for one session, and a file that is not about one; a line."""


def with_session(records: Iterable[Telemetry], session: str) -> list[Telemetry]:
    """The records of one session under the id `session`; SessionsError if they are of several."""
    everything = list(records)
    _check_one(len({record.session for record in everything}))
    return [replace(record, session=session) for record in everything]


def complete(
    source: Source | Report, records: Sequence[Telemetry], plan: Plan | None
) -> Iterator[Telemetry]:
    """The plan, what the source can report, and who goes by which alias, before the `records`.

    Raises SessionsError if a plan meets records of several sessions.
    """
    first: dict[str, datetime] = {}
    for record in records:
        first[record.session] = min(record.at, first.get(record.session, record.at))
    if plan is not None:
        _check_one(len(first))
        ((name, at),) = first.items()
        first[name] = min(at, plan.starts_at)
        yield _scheduled(source, plan, name, first[name])
        yield from _identified(source, plan, name, first[name])
    for name, at in first.items():
        told_id = record_id(source.name, "capabilities", name)
        yield Capabilities(
            id=told_id,
            source=source.name,
            at=at,
            session=name,
            signals=source.signals,
            camera=source.camera,
        )
    yield from records


def lines(records: Iterable[Telemetry], told: list[str]) -> Iterator[bytes]:
    """Each record as every reader takes it; what none would take is added to `told`."""
    for record in records:
        try:
            yield written(record)
        except RefusedError as error:
            told.append(f"a record was refused: {error}")


def _check_one(sessions: int) -> None:
    if sessions != 1:
        raise SessionsError(f"the file is about {sessions} sessions, a plan or an id about one")


def _scheduled(source: Source | Report, plan: Plan, session: str, at: datetime) -> SessionScheduled:
    return SessionScheduled(
        # Revision 0: whatever a calendar says of this session holds instead.
        id=record_id(source.name, "scheduled", session, *_texts(plan.starts_at, plan.ends_at)),
        source=source.name,
        at=at,
        session=session,
        revision=0,
        program=plan.program,
        kind=plan.kind,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        delivery="report" if isinstance(source, Report) else "live",
        roster=tuple(each.entry for each in plan.expected),
    )


def _identified(
    source: Source | Report, plan: Plan, session: str, at: datetime
) -> Iterator[Identified]:
    for each in plan.expected:
        for alias in each.aliases:
            participant = each.entry.participant
            yield Identified(
                id=record_id(source.name, "identified", session, alias, participant),
                source=source.name,
                at=at,
                session=session,
                alias=alias,
                participant=participant,
            )


def _texts(*instants: datetime) -> list[str]:
    return [rfc3339(milliseconds(at)) for at in instants]
