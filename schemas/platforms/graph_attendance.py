"""Microsoft Graph attendance reports: who was in a meeting from when until when.

The answer to `…/attendanceReports?$expand=attendanceRecords`, a single report, or the answer to
`…/attendanceRecords`. A meeting that was opened again has several reports. Instants are UTC with
seven digits of a second; what is not known is null, or the first instant of the year 1.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.json import Decoder

from schemas.codec import ERRORS, refusal
from schemas.instants import Instant, plausible
from schemas.platforms.source import (
    Converted,
    Meeting,
    Naming,
    NotUnderstoodError,
    Payload,
    Report,
)
from schemas.platforms.stays import Stay, as_records

NAME = "graph_attendance"
YEAR_OF_NULLS = 1
DEEPEST = 2
LONGEST_SECONDS = 7 * 24 * 3600


class Interval(Struct, frozen=True, rename="camel"):
    """One stay of one person."""

    join_date_time: Instant | None = None
    leave_date_time: Instant | None = None
    duration_in_seconds: float | None = None


class Identity(Struct, frozen=True):
    """Of somebody signed in the id; else nothing but a name, which is not read."""

    id: str | None = None


class Entry(Struct, frozen=True, rename="camel"):
    """A report of a meeting, or the record of one person in it, or a list of either."""

    id: str | None = None
    value: tuple["Entry", ...] | None = None
    attendance_records: tuple["Entry", ...] | None = None
    meeting_end_date_time: Instant | None = None
    identity: Identity | None = None
    email_address: str | None = None
    role: str | None = None
    intervals: tuple[Interval, ...] | None = field(default=None, name="attendanceIntervals")


_decode = Decoder(Entry).decode


def convert(payload: Payload, meeting: Meeting, naming: Naming) -> Converted:
    """A join and a leave for each interval, one that stands in two reports being one.

    Somebody goes by their address, which other reports and rosters have, too; by the id of
    their account where no record of it in the payload has an address.

    Raises:
        NotUnderstoodError: the codec's reasons for bad JSON, `no_attendance` if no list of
            people is in it, `leave_before_join`, `implausible_time`.
    """
    try:
        entry = _decode(payload.body)
    except ERRORS as error:
        raise NotUnderstoodError(refusal(error).reason) from None
    everything = list(_entries(entry))
    lists = ((each.value, each.attendance_records, each.intervals) for each in everything)
    if all(several is None for each in lists for several in each):
        raise NotUnderstoodError("no_attendance")
    addresses = {
        each.identity.id: each.email_address
        for each in everything
        if each.identity and each.identity.id and each.email_address
    }
    stays: dict[tuple[str | None, Stay], Stay] = {}
    for each in everything:
        # Guests at the same time are two, unless it is one record that stands there twice.
        for stay in _stays(each, addresses):
            stays[None if stay.who else each.id, stay] = stay
    ends = [_known(each.meeting_end_date_time) for each in everything]
    ended_at = max(filter(None, ends), default=None)
    return as_records(NAME, stays.values(), meeting, naming, ended_at)


def _entries(entry: Entry, depth: int = 0) -> Iterator[Entry]:
    """All entries; a list of reports of people is as deep as it goes."""
    if depth > DEEPEST:
        raise NotUnderstoodError("nested_too_deep")
    yield entry
    for each in (*(entry.value or ()), *(entry.attendance_records or ())):
        yield from _entries(each, depth + 1)


def _stays(entry: Entry, addresses: Mapping[str, str]) -> Iterator[Stay]:
    account = (entry.identity and entry.identity.id) or ""
    who = entry.email_address or addresses.get(account) or account or None
    for interval in entry.intervals or ():
        joined_at = _known(interval.join_date_time)
        left_at = _known(interval.leave_date_time)
        lasted = _lasted(interval.duration_in_seconds)
        if lasted is not None and joined_at is None and left_at is not None:
            joined_at = _known(left_at - lasted)
        elif lasted is not None and left_at is None and joined_at is not None:
            left_at = _known(joined_at + lasted)
        if joined_at is not None and left_at is not None and left_at < joined_at:
            raise NotUnderstoodError("leave_before_join", "attendanceIntervals")
        yield Stay(who, joined_at, left_at, host=(entry.role or "").casefold() == "organizer")


def _known(at: datetime | None) -> datetime | None:
    if at is None or at.year == YEAR_OF_NULLS:
        return None
    if not plausible(at):
        raise NotUnderstoodError("implausible_time", "attendanceIntervals")
    return at


def _lasted(seconds: float | None) -> timedelta | None:
    if seconds is None or not 0 < seconds <= LONGEST_SECONDS:
        return None
    return timedelta(seconds=seconds)


GRAPH_ATTENDANCE = Report(NAME, convert)
