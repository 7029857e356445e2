"""Events: those of an iCalendar file that can be sessions, with the line where each begins."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import icalendar

from streams.roster.faults import Faults

EVENT = "VEVENT"
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
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
        if line.strip().upper() == b"BEGIN:VEVENT"
    ]
    events = []
    for line, component in zip(lines, calendar.walk(EVENT), strict=True):
        before = len(faults.lines)
        event = Event(line, str(component.get("UID", "")), component)
        for column, reason in _wrong(event):
            faults.add(line, column, reason)
        if len(faults.lines) == before:
            events.append(event)
    return events


def _wrong(event: Event) -> Iterator[tuple[str, str]]:
    component = event.component
    yield from ((str(name), str(reason)) for name, reason in component.errors)
    if component.errors:
        return
    if not event.uid:
        yield "UID", "this is missing"
    if component.get("DTSTART") is None:
        yield "DTSTART", "this is missing"
    if component.get("DTEND") is None and component.get("DURATION") is None:
        yield "DTEND", "this is missing, and DURATION, too"
    for name in TIMES:
        for at in _times(component.get(name)):
            if not isinstance(at, datetime):
                # A whole day of exceptions takes away what begins on it.
                if name != "EXDATE":
                    yield name, "an all-day event is no session"
            elif at.tzinfo is None:
                yield name, NO_ZONE
    rules = component.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        often = {str(each).upper() for each in rule.get("FREQ", [])}
        if often & TOO_OFTEN:
            yield "RRULE", "sessions recur daily at most"


def _times(held: Any) -> Iterator[Any]:
    """Every instant or date of a property that holds one, several, or none."""
    for each in held if isinstance(held, list) else [] if held is None else [held]:
        for inner in getattr(each, "dts", [each]):
            # A period begins with its first instant.
            yield inner.dt[0] if isinstance(inner.dt, tuple) else inner.dt
