"""Who comes: people with habits, none of whom exists."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from streams.simulation.codes import Codes

CameraHabit = Literal["always", "often_off", "never"]
CAMERA_HABITS: tuple[CameraHabit, ...] = ("always", "often_off", "never")


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How somebody takes part: times an hour, and the share of polls answered."""

    turns: float
    messages: float
    reactions: float
    shared_works: float
    answers: float


TALKER = Style(turns=18, messages=3, reactions=2, shared_works=0.8, answers=0.95)
STEADY = Style(turns=8, messages=3, reactions=2, shared_works=0.4, answers=0.85)
WRITER = Style(turns=4, messages=8, reactions=4, shared_works=1, answers=0.9)
QUIET = Style(turns=2, messages=1, reactions=0.8, shared_works=0.2, answers=0.6)
SILENT = Style(turns=0.2, messages=0.1, reactions=0.1, shared_works=0, answers=0.15)
LEADER = Style(turns=28, messages=3, reactions=1, shared_works=1, answers=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody's code and habits.

    `arrival` is the range, in seconds from the start, in which they come; `drops` is how
    often an hour their network fails; `enrolled_days` how long ago they began, if lately.
    """

    participant: str
    style: Style
    arrival: tuple[float, float] = (-240, 90)
    camera: CameraHabit = "always"
    drops: float = 0.0
    two_devices: bool = False
    enrolled_days: int | None = None


def participant(random: Random, codes: Codes) -> Person:
    """Somebody who takes part, with habits drawn by chance."""
    (style,) = random.choices((TALKER, STEADY, WRITER, QUIET, SILENT), (15, 35, 15, 20, 15))
    (arrival,) = random.choices(((-300, -30), (-120, 120), (60, 900)), (45, 40, 15))
    (camera,) = random.choices(CAMERA_HABITS, (60, 28, 12))
    (drops,) = random.choices((0.0, 0.4, 2.0), (60, 30, 10))
    return Person(
        participant=codes.mint("par-"),
        style=style,
        arrival=arrival,
        camera=camera,
        drops=drops,
        two_devices=random.random() < 0.06,
        enrolled_days=random.randint(2, 24) if random.random() < 0.15 else None,
    )


def host(codes: Codes) -> Person:
    """Somebody who leads sessions: early, seen and heard."""
    return Person(participant=codes.mint("sta-"), style=LEADER, arrival=(-420, -60))
