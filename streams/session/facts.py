"""Facts of one session, folded from telemetry so that order and repetition do not matter.

Everything is a set, a smallest or largest value, or the newest revision of something, because
union, min, max and newest are order-free and idempotent. A connection keeps its switches
(joined, left, camera, …) as one sorted array of integers, `at << 4 | move`: compact, quick to
append to, and one order for everything that happened to it.
"""

from array import array
from bisect import bisect_left
from enum import IntEnum

import msgspec
from msgspec import Struct

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


class Move(IntEnum):
    """What can happen to a connection. The order of equal instants follows the numbers."""

    JOINED = 0
    JOINED_AS_HOST = 1
    LEFT = 2
    LEFT_BY_NETWORK = 3
    WAITING = 4
    ADMITTED = 5
    CAMERA_ON = 6
    CAMERA_OFF = 7
    SPEAKING_ON = 8
    SPEAKING_OFF = 9


class Connection(Struct, array_like=True):
    """One visit of one device. Signs of life are those given inside, not in a waiting room.

    `streams` holds the switches of named camera streams.
    """

    first_sign: int | None = None
    last_sign: int | None = None
    moves: array = msgspec.field(default_factory=lambda: array("q"))  # type: ignore[type-arg]
    streams: dict[str, array] | None = None  # type: ignore[type-arg]


class Person(Struct, array_like=True):
    """One participant id. Minute sets are bit masks relative to the session's `base`."""

    connections: dict[str, Connection] = msgspec.field(default_factory=dict)
    chat: Mask = Mask(0)
    reactions: Mask = Mask(0)
    shared_work: Mask = Mask(0)
    answers: list[str] | None = None


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


class SessionFacts(Struct, array_like=True):
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


def insert(moves: "array[int]", code: int) -> bool:
    """Add to a sorted array unless it is there; True if it was not."""
    if not moves or code > moves[-1]:
        moves.append(code)
        return True
    place = bisect_left(moves, code)
    if moves[place] == code:
        return False
    moves.insert(place, code)
    return True
