"""Almanac: what the days and times in a case's log mean, in the policy's own zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.instants import DAY_MS, milliseconds

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_WEEKS = 100
Span = tuple[int, int]
"""A stretch `[from, to)` in ms."""

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


class CaseError(Exception):
    """Something in a case that cannot be read; the message is the reason alone."""


class Almanac(NamedTuple):
    """`first` is the day on which the case's own week, week 1, begins."""

    first: date
    zone: ZoneInfo

    def day(self, word: str, week: int) -> date | None:
        """The day that a weekday of a week, or a date, names; None for any other word."""
        if _DATE.fullmatch(word):
            try:
                return date.fromisoformat(word)
            except ValueError as error:
                raise CaseError(f"there is no day {word}") from error
        name = word.lower()
        if name not in DAYS:
            return None
        ahead = (DAYS.index(name) - self.first.weekday()) % 7
        return self.first + timedelta(days=7 * (week - 1) + ahead)

    def number(self, day: date) -> int:
        """The number of the week that a day lies in."""
        return (day - self.first).days // 7 + 1

    def week_end(self, at: int) -> int:
        """The end of the week that `at` ms lies in."""
        day = datetime.fromtimestamp(at / 1000, self.zone).date()
        return self.begin(self.first + timedelta(days=7 * self.number(day)))

    def begin(self, day: date) -> int:
        """When a day begins, in ms."""
        return milliseconds(datetime.combine(day, time(), self.zone))

    def instant(self, day: date, clock: str) -> int:
        """A time of a day such as 18:00, in ms; of one that comes twice the first."""
        told = _CLOCK.fullmatch(clock)
        if told is None:
            raise CaseError(f"expected a time such as 18:00, found `{clock}`")
        local = datetime.combine(day, time(int(told[1]), int(told[2])), self.zone)
        if local.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != local.replace(
            tzinfo=None
        ):
            raise CaseError(f"{day} has no {clock} in {self.zone}: clocks go forward")
        return milliseconds(local)

    def span(self, day: date, words: str) -> Span:
        """Times such as 18:00-20:00 on `day`; an end before the begin is of the next day."""
        begins, ends = _halves(words)
        start, end = self.instant(day, begins), self.instant(day, ends)
        if end <= start:
            end = self.instant(day + timedelta(days=1), ends)
        return start, end

    def near(self, clock: str, session: Span) -> int:
        """A time of day in or around a session, whichever day it is nearest on."""
        day = datetime.fromtimestamp(session[0] / 1000, self.zone).date()
        found = [self.instant(day + timedelta(days=each), clock) for each in (-1, 0, 1)]
        return min(found, key=lambda at: max(session[0] - at, at - session[1], 0))

    def within(self, words: str, session: Span) -> Span:
        """Times such as 18:00-20:00 in or around a session."""
        begins, ends = (self.near(clock, session) for clock in _halves(words))
        if not begins < ends < begins + DAY_MS:
            raise CaseError(f"{words} ends before it begins")
        return begins, ends


def _halves(words: str) -> tuple[str, str]:
    begins, dash, ends = words.partition("-")
    if not dash:
        raise CaseError(f"expected times such as 18:00-20:00, found `{words}`")
    return begins, ends
