"""Timeline: a person's session as rows of characters under a ruler of time.

Each cell shows how much of its time the row covers, in eighths.
"""

from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from schemas.instants import HOUR_MS, MINUTE_MS, instant
from streams.explanation.view import View
from streams.explanation.window import steps
from streams.intervals import Spans, clip, intersect, length, union
from streams.session.camera import filmed

BLOCKS = " ▁▂▃▄▅▆▇█"
LABEL_WIDTH = 12
FEWEST_CELLS = 12
TICK_WIDTH = 7
"""Cells that a label such as 18:00 needs, with room around it."""

TICKS_MS = tuple(
    minutes * MINUTE_MS for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)
)


class Row(NamedTuple):
    """A label and the time that it covers."""

    label: str
    spans: Spans


def rows(view: View) -> list[Row]:
    """What was planned, what was counted, and what the person did; empty rows are left out."""
    person, now = view.person, view.picture.course.now
    always = [
        Row("scheduled", view.picture.window.scheduled),
        Row("window", person.own_window),
        Row("present", clip(person.stay.observed, None, now)),
    ]
    about = {step.name: step.about for step in steps(view)}
    waiting = union(
        (each.since, now if each.until is None else each.until) for each in person.stay.waiting
    )
    sometimes = [
        Row("hosted", about.get("hosted", [])),
        Row("outage", about.get("outages", [])),
        Row("break", about.get("breaks", [])),
        Row("waiting", waiting),
        Row("inferred", person.stay.inferred),
        Row("bridged", person.attendance.bridged),
        Row("camera", _camera(view)),
        *(Row(name.replace("_", " "), spans) for name, spans in _active(view).items()),
    ]
    kept = [*always, *(row for row in sometimes if row.spans)]
    return sorted(kept, key=lambda row: ORDER.index(row.label))


ORDER = (
    "scheduled",
    "hosted",
    "outage",
    "break",
    "window",
    "waiting",
    "present",
    "inferred",
    "bridged",
    "camera",
    "speaking",
    "chat",
    "reactions",
    "shared work",
)


def _camera(view: View) -> Spans:
    if view.person.camera.status in ("unknown", "exempt"):
        return []
    return clip(filmed(view.person.stay.tracks), None, view.picture.course.now)


def _active(view: View) -> dict[str, Spans]:
    """Active minutes of each signal, as they count."""
    activity = view.person.activity
    return {
        signal: union(
            ((activity.base + bit) * MINUTE_MS, (activity.base + bit + 1) * MINUTE_MS)
            for bit in range(bits.bit_length())
            if bits >> bit & 1
        )
        for signal, bits in activity.minutes.items()
    }


def draw(shown: list[Row], width: int, zone: tzinfo) -> list[str]:
    """`shown` in at most `width` columns, under a ruler in `zone`; nothing if nothing is."""
    covered = union(span for row in shown for span in row.spans)
    if not covered:
        return []
    begin, end = covered[0][0], covered[-1][1]
    cells = max(FEWEST_CELLS, width - LABEL_WIDTH)
    step = max(1, -(-(end - begin) // cells))
    lines = [" " * LABEL_WIDTH + text for text in _ruler(begin, step, cells, zone)]
    for row in shown:
        drawn = "".join(_cells(row.spans, begin, step, cells))
        lines.append(f"{row.label:<{LABEL_WIDTH}}{drawn}".rstrip())
    return lines


def _cells(spans: Spans, begin: int, step: int, cells: int) -> Iterator[str]:
    for cell in range(cells):
        at = begin + cell * step
        share = length(intersect(spans, [(at, at + step)]))
        yield BLOCKS[-(-8 * share // step)]


def _ruler(begin: int, step: int, cells: int, zone: tzinfo) -> Iterator[str]:
    """Labels, and below them where exactly each instant is."""
    every = next((each for each in TICKS_MS if each >= step * TICK_WIDTH), TICKS_MS[-1])
    offset = instant(begin).astimezone(zone).utcoffset()
    local = begin + (0 if offset is None else int(offset.total_seconds() * 1000))
    first = begin + -local % every
    labels, marks = [" "] * cells, ["─"] * cells
    for at in range(first, begin + cells * step, every):
        cell = (at - begin) // step
        marks[cell] = "┬"
        label = f"{instant(at).astimezone(zone):%H:%M}" if every < 24 * HOUR_MS else ""
        if cell + len(label) <= cells:
            labels[cell : cell + len(label)] = label
    yield "".join(labels).rstrip()
    yield "".join(marks)
