"""Calendar: sessions from an iCalendar file, one for each occurrence of its events.

What a session is about stands in properties of its event, which a changed occurrence takes
over from its series where it does not say otherwise:

| property | holds | |
|---|---|---|
| X-ROLLCALL-PROGRAM | the program's code | needed |
| X-ROLLCALL-KIND | `group`, `individual` or `workshop` | needed |
| X-ROLLCALL-SERIES | what the people's CSV calls it; events may share one | else the UID |
| X-ROLLCALL-ROOM | the room's code, or `zoom:123 4567 8901` | |
| X-ROLLCALL-HOSTS | the hosts' pseudonyms, by blanks, `,` or `;` | |
| X-ROLLCALL-DELIVERY | `live` (the default) or `report` | |

Nothing else of an event is read but its times: summaries, descriptions, organisers, attendees
and places may name people. A session's id follows from UID and the instant that its series
gives it, so an occurrence that is moved or cancelled stays the same session. An exception
(EXDATE) is an occurrence that is cancelled. All-day events are no sessions, and times
need a zone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from schemas.checking import NO_PSEUDONYM, pseudonymous
from schemas.instants import milliseconds, plausible
from schemas.telemetry import LONGEST_SESSION, Kind
from streams.identity import identify
from streams.roster.events import OURS, Event, read_events
from streams.roster.faults import Faults, RosterError
from streams.roster.occurrences import EXPANSION_ERRORS, occurrences, without_exceptions
from streams.roster.rooms import NamingOf, NoRoomError, Room, room_called

DELIVERIES = ("live", "report")
SESSION_DIGITS = 20

Span = Callable[[str], tuple[datetime, datetime]]
"""From when until when a program's sessions are wanted."""

_BETWEEN = re.compile(r"[\s,;]+")


class Planned(NamedTuple):
    """One session; `stamp` grows when its series is edited, as far as the calendar tells."""

    line: int
    session: str
    series: str
    program: str
    kind: Kind
    room: Room | None
    hosts: tuple[str, ...]
    delivery: Literal["live", "report"]
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    stamp: int


class Calendar(NamedTuple):
    """Sessions in order of their start, and every (program, series) with the line of one event.

    A series is known even when none of its sessions is wanted.
    """

    sessions: list[Planned]
    series: dict[tuple[str, str], int]


def read_calendar(file: Path, span: Span, naming_of: NamingOf | None = None) -> Calendar:
    """Every session of `file` that starts, or by its series would have started, in `span`.

    `naming_of` gives the pseudonyms of a platform's rooms; without it none may be named.

    Raises:
        RosterError: with everything that is wrong in the file.
        OSError: it cannot be read.
    """
    faults = Faults(str(file))
    events = sorted(read_events(file, faults), key=lambda event: event.uid)
    sessions: list[Planned] = []
    names: dict[tuple[str, str], int] = {}
    for _, same in groupby(events, key=lambda event: event.uid):
        series = _Series(list(same), faults, naming_of)
        sessions += series.planned(span)
        names |= series.names()
    if faults.lines:
        raise RosterError(faults.lines)
    return Calendar(sorted(sessions, key=lambda each: (each.starts_at, each.session)), names)


class _Series:
    """The events of one UID: what recurs, and the occurrences that were changed."""

    def __init__(self, events: Sequence[Event], faults: Faults, naming_of: NamingOf | None) -> None:
        self.faults = faults
        self.naming_of = naming_of
        self.events = events
        masters = [event for event in events if event.component.get("RECURRENCE-ID") is None]
        self.first = masters[0] if masters else events[0]
        self.repeats = len(events) > len(masters) or any(
            self.first.component.get(name) is not None for name in ("RRULE", "RDATE")
        )
        for extra in masters[1:]:
            faults.add(extra.line, "UID", f"the event in line {self.first.line} has it already")

    def names(self) -> dict[tuple[str, str], int]:
        """The program and the name of the series; a changed occurrence may have its own."""
        return {
            (self._property(event, "PROGRAM"), self._property(event, "SERIES") or event.uid): (
                event.line
            )
            for event in self.events
        }

    def planned(self, span: Span) -> Iterator[Planned]:
        """The sessions in `span`; none where something is wrong."""
        before = len(self.faults.lines)
        program = self._code(self.first, "PROGRAM", needed=True)
        if len(self.faults.lines) > before:
            return
        begins, ends = span(str(program))
        components = [event.component for event in self.events]
        try:
            kept = occurrences(components, begins, ends)
            # Without its exceptions a series tells which occurrences they took away.
            whole = occurrences(map(without_exceptions, components), begins, ends)
        except EXPANSION_ERRORS as error:
            reason = str(error).partition("\n")[0]
            self.faults.add(self.first.line, "RRULE", f"cannot be expanded: {reason}")
            return
        moved_away = dict(self._changed(begins, ends))
        for at, component in (whole | moved_away | kept).items():
            cancelled = at in whole and at not in kept and at not in moved_away
            planned = self._one(at, component, cancelled)
            if any(begins <= each < ends for each in (at, planned.starts_at)):
                yield planned

    def _changed(self, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, Any]]:
        """Changed occurrences that belong into the span, wherever they were moved to."""
        for event in self.events:
            if (held := event.component.get("RECURRENCE-ID")) is not None:
                at = held.dt.astimezone(UTC)
                if begins <= at < ends:
                    yield at, event.component

    def _one(self, at: datetime, component: Any, cancelled: bool) -> Planned:
        event = self._event_of(at)
        starts_at, ends_at = component.start.astimezone(UTC), component.end.astimezone(UTC)
        self._check_times(event.line, starts_at, ends_at)
        instant = str(milliseconds(at)) if self.repeats else ""
        status = str(component.get("STATUS", "")).upper()
        return Planned(
            line=event.line,
            session=f"ses-{identify('occurrence', event.uid, instant)[:SESSION_DIGITS]}",
            series=self._property(event, "SERIES") or event.uid,
            program=str(self._code(event, "PROGRAM", needed=True)),
            kind=self._choice(event, "KIND", get_args(Kind)),
            room=self._room(event),
            hosts=self._codes(event, "HOSTS"),
            delivery=self._choice(event, "DELIVERY", DELIVERIES, DELIVERIES[0]),
            starts_at=starts_at,
            ends_at=ends_at,
            cancelled=cancelled or status == "CANCELLED",
            stamp=self._stamp(),
        )

    def _event_of(self, at: datetime) -> Event:
        for event in self.events:
            held = event.component.get("RECURRENCE-ID")
            if held is not None and held.dt.astimezone(UTC) == at:
                return event
        return self.first

    def _check_times(self, line: int, starts_at: datetime, ends_at: datetime) -> None:
        if not plausible(starts_at, ends_at):
            self.faults.add(line, "DTSTART", "must lie between 2000 and 2200")
        elif not starts_at < ends_at <= starts_at + LONGEST_SESSION:
            self.faults.add(line, "DTEND", "must follow DTSTART by at most 48 h")

    def _property(self, event: Event, name: str) -> str:
        """The property of a changed occurrence, else of its series; empty if neither has it."""
        for component in (event.component, self.first.component):
            if (held := component.get(OURS + name)) is not None:
                return str(held).strip()
        return ""

    def _code(self, event: Event, name: str, *, needed: bool = False) -> str | None:
        text = self._property(event, name)
        if text and not pseudonymous(text):
            self._refuse(event, name, NO_PSEUDONYM)
        elif needed and not text:
            self._refuse(event, name, "this is missing")
        return text or None

    def _room(self, event: Event) -> Room | None:
        text = self._property(event, "ROOM")
        try:
            return room_called(text, self.naming_of) if text else None
        except NoRoomError as error:
            self._refuse(event, "ROOM", str(error))
            return None

    def _codes(self, event: Event, name: str) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(filter(None, _BETWEEN.split(self._property(event, name)))))
        if not all(map(pseudonymous, codes)):
            self._refuse(event, name, NO_PSEUDONYM)
        return codes

    def _choice(
        self, event: Event, name: str, choices: Sequence[str], default: str | None = None
    ) -> Any:
        text = self._property(event, name) or default
        if text not in choices:
            self._refuse(event, name, f"must be one of {', '.join(choices)}")
        return text

    def _refuse(self, event: Event, name: str, reason: str) -> None:
        self.faults.add(event.line, OURS + name, reason)

    def _stamp(self) -> int:
        """Seconds of the newest LAST-MODIFIED in the series; without any, its SEQUENCE."""
        components = [event.component for event in self.events]
        edited = [each["LAST-MODIFIED"].dt for each in components if each.get("LAST-MODIFIED")]
        if edited:
            return max(milliseconds(_aware(at)) // 1000 for at in edited)
        return max(int(each.get("SEQUENCE", 0)) for each in components)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
