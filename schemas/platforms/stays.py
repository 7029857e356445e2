"""Stays: the rows of a report, as records.

Each row is a connection of its own. Rows of one person that overlap are several devices or a
reconnect; their union is the person's presence, which the session's rules work out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.instants import MILLISECOND, milliseconds, rfc3339
from schemas.platforms.source import Converted, Meeting, Naming
from schemas.platforms.visit import Visit, ended
from schemas.telemetry import SessionEnded, Telemetry

NO_IDENTITY = "no_identity"
NO_TIMES = "no_times"


class Stay(NamedTuple):
    """One row. `who` is a stable id or an address, null if the report has neither.

    Without `joined_at` the person was there before `seen_at`; without `left_at` they were still
    there when the report was made. `waited_from` is when they came to the waiting room from
    which they were let in to this stay; a stay that is nothing but `waiting` ended otherwise.
    """

    who: str | None
    joined_at: datetime | None
    left_at: datetime | None
    seen_at: datetime | None = None
    host: bool = False
    waiting: bool = False
    waited_from: datetime | None = None


def as_records(
    source: str,
    stays: Iterable[Stay],
    meeting: Meeting,
    naming: Naming,
    ended_at: datetime | None = None,
) -> Converted:
    """The records of all `stays`, and the end that closes the report.

    `ended_at` is the end that the report states. Without it the meeting ended no earlier than
    planned: that everybody left before does not tell that the session was shorter.

    Ignored: `no_identity` for a row whose person nothing identifies, and who is a guest of this
    row alone; `no_times` for one without any.
    """
    records: list[Telemetry] = []
    ignored: list[str] = []
    seen: Counter[tuple[str | None, str]] = Counter()
    for stay in stays:
        times = (stay.joined_at, stay.seen_at, stay.left_at)
        if not any(times):
            ignored.append(NO_TIMES)
            continue
        # Two rows alike are two devices. A row's number would change with its neighbours.
        written = [rfc3339(milliseconds(at)) if at else "" for at in times]
        place = "\n".join((*written, "waiting" if stay.waiting else ""))
        seen[stay.who, place] += 1
        row = f"{place}\n{seen[stay.who, place]}"
        if stay.who is None:
            ignored.append(NO_IDENTITY)
        records += _records(stay, _visit(source, stay.who, row, meeting, naming))
    last = max((record.at for record in records), default=None)
    records += _closing(source, meeting, ended_at, last)
    return Converted(tuple(records), tuple(ignored))


def _visit(source: str, who: str | None, row: str, meeting: Meeting, naming: Naming) -> Visit:
    known = f"guest\n{meeting.session}\n{row}" if who is None else who
    connection = naming("connection", f"{meeting.session}\n{known}\n{row}")
    return Visit(source, meeting.session, naming("participant", known), connection)


def _records(stay: Stay, visit: Visit) -> Iterator[Telemetry]:
    if stay.waited_from is not None:
        yield visit.at(stay.waited_from).waiting()
    if stay.waiting:
        if stay.joined_at is not None:
            yield visit.at(stay.joined_at).waiting()
    elif stay.joined_at is not None:
        yield visit.at(stay.joined_at).joined(stay.host)
    elif stay.seen_at is not None:
        # A sign of life, and not a join: to join then would be to be late.
        yield visit.at(stay.seen_at).seen()
    if stay.left_at is not None:
        at = stay.left_at
        if at == (stay.joined_at or stay.seen_at):
            # A leave at the instant of its join would read as going and coming back. In reports
            # of whole minutes it was a short visit: told as the shortest, but told.
            at += MILLISECOND
        yield visit.at(at).left()


def _closing(
    source: str, meeting: Meeting, stated: datetime | None, last: datetime | None
) -> Sequence[SessionEnded]:
    known = [at for at in (stated or meeting.ends_at, last) if at is not None]
    if not known:
        return ()
    return (ended(source, meeting.session, max(known).astimezone(UTC)),)
