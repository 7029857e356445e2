"""Script: a case's log, read line by line into sessions and what staff said of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.policy import Policy
from schemas.policy_care import Weekday
from schemas.policy_case import Case
from streams.care.calendar import end_of_working_day
from streams.casework.almanac import Almanac, CaseError
from streams.casework.line import Line, week_number
from streams.casework.staff import statement
from streams.casework.statement import Said, Scene
from streams.casework.visit import Visit, visit

COMMENT = "#"

_HEADING = re.compile(r"week (\S+?):?")
_COLON = re.compile(r":(?:\s+|$)")


class PlacedError(CaseError):
    """An error at one place of a case, such as `log line 3`."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place


class Script(NamedTuple):
    """A case as it was read; `lines` has the number of each session's line.

    `program` is the one that it is about; `looked_at` (ms) when it is looked at.
    """

    program: str
    almanac: Almanac
    visits: dict[str, Visit]
    lines: dict[str, int]
    said: list[tuple[int, Said]]
    looked_at: int


class _Row(NamedTuple):
    """A line of the log, and the week that its weekdays mean."""

    number: int
    week: int
    text: str


def script(case: Case, policy: Policy) -> Script:
    """Read a case as `policy` counts weeks and time; raises PlacedError."""
    with at("week"):
        _check_week(case, policy.week.starts_on)
    almanac = Almanac(case.week, ZoneInfo(policy.zone))
    found = Script(policy.program, almanac, {}, {}, [], 0)
    others = []
    # Sessions first: what staff say may stand before the session it is about.
    for row in _rows(case.log):
        with at(line_place(row.number)):
            if not _add_visit(found, row):
                others.append(row)
    scene = Scene(policy.program, found.visits)
    for row in others:
        with at(line_place(row.number)):
            said = statement(Line(row.text, almanac, row.week), scene)
            found.said.append((row.number, said))
    found = found._replace(looked_at=_looked_at(case, found, policy))
    _check_told(found)
    return found


@contextmanager
def at(place: str) -> Iterator[None]:
    """Give errors the place where they were found."""
    try:
        yield
    except PlacedError:
        raise
    except CaseError as error:
        raise PlacedError(place, str(error)) from error
    except ValueError as error:
        # What a record itself refuses, such as a leave that ends before it begins.
        raise PlacedError(place, str(error)) from error


def line_place(number: int) -> str:
    """How errors name a line of the log."""
    return f"log line {number}"


def _check_week(case: Case, starts_on: Weekday) -> None:
    weekday = f"{case.week:%A}".lower()
    if weekday != starts_on:
        raise CaseError(f"{case.week} is a {weekday}, but weeks begin on {starts_on}")


def _looked_at(case: Case, found: Script, policy: Policy) -> int:
    """When the case says; else once weeks have closed, all is final and no notice waits."""
    if case.looked_at is not None:
        with at("looked_at"):
            line = Line(case.looked_at, found.almanac)
            moment = line.moment()
            line.end()
            return moment
    ends = [found.almanac.week_end(found.almanac.begin(found.almanac.first))]
    for each in found.visits.values():
        if each.told:
            ends.append(each.when[1] + policy.session.final_after)
            ends.append(found.almanac.week_end(each.when[0]))
    for _, said in found.said:
        ends.append(said.at)
        if said.awaits is not None:
            asked_at = max(said.at, found.visits[said.awaits].when[0])
            days, rules = policy.notice.decide_days, policy.calendar
            ends.append(end_of_working_day(asked_at, days, policy.zone, rules))
    return max(ends)


def _rows(log: str) -> Iterator[_Row]:
    """Lines that say something; a heading such as `week 2` counts for all below it."""
    week = 1
    for number, text in enumerate(log.splitlines(), 1):
        text = text.partition(COMMENT)[0].strip()
        if heading := _HEADING.fullmatch(text):
            with at(line_place(number)):
                week = week_number(heading[1])
        elif text:
            yield _Row(number, week, text)


def _add_visit(found: Script, row: _Row) -> bool:
    """Take a line about a session; False if it is about something else."""
    head, *rest = _COLON.split(row.text, 1)
    line = Line(head, found.almanac, row.week)
    if not line.at_day:
        return False
    new = visit(line, rest[0] if rest else None)
    if new.session in found.visits:
        raise CaseError(f"session {new.session} is in line {found.lines[new.session]} already")
    found.visits[new.session] = new
    found.lines[new.session] = row.number
    return True


def _check_told(found: Script) -> None:
    for name, each in found.visits.items():
        if not each.told and found.looked_at > each.when[0]:
            reason = "the session has begun by then: say `: came` or `: absent`"
            raise PlacedError(line_place(found.lines[name]), reason)
