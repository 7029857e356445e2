"""Letter: one dead letter as a whole, though its record came in parts."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import MsgspecError

from schemas.dead_letter import Entry, Header, attempt, event_id, first_failed_at, last
from schemas.dead_parts import PART, join
from schemas.instants import rfc3339
from streams.deadletters.conventions import Cause, cause

DOOR = "door"


class Letter(NamedTuple):
    """A dead letter at `partition` and `offset` (of its first part) of its topic.

    `key`, `value` and `headers` are the original record's; `errors` are the headers that say what
    was wrong, with the original's before them where it came in one part. `complete` is whether
    all of it is still on the log. `appended_at` is when it was written (ms UTC).
    """

    partition: int
    offset: int
    appended_at: int
    cause: Cause
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]
    errors: Sequence[Header]
    parts: int = 1
    complete: bool = True

    @property
    def attempt(self) -> int:
        """How often the record was tried, this failure included."""
        return attempt(self.errors)

    @property
    def first_failed_at(self) -> str:
        """When it failed for the first time, as RFC 3339."""
        return first_failed_at(self.errors) or rfc3339(self.appended_at)

    @property
    def event_id(self) -> str | None:
        """The id of the event, where it can be read."""
        return last(self.errors, "rollcall.event_id") or event_id(self.value)

    @property
    def source(self) -> str | None:
        """Which part of ours refused it, where that is not a stage."""
        return last(self.errors, "rollcall.source")

    @property
    def may_return(self) -> bool:
        """Whether the record is still what was sent: the door's is without what it removed."""
        return self.source != DOOR and last(self.errors, "rollcall.redrive") != "no"


_Key = tuple[int, str | None, int | None, int | None]


class Gathering:
    """Puts letters together; those of two stages may lie among each other's parts."""

    def __init__(self) -> None:
        self._parts: dict[_Key, dict[int, tuple[int, Entry]]] = {}

    def take(self, partition: int, entry: Entry) -> Letter | None:
        """The letter that is whole with this record; None while parts of it are missing."""
        number = _number(entry.headers)
        reason = cause(entry.headers)
        if number is None:
            return _letter(partition, entry, reason)
        key = (partition, reason.topic, reason.partition, reason.offset)
        parts = self._parts.setdefault(key, {})
        parts[number[0]] = (partition, entry)
        if len(parts) < number[1]:
            return None
        del self._parts[key]
        return _joined(parts, number[1])

    def rest(self) -> Iterator[Letter]:
        """Letters of which not all is there: the log has dropped their beginning."""
        for parts in self._parts.values():
            yield _torn(parts)
        self._parts.clear()


def _letter(partition: int, entry: Entry, reason: Cause) -> Letter:
    offset, appended_at, key, value, headers = entry
    return Letter(partition, offset, appended_at, reason, key, value, headers, headers)


def _joined(parts: dict[int, tuple[int, Entry]], total: int) -> Letter:
    letter = _torn(parts)
    values = [parts[number][1].value or b"" for number in sorted(parts)]
    try:
        key, value, headers = join(values)
    except MsgspecError:
        return letter
    return letter._replace(key=key, value=value, headers=headers, parts=total, complete=True)


def _torn(parts: dict[int, tuple[int, Entry]]) -> Letter:
    partition, entry = parts[min(parts)]
    letter = _letter(partition, entry, cause(entry.headers))
    return letter._replace(key=None, value=None, headers=(), parts=len(parts), complete=False)


def _number(headers: Sequence[Header]) -> tuple[int, int] | None:
    """Which part of how many a record is; None for one that is a letter by itself."""
    first, slash, total = (last(headers, PART) or "").partition("/")
    if not slash or not (first.isdecimal() and total.isdecimal()):
        return None
    number, of = int(first), int(total)
    return (number, of) if 1 <= number <= of else None
