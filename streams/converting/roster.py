"""Roster: whom a converted session expects, and what platforms call them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from schemas.checking import pseudonymous
from schemas.identity import Identity
from schemas.instants import EARLIEST, milliseconds
from schemas.platforms.source import Naming
from schemas.policy import Policies
from schemas.telemetry import RosterEntry
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.links import Known
from streams.pseudonyms.names import Names
from streams.pseudonyms.ring import Key
from streams.roster.faults import Faults, RosterError
from streams.roster.people import NEEDED, OPTIONAL, read_people
from streams.roster.table import read_cells

PSEUDONYM = "par-"
COMMENT = "#"


class Expected(NamedTuple):
    """A place in the roster, and the pseudonyms of what platforms call that person."""

    entry: RosterEntry
    aliases: tuple[str, ...] = ()


def expected(
    file: Path, program: str, starts_at: datetime, policies: Policies, names: Names
) -> list[Expected]:
    """Whom `file` expects: a roster as `rollcall roster import` takes it, or a plain list.

    Of a roster those are expected who are enrolled in `program` at `starts_at`. In a plain list
    a line is a person: a pseudonym `par-…`, taken as it is, or what the platform calls them (an
    address, an id); what else it calls them may follow, with blanks between.

    Raises:
        RosterError: with everything that is wrong in the file, by line.
        OSError: it cannot be read.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterError([f"{file}: not UTF-8"]) from None
    header = [name.strip() for name in text.partition("\n")[0].split(",")]
    if {"participant", "program"} <= set(header):
        return _enrolled(file, program, starts_at, policies, names.ring.newest)
    return _listed(file, text, names.at(milliseconds(starts_at)))


def identities(people: Iterable[Expected]) -> Identities:
    """Whose each alias is, so that one under a key that was rotated out is still somebody's."""
    return Identities(
        Identity(
            id=alias,
            source="roster",
            at=EARLIEST,
            alias=alias,
            participant=each.entry.participant,
        )
        for each in people
        for alias in each.aliases
    )


def people_known(people: Sequence[Expected]) -> Known:
    """Whom the roster has by a pseudonym: their own, or one of their aliases."""
    own = {each.entry.participant for each in people}
    table = identities(people)
    return lambda pseudonym: pseudonym if pseudonym in own else table.participant(pseudonym)


def _enrolled(
    file: Path, program: str, starts_at: datetime, policies: Policies, key: Key
) -> list[Expected]:
    faults = Faults(str(file))
    programs = {cells["program"] for _, cells in read_cells(file, NEEDED, OPTIONAL, faults)}
    at = milliseconds(starts_at)
    found = [
        Expected(
            RosterEntry(participant=row.participant, enrolled_at=row.begins, exempt=row.exempt),
            row.aliases,
        )
        for row in read_people(file, policies, programs, None, key)
        if row.program == program
        and row.stretch.begins <= at
        and (row.stretch.ends is None or at < row.stretch.ends)
    ]
    if not found:
        raise RosterError([f"{file}: nobody is enrolled in {program} when the session starts"])
    return found


def _listed(file: Path, text: str, naming: Naming) -> list[Expected]:
    faults = Faults(str(file))
    found: dict[str, Expected] = {}
    for line, names in _names(text):
        bad = [name for name in names if name.startswith(PSEUDONYM) and not pseudonymous(name)]
        if bad:
            faults.add(line, "participant", "not a pseudonym")
            continue
        participant, *aliases = (
            name if name.startswith(PSEUDONYM) else naming("participant", name) for name in names
        )
        if participant in found:
            faults.add(line, "participant", "somebody of an earlier line")
        entry = RosterEntry(participant=participant)
        found[participant] = Expected(entry, tuple(dict.fromkeys(aliases)))
    if not found and not faults.lines:
        faults.add(1, "participant", "nobody is listed")
    if faults.lines:
        raise RosterError(faults.lines)
    return list(found.values())


def _names(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    for line, names in enumerate(text.splitlines(), 1):
        if names.strip() and not names.lstrip().startswith(COMMENT):
            yield line, names.replace(",", " ").replace(";", " ").split()
