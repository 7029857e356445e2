"""Choose: whose week and which one is asked for, and what there is instead if it is not there."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from schemas.week import Week
from streams.explanation.find import UnknownError, those
from streams.glance.view import WEEK
from streams.readable import counted

WEEKS_SHOWN = 6


def chosen(
    weeks: Sequence[Week],
    who: str,
    others: Callable[[], Iterable[str]],
    day: date | None,
    now: datetime,
) -> list[Week]:
    """Those of `weeks` (all of `who`) that hold `day`, or without one `now`.

    `others` gives the names that are there, and is asked only if there is no week at all.

    Raises:
        UnknownError: there is none; one line, with what there is.
    """
    kept = [week for week in weeks if not week.withdrawn]
    if not kept:
        noun, _, name = who.partition(" ")
        raise UnknownError(f"{noun} {name!r} has no week here: {those(noun, name, others())}")
    found = [week for week in kept if _holds(week, day, now)]
    if not found:
        labels = sorted({week.week for week in kept}, reverse=True)
        shown = ", ".join(f"{label}" for label in labels[:WEEKS_SHOWN])
        rest = len(labels) - WEEKS_SHOWN
        more = f" and {counted(rest, 'earlier one')}" if rest > 0 else ""
        asked = day or now.astimezone(ZoneInfo(kept[0].zone)).date()
        raise UnknownError(f"{who} has no week with {asked} in it: there is {shown}{more}")
    return found


def _holds(week: Week, day: date | None, now: datetime) -> bool:
    if day is None:
        return week.starts_at <= now < week.ends_at
    return week.week <= day < week.week + WEEK
