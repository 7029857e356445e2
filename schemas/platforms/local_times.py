"""Local times: dates and clock times as spreadsheets of several languages have them.

A file's dates are read in one order for all of it, and only if something in it tells which:
a year in front, dots between (day first everywhere), or a number above twelve. What stays open
is refused, for 3/4 is a day in March or in April and nothing in between.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import product
from typing import NamedTuple

from schemas.instants import plausible
from schemas.platforms.source import DateOrder, Meeting, NotUnderstoodError

NOTHING = timedelta(0)
ABOUT_THE_SAME = timedelta(minutes=2)
"""Durations of whole minutes, rounded, of times of whole minutes."""

_TIME = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<between>[-/.])\s?(?P<b>[0-9]{1,2})(?P=between)\s?(?P<c>[0-9]{1,4})\.?"
    r"(?:,|\s|T|\sà\s|\sum\s)+"
    r"(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2}))?"
    r"\s?(?P<half>[ap]\.?\s?m\.?)?",
    re.IGNORECASE,
)
_LONGEST = 64
_MARKS = {0x200E: None, 0x200F: None}
"""Direction marks that spreadsheets put around dates."""


class Written(NamedTuple):
    """A time as it is written: three numbers whose order may be open, and a time of the day."""

    numbers: tuple[int, int, int]
    dotted: bool
    since_midnight: timedelta


def written(text: str, where: str) -> Written:
    """Read one cell; NotUnderstoodError `unreadable_time` if it is no time."""
    plain = " ".join(text.translate(_MARKS).split())
    found = _TIME.fullmatch(plain) if len(plain) <= _LONGEST else None
    if found is None:
        raise NotUnderstoodError("unreadable_time", where)
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise NotUnderstoodError("unreadable_time", where)
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise NotUnderstoodError("unreadable_time", where)
    numbers = (int(found["a"]), int(found["b"]), int(found["c"]))
    since_midnight = timedelta(hours=hour, minutes=minute, seconds=second)
    return Written(numbers, found["between"] == ".", since_midnight)


def order_of(times: Iterable[Written], told: DateOrder | None) -> DateOrder:
    """The order that all `times` share.

    Raises NotUnderstoodError: `date_order_unknown` if nothing tells and nobody told,
    `date_order_mixed` if one of them cannot be read in the order of another, or in `told`.
    """
    possible: set[DateOrder] = {"dmy", "mdy"}
    open_to_both = True
    for time in times:
        first, second, _ = time.numbers
        if first > 31:
            continue
        if time.dotted or first > 12:
            possible.discard("mdy")
        if second > 12:
            possible.discard("dmy")
        open_to_both = open_to_both and first == second
    if told is not None:
        possible &= {told}
    if not possible:
        raise NotUnderstoodError("date_order_mixed")
    if len(possible) > 1 and not open_to_both:
        raise NotUnderstoodError("date_order_unknown")
    return min(possible)


def naive(time: Written, order: DateOrder, where: str) -> datetime:
    """The wall clock's time; NotUnderstoodError `no_such_date`."""
    first, second, third = time.numbers
    if first > 31:
        year, month, day = first, second, third
    elif order == "dmy":
        year, month, day = third, second, first
    else:
        year, month, day = third, first, second
    try:
        at = datetime(year + 2000 if year < 100 else year, month, day) + time.since_midnight  # noqa: DTZ001  # The zone comes with `stretch`.
    except ValueError:
        raise NotUnderstoodError("no_such_date", where) from None
    if not plausible(at.replace(tzinfo=UTC)):
        raise NotUnderstoodError("no_such_date", where)
    return at


def zone_of(meeting: Meeting) -> tzinfo:
    """The zone of the file's times; NotUnderstoodError `zone_unknown`."""
    if meeting.zone is None:
        raise NotUnderstoodError("zone_unknown")
    return meeting.zone


def instants(
    walls: Sequence[datetime], meeting: Meeting, where: str, lasted: timedelta | None = None
) -> tuple[datetime, ...]:
    """One or two wall times, a join and its leave, as UTC instants.

    When clocks are set back an hour comes twice. Of what a time can mean then, that holds which
    gives the duration `lasted`, else which is in order and nearest to the planned meeting, else
    the earlier. An hour that was skipped is refused as `no_such_date`: the zone is wrong then.
    """
    zone = zone_of(meeting)
    choices = [_meanings(wall, zone, where) for wall in walls]

    def doubt(chosen: tuple[datetime, ...]) -> tuple[bool, bool, timedelta]:
        took = chosen[-1] - chosen[0]
        wrong = lasted is not None and len(chosen) > 1 and abs(took - lasted) > ABOUT_THE_SAME
        return took < NOTHING, wrong, sum((_away(at, meeting) for at in chosen), NOTHING)

    return min(product(*choices), key=doubt)


def _meanings(wall: datetime, zone: tzinfo, where: str) -> list[datetime]:
    both = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    found = [at for at in both if at.astimezone(zone).replace(tzinfo=None) == wall]
    if not found:
        raise NotUnderstoodError("no_such_date", where)
    return sorted(found)


def _away(at: datetime, meeting: Meeting) -> timedelta:
    before = NOTHING if meeting.starts_at is None else meeting.starts_at - at
    after = NOTHING if meeting.ends_at is None else at - meeting.ends_at
    return max(before, after, NOTHING)
