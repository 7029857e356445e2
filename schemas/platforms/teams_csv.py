"""Teams CSV: the attendance list of a Teams meeting, in the shapes that it has had.

    1. Summary …
    2. Participants             Name, First Join, Last Leave, In-Meeting Duration, Email, …, Role
    3. In-Meeting Activities    Name, Join Time, Leave Time, Duration, Email, Role

    Full Name, Join Time, Leave Time, Duration, Email, Role, …      (below an unnumbered summary)
    Full Name, User Action, Timestamp                               (the oldest)

Labels come in the language of whoever downloads, the numbers of sections and the places of
columns do not change: so those are read. Stays come from section 3; section 2 would hide the
gaps between them. In the oldest shape a name is all there is: it pairs the rows of this one
file, whose people stay unknown guests.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from schemas.platforms.local_times import (
    ABOUT_THE_SAME,
    Written,
    instants,
    naive,
    order_of,
    written,
)
from schemas.platforms.source import (
    Converted,
    DateOrder,
    Meeting,
    Naming,
    NotUnderstoodError,
    Payload,
    Report,
)
from schemas.platforms.stays import Stay, as_records
from schemas.platforms.table import Row, rows_of

NAME = "teams_csv"
GAPS_UNKNOWN = "gaps_unknown"
JOINED, LEFT, LASTED, FIRST_ADDRESS = 1, 2, 3, 4
OLDEST_COLUMNS = 3

ORGANIZERS = frozenset({"organizer", "organiser", "organisator", "organisateur", "organizador"})

Action = Literal["joined", "joined_before", "left"]

ACTIONS: Mapping[str, Action] = {
    "joined": "joined",
    "joined before": "joined_before",
    "left": "left",
    "beigetreten": "joined",
    "teilgenommen": "joined",
    "vorher beigetreten": "joined_before",
    "bereits beigetreten": "joined_before",
    "zuvor beigetreten": "joined_before",
    "beigetreten vor": "joined_before",
    "verlassen": "left",
    "hat verlassen": "left",
    "a rejoint": "joined",
    "rejoint": "joined",
    "a participé": "joined",
    "a rejoint avant": "joined_before",
    "rejoint avant": "joined_before",
    "a rejoint précédemment": "joined_before",
    "a quitté": "left",
    "quitté": "left",
    "est parti": "left",
    "parti": "left",
    "se unió": "joined",
    "unido": "joined",
    "se unió antes": "joined_before",
    "se ha unido": "joined",
    "se ha unido antes": "joined_before",
    "unido antes": "joined_before",
    "salió": "left",
    "abandonó": "left",
    "ha salido": "left",
    "abandonado": "left",
}

SECONDS: Mapping[str, int] = {
    "d": 86_400,
    "j": 86_400,
    "t": 86_400,
    "h": 3_600,
    "std": 3_600,
    "stu": 3_600,
    "m": 60,
    "s": 1,
}
"""By how a unit's word begins; the longest beginning counts."""

_SECTION = re.compile(r"([1-9])\s?\.\s?\D.*")
_PART = re.compile(r"([0-9]{1,5})\s*([^\W\d_]+)")


def convert(payload: Payload, meeting: Meeting, naming: Naming) -> Converted:
    """A join and a leave for each stay; no leave for who was there still at the download.

    Ignored, beyond what is of every report: `gaps_unknown` for a person of whom the file has
    only the first join and the last leave, which lie further apart than they stayed.

    Raises:
        NotUnderstoodError: as the table and its times, and `no_participants` if no list of
            them is found, `unknown_action`, `leave_without_join`, `leave_before_join`.
    """
    rows = rows_of(payload.body)
    header, *people = _participants(rows)
    if len([label for label in header.cells if label]) == OLDEST_COLUMNS:
        return as_records(NAME, _by_action(people, meeting), meeting, naming)
    stays = list(_by_stay(people, meeting))
    gaps = sum(gap for _, gap in stays)
    done = as_records(NAME, [stay for stay, _ in stays], meeting, naming)
    return done._replace(ignored=(*done.ignored, *[GAPS_UNKNOWN] * gaps))


def _participants(rows: Sequence[Row]) -> Sequence[Row]:
    """The header and the rows of the list that has people in it."""
    sections: dict[str, list[Row]] = {"": []}
    current = ""
    for row in rows:
        heading = _SECTION.fullmatch(row.cells[0])
        if heading and not any(row.cells[1:]):
            current = heading.group(1)
            sections[current] = []
        else:
            sections[current].append(row)
    for title in ("3", "2"):
        if len(sections.get(title, ())) > 1:
            return sections[title]
    for number, row in enumerate(sections[""]):
        if sum(map(bool, row.cells)) >= OLDEST_COLUMNS:
            return sections[""][number:]
    raise NotUnderstoodError("no_participants")


def _by_stay(people: Sequence[Row], meeting: Meeting) -> Iterator[tuple[Stay, bool]]:
    """Each stay, and whether gaps are hidden in it."""
    times = [
        [written(row.cell(column), row.where) if row.cell(column) else None for column in (1, 2)]
        for row in people
    ]
    order = order_of((each for pair in times for each in pair if each), meeting.date_order)
    for row, (joined, left) in zip(people, times, strict=True):
        if joined is None:
            raise NotUnderstoodError("unreadable_time", row.where)
        walls = [naive(time, order, row.where) for time in (joined, left) if time is not None]
        lasted = _duration(row.cell(LASTED))
        found = instants(walls, meeting, row.where, lasted)
        if found[-1] < found[0]:
            raise NotUnderstoodError("leave_before_join", row.where)
        addresses = [cell for cell in row.cells[FIRST_ADDRESS:] if "@" in cell]
        stay = Stay(
            who=addresses[0] if addresses else None,
            joined_at=found[0],
            left_at=found[1] if len(found) > 1 else None,
            host=any(cell.casefold() in ORGANIZERS for cell in row.cells[FIRST_ADDRESS:]),
        )
        hidden = lasted is not None and found[-1] - found[0] > lasted + ABOUT_THE_SAME
        yield stay, hidden


def _duration(text: str) -> timedelta | None:
    """A duration in words, as `1h 27m 51s` or `1 Std. 27 Min.`; None if it is none."""
    parts = _PART.findall(text)
    seconds = 0
    for number, word in parts:
        unit = max(
            (start for start in SECONDS if word.casefold().startswith(start)), key=len, default=""
        )
        if not unit:
            return None
        seconds += int(number) * SECONDS[unit]
    return timedelta(seconds=seconds) if parts else None


def _by_action(rows: Sequence[Row], meeting: Meeting) -> Iterator[Stay]:
    """Pair the rows of a file by the name in them, in the order of their times."""
    times = [written(row.cell(LEFT), row.where) for row in rows]
    order = order_of(times, meeting.date_order)
    acts = [_act(row, time, order, meeting) for row, time in zip(rows, times, strict=True)]
    inside: defaultdict[str, deque[Stay]] = defaultdict(deque)
    # Of one instant, joins come first: the leave then belongs to the earlier of two devices.
    for at, action, row in sorted(acts, key=lambda act: (act[0], act[1] == "left")):
        name = row.cells[0]
        if action == "joined":
            inside[name].append(Stay(None, at, None))
        elif action == "joined_before":
            inside[name].append(Stay(None, None, None, seen_at=at))
        elif not inside[name]:
            raise NotUnderstoodError("leave_without_join", row.where)
        else:
            yield inside[name].popleft()._replace(left_at=at)
    for stays in inside.values():
        yield from stays


def _act(
    row: Row, time: Written, order: DateOrder, meeting: Meeting
) -> tuple[datetime, Action, Row]:
    action = ACTIONS.get(row.cell(JOINED).casefold().rstrip("."))
    if action is None:
        raise NotUnderstoodError("unknown_action", row.where)
    (at,) = instants([naive(time, order, row.where)], meeting, row.where)
    return at, action, row


TEAMS_CSV = Report(NAME, convert)
