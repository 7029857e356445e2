"""People: the CSV of who is enrolled where. One row for each enrolment, a header above.

| column | holds | |
|---|---|---|
| participant | the person's pseudonym | needed |
| program | the program's code | needed |
| enrolled_from | a day of the program's zone, or an instant with an offset | needed |
| series | series attended, by blanks or `;`; `*` is all of the program; may be empty | needed |
| enrolled_until | when the enrolment ends (exclusive), as above | |
| discharge_reason | the code of why it ends; needed with `enrolled_until` | |
| priority | `yes` or `no` (the default) | |
| weekly_minutes | the dose agreed | |
| aliases | pseudonyms that platforms use for the person, by blanks or `;`; with a key also \
  addresses, and ids as `zoom:ID` | |
| exempt | signals not asked of the person, by blanks or `;` | |
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from schemas.instants import EPOCH, milliseconds
from schemas.policy import Policies
from schemas.telemetry import Signal
from streams.pseudonyms.ring import Key
from streams.recording.enrolments import Stretch, overlap
from streams.roster.cells import Reader, several, unknown
from streams.roster.faults import Faults, RosterError
from streams.roster.table import read_cells

NEEDED = ("participant", "program", "enrolled_from", "series")
OPTIONAL = (
    "enrolled_until",
    "discharge_reason",
    "priority",
    "weekly_minutes",
    "aliases",
    "exempt",
)
EVERY_SERIES = "*"
YES_OR_NO = {"yes": True, "no": False, "": False}


KnownSeries = Collection[tuple[str, str]] | None


class Row(NamedTuple):
    """One enrolment as the file has it; `line` is where."""

    line: int
    participant: str
    program: str
    begins: datetime
    ends: datetime | None
    series: tuple[str, ...]
    discharge_reason: str
    priority: bool
    weekly_minutes: int | None
    aliases: tuple[str, ...]
    exempt: tuple[Signal, ...]

    @property
    def stretch(self) -> Stretch:
        """From when until when, in milliseconds."""
        ends = None if self.ends is None else milliseconds(self.ends)
        return Stretch(milliseconds(self.begins), ends)


def read_people(
    file: Path,
    policies: Policies,
    programs: Collection[str],
    series: KnownSeries,
    key: Key | None = None,
) -> list[Row]:
    """Every row of `file`; days begin at midnight in the zone of their program's policy.

    `programs` are the known ones, `series` each known (program, series), or null for any.
    Under `key` ids and addresses among the aliases become pseudonyms; without it they are faults.

    Raises:
        RosterError: with everything that is wrong in the file.
        OSError: it cannot be read.
    """
    faults = Faults(str(file))
    rows = []
    for line, cells in read_cells(file, NEEDED, OPTIONAL, faults):
        before = len(faults.lines)
        row = _row(Reader(line, cells, faults, policies, key), programs, series)
        if len(faults.lines) == before:
            rows.append(row)
    _check_enrolments(rows, faults)
    _check_aliases(rows, faults)
    if faults.lines:
        raise RosterError(faults.lines)
    return rows


def participants_of(file: Path, program: str) -> list[str]:
    """Whom `file` lists in `program`; raises RosterError for what is wrong, or if nobody is."""
    faults = Faults(str(file))
    every_row = read_cells(file, NEEDED, OPTIONAL, faults)
    found = [cells["participant"] for _, cells in every_row if cells["program"] == program]
    if not found and not faults.lines:
        faults.add(1, "program", f"no row is about {program}")
    if faults.lines:
        raise RosterError(faults.lines)
    return found


def _row(reader: Reader, programs: Collection[str], series: KnownSeries) -> Row:
    cells = reader.cells
    begins, ends = reader.day("enrolled_from"), reader.day("enrolled_until")
    row = Row(
        line=reader.line,
        participant=reader.code("participant"),
        program=reader.code("program"),
        begins=begins or EPOCH,
        ends=ends,
        series=several(cells["series"]),
        discharge_reason=cells["discharge_reason"],
        priority=reader.choice("priority", YES_OR_NO),
        weekly_minutes=reader.minutes("weekly_minutes"),
        aliases=reader.aliases("aliases"),
        exempt=reader.signals("exempt"),
    )
    if not cells["enrolled_from"]:
        reader.refuse("enrolled_from", "this is missing")
    if begins is not None and ends is not None and ends <= begins:
        reader.refuse("enrolled_until", "must be later than enrolled_from")
    if cells["enrolled_until"]:
        reader.code("discharge_reason")
    elif cells["discharge_reason"]:
        reader.refuse("discharge_reason", "there is no enrolled_until that it is the reason of")
    if row.program and row.program not in programs:
        reader.refuse("program", unknown("program", row.program, programs))
    if series is not None:
        known = {name for program, name in series if program == row.program}
        for name in set(row.series) - known - {EVERY_SERIES}:
            reader.refuse("series", unknown(f"series of {row.program}", name, known))
    return row


def _check_enrolments(rows: list[Row], faults: Faults) -> None:
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        earlier = seen.setdefault((row.participant, row.program), [])
        for other in earlier:
            if other.begins == row.begins:
                reason = f"{row.participant} in {row.program} is in line {other.line} already"
                faults.add(row.line, "participant", reason)
            elif overlap(other.stretch, row.stretch):
                faults.add(
                    row.line, "enrolled_from", f"overlaps the enrolment of line {other.line}"
                )
        earlier.append(row)


def _check_aliases(rows: list[Row], faults: Faults) -> None:
    people = {row.participant for row in rows}
    claimed: dict[str, Row] = {}
    for row in rows:
        for alias in row.aliases:
            other = claimed.setdefault(alias, row)
            if alias in people:
                faults.add(row.line, "aliases", f"{alias} is a participant itself")
            elif other.participant != row.participant:
                reason = f"{alias} is claimed by {other.participant}, too, in line {other.line}"
                faults.add(row.line, "aliases", reason)
