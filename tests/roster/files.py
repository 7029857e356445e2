"""Files that planners keep, for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

HEADER = "participant,program,enrolled_from,series,enrolled_until,discharge_reason,priority"
ROW = "par-1,evening,2026-01-05,*,,,"

EVENT = {
    "UID": "evening-group@planner",
    "LAST-MODIFIED": "20260101T000000Z",
    "DTSTART;TZID=America/New_York": "20261027T180000",
    "DTEND;TZID=America/New_York": "20261027T200000",
    "RRULE": "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=6",
    "X-ROLLCALL-PROGRAM": "evening",
    "X-ROLLCALL-KIND": "group",
    "X-ROLLCALL-SERIES": "tue-thu",
    "X-ROLLCALL-ROOM": "room-1",
    "X-ROLLCALL-HOSTS": "sta-1 sta-2",
}
"""Tuesdays and Thursdays at 18:00 in New York, over the end of daylight saving time."""


def event(**changes: str | None) -> dict[str, str]:
    """`EVENT` with properties replaced by name (`_` for `-`), or left out where null."""
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    kept = {name: held for name, held in EVENT.items() if name.partition(";")[0] not in changed}
    return kept | {name: held for name, held in changed.items() if held is not None}


def changed(at: str, **properties: str) -> dict[str, str]:
    """The occurrence of the series at `at` (local), changed; times are New York's."""
    zone = ";TZID=America/New_York"
    fields = {name.replace("_", "-"): held for name, held in properties.items()}
    times = {name + zone if name.startswith("DT") else name: each for name, each in fields.items()}
    return {"UID": EVENT["UID"], f"RECURRENCE-ID{zone}": at, **times}


def calendar(folder: Path, *events: dict[str, str]) -> Path:
    """An iCalendar file; each event begins one line after the last one ended."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:planner"]
    for each in events:
        lines += ["BEGIN:VEVENT", *(f"{name}:{held}" for name, held in each.items()), "END:VEVENT"]
    file = folder / "sessions.ics"
    file.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]))
    return file


def people(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """The CSV of people, the first row in line 2."""
    file = folder / "people.csv"
    file.write_text("\n".join([header, *rows, ""]))
    return file


def span(program: str) -> tuple[datetime, datetime]:
    """From October to December, whatever the program."""
    return datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def utc(texts: Iterable[datetime]) -> list[str]:
    """Instants as short text, such as `10-27 22:00`."""
    return [f"{at:%m-%d %H:%M}" for at in texts]
