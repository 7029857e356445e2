"""Visit: a session of a case, and what the person did in it.

    Mon 18:00-20:00 group ses-1: came 18:05-19:00 and 19:10-20:00, camera off 19:30-19:40
    Tue 18:00-20:00 group ses-2: absent
    Wed 18:00-20:00 group ses-9 as guest: came, talked 12 min, answered 2 of 3 polls

What is not said is not known: without a word about camera or participation none was reported.
Hosts are there all the time unless it says otherwise.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from schemas.telemetry import Kind
from streams.casework.almanac import CaseError, Span
from streams.casework.line import Line

KINDS: tuple[str, ...] = get_args(Kind)
LONGEST_MS = 12 * 3_600_000
MOST_MINUTES = 720
MOST_POLLS = 50

_BETWEEN = re.compile(r"[,;]")


@dataclass
class Camera:
    """On or off as a whole, except in `spans`."""

    on: bool
    spans: list[Span]


@dataclass
class Visit:
    """One session; every span is in ms. `host` None: there all the time.

    `minutes` has active minutes by signal, `polls` answers and polls offered; both are None
    where nothing is known of participation.
    """

    session: str
    kind: Kind
    when: Span
    place: Literal["own", "guest", "make_up"] = "own"
    told: bool = False
    cancelled: bool = False
    absent: bool = False
    came: list[Span] = field(default_factory=list)
    dropped: list[Span] = field(default_factory=list)
    waited: list[Span] = field(default_factory=list)
    camera: Camera | None = None
    minutes: dict[str, int] | None = None
    polls: tuple[int, int] | None = None
    host: list[Span] | None = None
    breaks: list[Span] = field(default_factory=list)
    outages: list[Span] = field(default_factory=list)


def visit(head: Line, happened: str | None) -> Visit:
    """The session that `head` names; `happened` is what follows the colon, if there is one."""
    day = head.day()
    when = head.almanac.span(day, head.word("times such as 18:00-20:00"))
    if when[1] - when[0] > LONGEST_MS:
        raise CaseError("a session lasts at most 12 hours")
    kind = head.one_of("a kind of session", KINDS)
    found = Visit(head.code("the id of the session"), kind, when)  # type: ignore[arg-type]
    if head.took("as", "guest"):
        found.place = "guest"
    elif head.took("as", "make-up"):
        found.place = "make_up"
    head.end()
    if happened is not None:
        found.told = True
        for part in _BETWEEN.split(happened):
            line = Line(part, head.almanac)
            _read_part(line, found)
            line.end()
        _check(found)
    return found


def _read_part(line: Line, found: Visit) -> None:
    word = line.word("what happened")
    if word not in PARTS:
        known = ", ".join(PARTS)
        raise CaseError(f"cannot read `{word[:80]}`; what can happen: {known}")
    PARTS[word](line, found)


def _came(line: Line, found: Visit) -> None:
    found.came += line.spans(found.when) or [found.when]


def _absent(line: Line, found: Visit) -> None:
    found.absent = True


def _dropped(line: Line, found: Visit) -> None:
    found.dropped += _some(line, found)


def _waited(line: Line, found: Visit) -> None:
    found.waited += _some(line, found)


def _camera(line: Line, found: Visit) -> None:
    turned_on = line.one_of("on or off", ("on", "off")) == "on"
    spans = line.spans(found.when)
    # `camera off 18:30-18:40` means that it was on otherwise.
    found.camera = Camera(not turned_on, spans) if spans else Camera(turned_on, [])


def _minutes(signal: str) -> Callable[[Line, Visit], None]:
    def read(line: Line, found: Visit) -> None:
        minutes = line.number("active minutes", MOST_MINUTES)
        line.need("min")
        found.minutes = (found.minutes or {}) | {signal: minutes}

    return read


def _quiet(line: Line, found: Visit) -> None:
    found.minutes = {}


def _answered(line: Line, found: Visit) -> None:
    answers = line.number("answers", MOST_POLLS)
    line.need("of")
    offered = line.number("polls", MOST_POLLS)
    line.need("polls")
    if answers > offered:
        raise CaseError(f"only {offered} polls can be answered")
    found.polls = (answers, offered)
    found.minutes = found.minutes or {}


def _host(line: Line, found: Visit) -> None:
    found.host = (found.host or []) + _some(line, found)


def _no(line: Line, found: Visit) -> None:
    line.need("host")
    found.host = []


def _break(line: Line, found: Visit) -> None:
    found.breaks += _some(line, found)


def _outage(line: Line, found: Visit) -> None:
    found.outages += _some(line, found)


def _cancelled(line: Line, found: Visit) -> None:
    found.cancelled = True


def _some(line: Line, found: Visit) -> list[Span]:
    spans = line.spans(found.when)
    if not spans:
        raise CaseError("expected times such as 18:00-20:00 at the end")
    return spans


PARTS: Mapping[str, Callable[[Line, Visit], None]] = {
    "came": _came,
    "absent": _absent,
    "dropped": _dropped,
    "waited": _waited,
    "camera": _camera,
    "talked": _minutes("speaking"),
    "chatted": _minutes("chat"),
    "reacted": _minutes("reactions"),
    "worked": _minutes("shared_work"),
    "answered": _answered,
    "quiet": _quiet,
    "host": _host,
    "no": _no,
    "break": _break,
    "outage": _outage,
    "cancelled": _cancelled,
}
"""What can happen, by its first word."""


def _check(found: Visit) -> None:
    if found.absent and found.came:
        raise CaseError("absent and came cannot both be")
    if not (found.absent or found.came or found.waited or found.cancelled):
        raise CaseError("says neither `came` nor `absent`")
    seen = found.dropped or found.camera or found.minutes is not None
    if seen and not found.came:
        raise CaseError("somebody who never came has no camera, drops or participation")
    for begins, ends in found.dropped:
        if not any(since < begins and ends < until for since, until in found.came):
            raise CaseError("a drop lies inside of a stretch of `came`")
