"""Days: when the evenings of several weeks lie, counted from the last one."""

from typing import NamedTuple

from schemas.instants import DAY_MS

WEEK_MS = 7 * DAY_MS
WEEKDAYS = (0, 1, 3)
"""The days of a week on which groups meet, counted from its first."""


class Day(NamedTuple):
    """An evening of the groups, and when it begins against the last one."""

    offset: int
    weekly: bool
    """Whether individual sessions and workshops are held, too."""


def days_of(weeks: int) -> list[Day]:
    """Every evening of so many weeks, in order of time."""
    last = (weeks - 1) * WEEK_MS + WEEKDAYS[-1] * DAY_MS
    return [
        Day(week * WEEK_MS + day * DAY_MS - last, day == WEEKDAYS[-1])
        for week in range(weeks)
        for day in WEEKDAYS
    ]


def last_evening(starts_at: int, weeks: int) -> int:
    """When the last evening begins, in ms, if the first one does at `starts_at` ms."""
    return starts_at + (weeks - 1) * WEEK_MS + WEEKDAYS[-1] * DAY_MS
