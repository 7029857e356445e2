"""Events: those of an iCalendar file that can be sessions, with the line where each begins."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple

import icalendar

from streams.roster.faults import Faults

EVENT = "VEVENT"
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE", "LAST-MODIFIED")
YEARS = (1999, 2200)
ONCE = (
    *("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "STATUS"),
    *("SEQUENCE", "LAST-MODIFIED"),
)
OURS = "X-ROLLCALL-"
NO_ZONE = "needs a known time zone: a TZID, or Z for UTC"


class Event(NamedTuple):
    """One VEVENT; `uid` names its series."""

    line: int
    uid: str
    component: Any


def read_events(file: Path, faults: Faults) -> list[Event]:
    """Every event of `file` whose times can be a session's; the others are noted in `faults`.

    Raises OSError if there is no such file.
    """
    content = file.read_bytes()
    try:
        calendar = icalendar.Calendar.from_ical(content)
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        reason = str(error).partition("\n")[0].partition(": ")[0]
        faults.add(1, "BEGIN", f"no iCalendar file: {reason}")
        return []
    lines = [
        number
        for number, line in enumerate(content.splitlines(), start=1)
        if line.rstrip().upper() == b"BEGIN:VEVENT"
    ]
    events = []
    # A file may break its lines in ways of its own; then only the first line is sure.
    for line, component in zip(chain(lines, repeat(1)), calendar.walk(EVENT), strict=False):
        before = len(faults.lines)
        event = Event(line, str(component.get("UID", "")), component)
        for column, reason in _wrong(event):
            faults.add(line, column, reason)
        if len(faults.lines) == before:
            events.append(event)
    return events


def _wrong(event: Event) -> Iterator[tuple[str, str]]:
    """Each property that keeps an event from being sessions, and why; the first kind found."""
    component = event.component
    yield from ((str(name), str(reason)) for name, reason in component.errors)
    yield from ((name, "this is there twice") for name in component if _twice(component, name))
    yield from ((name, "this is missing") for name in ("UID", "DTSTART") if name not in component)
    if "DTEND" not in component and "DURATION" not in component:
        yield "DTEND", "this is missing, and DURATION, too"
    if component.errors:
        return
    for name in TIMES:
        for at in _times(component.get(name)):
            yield from ((name, reason) for reason in _wrong_time(name, at))
    yield from (("RRULE", reason) for reason in _wrong_rule(component.get("RRULE")))


def _twice(component: Any, name: str) -> bool:
    once = name in ONCE or name.startswith(OURS)
    return once and isinstance(component[name], list)


def _wrong_time(name: str, at: Any) -> Iterator[str]:
    if isinstance(at, tuple):
        # Only further occurrences may be written as periods; those begin with an instant.
        if name == "RDATE":
            yield from _wrong_time(name, at[0])
        else:
            yield "must be one instant"
    elif not isinstance(at, datetime):
        # A whole day of exceptions takes away what begins on it.
        if name != "EXDATE":
            yield "an all-day event is no session"
    elif at.tzinfo is None:
        yield NO_ZONE
    elif not YEARS[0] < at.year < YEARS[1]:
        yield "must lie between 2000 and 2200"


def _wrong_rule(rule: Any) -> Iterator[str]:
    if not isinstance(rule, dict):
        return
    if {str(each).upper() for each in rule.get("FREQ", [])} & TOO_OFTEN:
        yield "sessions recur daily at most"
    if any(each < 1 for each in rule.get("INTERVAL", [])):
        yield "INTERVAL must be at least 1"


def _times(held: Any) -> Iterator[Any]:
    """Every instant, date or period of a property that holds one, several, or none."""
    for each in held if isinstance(held, list) else [] if held is None else [held]:
        yield from (inner.dt for inner in getattr(each, "dts", [each]))
