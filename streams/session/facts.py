"""Facts of one session, folded from telemetry so that order and repetition do not matter.

Everything is a set, a smallest or largest value, or the newest revision of something, because
union, min, max and newest are order-free and idempotent. Switches (joined, left, camera, …) are
kept in sorted arrays for all connections of a person together: most of the memory would
otherwise go to what surrounds a handful of numbers, and most of the time to fetching it.
"""

from array import array
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec import Struct

from streams.session.switches import AT, NUMBER
from streams.state import Mask

MOST_CONNECTIONS = 64
"""Connections of one person."""
MOST_MOVES = 4_000
"""Switches of one connection."""
MOST_MOVES_TOGETHER = 150_000
"""Switches of one session: keeps its state record near a megabyte."""
MOST_REVISIONS = 50
MOST_ENTITIES = 500
MOST_STREAMS = 16

NEVER = -(1 << 62)
"""Stands for the sign of life that a connection never gave."""


class Connection(NamedTuple):
    """One visit of one device, read from the facts of its person; moves are `at << 4 | move`.

    Signs of life are those given inside, not in a waiting room. `streams` holds the switches of
    named camera streams.
    """

    first_sign: int | None
    last_sign: int | None
    moves: list[int]
    streams: dict[str, list[int]]


def _no_codes() -> "array[int]":
    return array("q")


_NO_SIGNS = array("q")
"""One for all who have only one connection: it is replaced, never added to."""


class Person(Struct, array_like=True, gc=False):
    """One participant id. Minute sets are bit masks relative to the session's `base`.

    `names` are the connections by number. What most records need is what is known of the newest
    one, so that this lies at hand: its name, its number as it stands in a code, and its first
    and last sign of life; `signs` has those of the others. Switches lie in three arrays, because
    each is measured on its own. `streams` are those of named camera streams, by connection.
    """

    newest: str = ""
    number: int = 0
    first_sign: int = NEVER
    last_sign: int = NEVER
    doors: array = msgspec.field(default_factory=_no_codes)  # type: ignore[type-arg]
    camera: array = msgspec.field(default_factory=_no_codes)  # type: ignore[type-arg]
    speech: array = msgspec.field(default_factory=_no_codes)  # type: ignore[type-arg]
    names: list[str] = msgspec.field(default_factory=list)
    signs: array = _NO_SIGNS  # type: ignore[type-arg]
    streams: dict[int, dict[str, array]] | None = None  # type: ignore[type-arg]
    chat: Mask = Mask(0)
    reactions: Mask = Mask(0)
    shared_work: Mask = Mask(0)
    answers: list[str] | None = None

    def connection(self, name: str) -> int:
        """The number of a connection as codes have it, given on first sight; -1 at the cap."""
        try:
            return self.names.index(name) << 4
        except ValueError:
            pass
        known = len(self.names)
        if known >= MOST_CONNECTIONS:
            return -1
        if known:
            self.signs = self.signs + array("q", (self.first_sign, self.last_sign))
        self.names.append(name)
        self.newest, self.number = name, known << 4
        self.first_sign = self.last_sign = NEVER
        return self.number

    def all_signs(self) -> list[int]:
        """The first and the last sign of life of each connection, one after the other."""
        return [*self.signs, self.first_sign, self.last_sign]

    def alive(self, number: int, at: int) -> bool:
        """Note a sign of life of a connection; True if it told something new."""
        if number != self.number:
            return self._alive_of_old(number >> 3, at)
        if at > self.last_sign:
            if self.last_sign == NEVER:
                self.first_sign = at
            self.last_sign = at
        elif at < self.first_sign:
            self.first_sign = at
        else:
            return False
        return True

    def _alive_of_old(self, place: int, at: int) -> bool:
        signs = self.signs
        if at > signs[place + 1]:
            if signs[place] == NEVER:
                signs[place] = at
            signs[place + 1] = at
        elif at < signs[place]:
            signs[place] = at
        else:
            return False
        return True

    @property
    def connections(self) -> dict[str, Connection]:
        """Each connection by name, for reading; measuring takes the arrays as they are."""
        found = {}
        signs = self.all_signs()
        for number, name in enumerate(self.names):
            first, last = signs[2 * number : 2 * number + 2]
            streams = (self.streams or {}).get(number, {})
            found[name] = Connection(
                first_sign=None if first == NEVER else first,
                last_sign=None if last == NEVER else last,
                moves=_plain(
                    code
                    for code in (*self.doors, *self.camera, *self.speech)
                    if code >> 4 & NUMBER == number
                ),
                streams={stream: _plain(codes) for stream, codes in streams.items()},
            )
        return found


def _plain(codes: Iterable[int]) -> list[int]:
    return sorted(code >> AT << 4 | code & 15 for code in codes)


class Interruption(Struct, frozen=True, array_like=True):
    """The newest revision of an outage or break; `order` decides which is newest."""

    order: tuple[int, str]
    begins: int
    ends: int
    withdrawn: bool


class Link(Struct, frozen=True, array_like=True):
    """The newest word on whose alias an id is."""

    order: tuple[int, str]
    participant: str
    withdrawn: bool


class Decision(Struct, frozen=True, array_like=True):
    """The newest staff word on whether the session counts."""

    order: tuple[int, str]
    value: bool
    reason: str


class Ability(Struct, frozen=True, array_like=True):
    """The newest word on what the source can report."""

    order: tuple[int, str]
    signals: tuple[str, ...]
    camera: str


class Plan(Struct, frozen=True, array_like=True):
    """One revision of the schedule, as far as measuring needs it; instants in ms."""

    order: tuple[int, str]
    at: int
    program: str
    kind: str
    delivery: str
    cancelled: bool
    starts_at: int
    ends_at: int
    breaks: tuple[tuple[int, int], ...]
    hosts: tuple[str, ...]
    roster: tuple["Place", ...]


class Place(Struct, frozen=True, array_like=True):
    """One roster entry; instants in ms."""

    participant: str
    begins: int | None
    until: int | None
    enrolled_at: int | None
    exempt: tuple[str, ...]
    make_up: bool


class SessionFacts(Struct, array_like=True, gc=False):
    """Everything known about one session."""

    people: dict[str, Person] = msgspec.field(default_factory=dict)
    plans: dict[str, Plan] = msgspec.field(default_factory=dict)
    base: int = 0
    moves: int = 0
    first_signal: int | None = None
    last_sign: int | None = None
    ended_at: int | None = None
    heard_at: int = 0
    outages: dict[str, Interruption] = msgspec.field(default_factory=dict)
    breaks: dict[str, Interruption] = msgspec.field(default_factory=dict)
    polls: dict[str, list[int | None]] = msgspec.field(default_factory=dict)
    links: dict[str, Link] = msgspec.field(default_factory=dict)
    ability: Ability | None = None
    decision: Decision | None = None
    named: list[str] = msgspec.field(default_factory=list)
    """Sorted: everyone whom any word on aliases ever named, to take back what it brought."""
