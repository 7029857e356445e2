"""Calendar: weeks, service days and working days in a program's own zone (measures.md 3.1).

A week is named by the date on which it begins there; it has 167, 168 or 169 hours.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from schemas.instants import instant, milliseconds
from schemas.policy import Policies, Policy
from schemas.policy_care import CalendarRules, Weekday

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class WeekSpan(NamedTuple):
    """One week: its label, `[begins, ends)` in ms, and the policy in force when it begins."""

    label: date
    begins: int
    ends: int
    policy: Policy


@lru_cache(maxsize=65_536)
def local_day(at: int, zone: str) -> date:
    """The date in `zone` at `at` ms."""
    return instant(at).astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str) -> int:
    """When `day` begins in `zone`, in ms; where a clock change skips midnight, with the change."""
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def week_label(day: date, starts_on: Weekday) -> date:
    """The first day of the week that `day` lies in."""
    return day - DAY * ((day.weekday() - WEEKDAYS.index(starts_on)) % 7)


@lru_cache(maxsize=65_536)
def week_of(program: str, at: int, policies: Policies) -> WeekSpan:
    """The week in which a session of `program` that starts at `at` ms counts."""
    around = policies.at(program, at)
    label = week_label(local_day(at, around.zone), around.week.starts_on)
    begins = midnight(label, around.zone)
    return WeekSpan(
        label, begins, midnight(label + WEEK, around.zone), policies.at(program, begins)
    )


def end_of_working_day(at: int, days: int, zone: str, rules: CalendarRules) -> int:
    """The end of the `days`-th working day after the local day of `at`, in ms.

    For no days it is the end of that day itself, or of the next working day if it is none.
    """
    day = local_day(at, zone)
    if days == 0:
        day -= DAY
        days = 1
    # A calendar without a working day is refused, so that this comes to an end.
    while days:
        day += DAY
        days -= _working(day, rules)
    return midnight(day + DAY, zone)


def _working(day: date, rules: CalendarRules) -> bool:
    return WEEKDAYS[day.weekday()] in rules.working_days and day not in rules.holidays
