"""Importing: two files become news, and everything that speaks against them is found first."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.care import Enrolled, Staff
from schemas.checking import RefusedError, written
from schemas.instants import milliseconds
from schemas.policy import Policies
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Key
from streams.recording.enrolments import overlapping
from streams.recording.known import Known
from streams.roster.calendar import Calendar, read_calendar
from streams.roster.changes import News, Scope, news, taken_back
from streams.roster.faults import Faults, RosterError
from streams.roster.people import Row, read_people
from streams.roster.plan import Teller, Wanted, plan, unbooked


class Files(NamedTuple):
    """What is imported: `calendar` for sessions on the days `[first, until)`.

    `programs` are known ones beside those that have a policy of their own. `key` makes
    pseudonyms of platforms' rooms, and of aliases that are none.
    """

    people: Path
    calendar: Path | None
    first: date
    until: date
    programs: Collection[str]
    key: Key | None = None


class Manner(NamedTuple):
    """How it is said: with revisions from `floor` on.

    `complete`: what is missing in the files is over. `forgetful`: plans may have been said that
    are no longer known.
    """

    teller: Teller
    floor: int = 0
    complete: bool = False
    forgetful: bool = False


def imported(
    files: Files, policies: Policies, known: Known, manner: Manner
) -> tuple[News, list[Wanted]]:
    """What the files say that `known` does not, and the records that say it, checked.

    Raises:
        RosterError: the files are wrong, or contradict each other or what is known.
        RefusedError: a record would not be taken in.
        OSError: a file cannot be read.
    """

    def span(program: str) -> tuple[datetime, datetime]:
        return _midnight(files.first, program, policies), _midnight(files.until, program, policies)

    naming_of = None if files.key is None else partial(Pseudonyms, files.key)
    calendar = Calendar([], {})
    if files.calendar is not None:
        calendar = read_calendar(files.calendar, span, naming_of)
    programs = _programs(files, policies, calendar)
    series = None if files.calendar is None else calendar.series
    rows = read_people(files.people, policies, programs, series, files.key)
    scope = Scope(
        people=frozenset(row.program for row in rows),
        sessions=frozenset(program for program, _ in calendar.series),
        span=span,
    )
    # A revision of the clock's seconds is above whatever was said and then forgotten.
    least = milliseconds(manner.teller.at) // 1000 if manner.forgetful else 0
    wanted = plan(rows, calendar.sessions, manner.teller, least)
    wanted += unbooked(calendar.sessions, known.bookings, manner.teller)
    found = news(wanted, known, scope, manner.teller.source, manner.floor)
    ended = list(taken_back(found.missing, manner.teller, manner.floor)) if manner.complete else []
    records = [*ended, *found.new, *found.changed]
    _check_records(files.people, rows, known, records)
    return found, records


def _programs(files: Files, policies: Policies, calendar: Calendar) -> set[str]:
    """The known programs; where nobody says which there are, the calendar's.

    Raises RosterError if the calendar has another one.
    """
    named = {policy.program for policy in policies if policy.program != "default"}
    programs = named | set(files.programs) or {program for program, _ in calendar.series}
    faults = Faults(str(files.calendar))
    for (program, _), line in calendar.series.items():
        if program not in programs:
            reason = f"{program} is no known program; known: {', '.join(sorted(programs))}"
            faults.add(line, "X-ROLLCALL-PROGRAM", reason)
    if faults.lines:
        raise RosterError(faults.lines)
    return programs


def _check_records(
    file: Path, rows: Sequence[Row], known: Known, records: Iterable[Wanted]
) -> None:
    """Refuse what no reader would take, and enrolments that overlap one that holds already."""
    lines = {(row.participant, row.program, row.begins): row.line for row in rows}
    said = Known()
    for record in records:
        said.take(_check(record))
    people: dict[str, list[Staff]] = {}
    for each in (known.staff | said.staff).values():
        if not each.withdrawn:
            people.setdefault(each.participant, []).append(each)
    faults = Faults(str(file))
    for each in said.staff.values():
        if isinstance(each, Enrolled) and not each.withdrawn:
            other = overlapping(each, people[each.participant])
            if other is not None:
                line = lines[each.participant, each.program, each.begins]
                reason = f"overlaps {other}, recorded before (see --complete)"
                faults.add(line, "enrolled_from", reason)
    if faults.lines:
        raise RosterError(faults.lines)


def _check(record: Wanted) -> bytes:
    try:
        return written(record)
    except RefusedError as error:
        about = getattr(record, "session", None) or getattr(record, "participant", "")
        raise RefusedError(f"{about}: {error}") from error


def _midnight(day: date, program: str, policies: Policies) -> datetime:
    at = datetime.combine(day, time(), UTC)
    zone = policies.at(program, milliseconds(at)).zone
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
