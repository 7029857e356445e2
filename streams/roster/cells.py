"""Cells: those of one row of the people's file, each read as what its column holds."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

from schemas.checking import NO_PSEUDONYM, pseudonymous
from schemas.instants import milliseconds, plausible
from schemas.policy import Policies
from schemas.telemetry import Signal
from streams.pseudonyms.raw import RawError, alias
from streams.pseudonyms.ring import Key
from streams.roster.faults import Faults
from streams.roster.table import Cells

MOST_MINUTES = 7 * 24 * 60

_DIGITS = re.compile(r"[0-9]{1,6}")
_BETWEEN = re.compile(r"[\s;]+")


class Reader(NamedTuple):
    """The cells of one row, each read as what it should be; what it is not becomes a fault."""

    line: int
    cells: Cells
    faults: Faults
    policies: Policies
    key: Key | None = None

    def code(self, column: str) -> str:
        """A pseudonym or a code that must be there."""
        text = self.cells[column]
        if not text:
            self.refuse(column, "this is missing")
        return self._checked(column, text)

    def aliases(self, column: str) -> tuple[str, ...]:
        """Pseudonyms; ids and addresses of platforms become some under the key."""
        return tuple(
            dict.fromkeys(self._alias(column, text) for text in several(self.cells[column]))
        )

    def signals(self, column: str) -> tuple[Any, ...]:
        """Signals that there are."""
        signals = several(self.cells[column])
        for signal in set(signals) - set(get_args(Signal)):
            self.refuse(column, unknown("signal", signal, get_args(Signal)))
        return signals

    def day(self, column: str) -> datetime | None:
        """A day of the program's zone, or an instant; null for none."""
        text = self.cells[column]
        if not text:
            return None
        try:
            if len(text) == len("2026-03-02"):
                return self._plausible(column, self._midnight(date.fromisoformat(text)))
            at = datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            self.refuse(column, "neither a day such as 2026-03-02 nor an instant with an offset")
            return None
        if at.tzinfo is None:
            self.refuse(column, "an instant needs an offset, such as Z or +01:00")
            return None
        return self._plausible(column, at.astimezone(UTC))

    def choice(self, column: str, choices: Mapping[str, bool]) -> bool:
        """What one of a few words means."""
        text = self.cells[column]
        if text not in choices:
            self.refuse(column, f"must be {' or '.join(filter(None, choices))}")
        return choices.get(text, False)

    def minutes(self, column: str) -> int | None:
        """Minutes of a week; null for none."""
        text = self.cells[column]
        if not text:
            return None
        if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MOST_MINUTES:
            self.refuse(column, f"must be a whole number from 1 to {MOST_MINUTES}")
            return None
        return int(text)

    def refuse(self, column: str, reason: str) -> None:
        """Note what is wrong with a cell."""
        self.faults.add(self.line, column, reason)

    def _alias(self, column: str, text: str) -> str:
        try:
            return self._checked(column, alias(text, self.key))
        except RawError as error:
            self.refuse(column, str(error))
            return text

    def _checked(self, column: str, text: str) -> str:
        if text and not pseudonymous(text):
            self.refuse(column, NO_PSEUDONYM)
        return text

    def _plausible(self, column: str, at: datetime) -> datetime | None:
        if plausible(at):
            return at
        self.refuse(column, "must lie between 2000 and 2200")
        return None

    def _midnight(self, day: date) -> datetime:
        at = datetime.combine(day, time(), UTC)
        policy = self.policies.at(self.cells["program"], milliseconds(at))
        return at.replace(tzinfo=ZoneInfo(policy.zone)).astimezone(UTC)


def several(text: str) -> tuple[str, ...]:
    """What a cell lists, each once."""
    return tuple(dict.fromkeys(filter(None, _BETWEEN.split(text))))


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """The reason of a fault: there is no such thing."""
    return f"{name} is no known {what}; known: {', '.join(sorted(known)) or 'none'}"
