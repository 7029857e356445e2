"""Planned: which sessions the database knows, and who is on their rosters."""

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from sinks.engine import engine_of
from sinks.faults import fault
from sinks.tables import SCORES


class Place(NamedTuple):
    """One person's place in one session, as its newest score tells it."""

    session: str
    program: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    participant: str
    rostered: bool


def by_session(url: str, sessions: Collection[str]) -> Iterator[Place]:
    """Every place in these sessions; one without a plan is none.

    Raises:
        ValueError: `url` is no good.
        DatabaseAwayError, DatabaseUnusableError: it cannot be read.
    """
    yield from _places(url, SCORES.c.session.in_(sessions))


def by_start(url: str, begins: datetime, ends: datetime) -> Iterator[Place]:
    """Every place in sessions that start in `[begins, ends)`; raises as `by_session` does."""
    yield from _places(url, SCORES.c.starts_at >= begins, SCORES.c.starts_at < ends)


def _places(url: str, *conditions: object) -> Iterator[Place]:
    engine = engine_of(url)
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file is not None and not Path(file).exists():
        # SQLite would make it.
        raise ValueError(f"{file}: there is no such database")
    held = SCORES.c
    query = select(
        held.session,
        held.program,
        held.starts_at,
        held.ends_at,
        held.status == "cancelled",
        held.participant,
        held.rostered & ~held.withdrawn,
    ).where(
        *conditions,  # type: ignore[arg-type]
        held.program.is_not(None),
        held.starts_at.is_not(None),
        held.ends_at.is_not(None),
    )
    try:
        with engine.connect() as connection:
            found = connection.execute(query).all()
    except SQLAlchemyError as error:
        raise fault(error, engine.dialect.dbapi, None) from error  # type: ignore[arg-type]
    finally:
        engine.dispose()
    yield from (Place(*row) for row in found)
