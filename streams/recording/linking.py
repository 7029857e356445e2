"""Linking: what was taken for a session without a plan belonged to one that has one.

The events are said again under the planned session, with their own ids: whatever is there
already changes nothing, so that linking twice is linking once, and linking again later adds what
came late. The session without a plan becomes void for the reason `linked`: its results stay to be
seen, and count for nobody, or everyone would have been in two sessions at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from schemas.checking import RefusedError
from schemas.codec import encode
from schemas.instants import instant, milliseconds
from schemas.telemetry import SessionScheduled, Telemetry, Void
from streams.identity import identify
from streams.rooms import LAG_MS, LEAD_MS

LINKED = "linked"


class Ends(NamedTuple):
    """One of the two sessions: all that is on the log of it, and the times of its plan."""

    session: str
    telemetry: Sequence[Telemetry]
    planned: tuple[datetime, datetime] | None


class Link(NamedTuple):
    """What is to be said, and how much of it had been said already."""

    events: list[Telemetry]
    known: int
    void: Void | None


def linked(unscheduled: Ends, scheduled: Ends, source: str, at: datetime) -> Link:
    """What links both, apart from what the log has; raises RefusedError where nothing may."""
    begins, ends = _checked(unscheduled, scheduled)
    everything = [
        replace(each, session=scheduled.session)
        for each in unscheduled.telemetry
        if not isinstance(each, SessionScheduled | Void)
    ]
    if not any(_at_its_time(each.at, begins, ends) for each in everything):
        raise RefusedError(
            f"{unscheduled.session}: nothing happened in it at the time of {scheduled.session}"
        )
    said = {encode(each) for each in scheduled.telemetry}
    missing = {encode(each): each for each in everything if encode(each) not in said}
    newest = _newest_void(unscheduled.telemetry)
    done = newest is not None and newest.value and newest.reason == LINKED
    known = len({encode(each) for each in everything}) - len(missing)
    if done and not known:
        raise RefusedError(f"{unscheduled.session}: is linked to another session already")
    void = None if done else _void(unscheduled.session, newest, source, at)
    return Link(list(missing.values()), known, void)


def _checked(unscheduled: Ends, scheduled: Ends) -> tuple[datetime, datetime]:
    if unscheduled.session == scheduled.session:
        raise RefusedError("a session cannot be linked to itself")
    if unscheduled.planned is not None:
        raise RefusedError(f"{unscheduled.session}: has a plan of its own")
    if not unscheduled.telemetry:
        raise RefusedError(f"{unscheduled.session}: is no known session")
    if scheduled.planned is None:
        reason = "has no plan" if scheduled.telemetry else "is no known session"
        raise RefusedError(f"{scheduled.session}: {reason}")
    return scheduled.planned


def _at_its_time(at: datetime, begins: datetime, ends: datetime) -> bool:
    earliest, latest = milliseconds(begins) - LEAD_MS, milliseconds(ends) + LAG_MS
    return instant(earliest) <= at < instant(latest)


def _newest_void(telemetry: Iterable[Telemetry]) -> Void | None:
    voids = [each for each in telemetry if isinstance(each, Void)]
    return max(voids, key=lambda void: void.revision, default=None)


def _void(session: str, newest: Void | None, source: str, at: datetime) -> Void:
    revision = 0 if newest is None else newest.revision + 1
    return Void(
        id=identify("record", LINKED, session, str(revision)),
        source=source,
        at=at,
        session=session,
        value=True,
        reason=LINKED,
        revision=revision,
    )
