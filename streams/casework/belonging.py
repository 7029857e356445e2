"""Lines about belonging to a program, and about what is agreed with the person."""

from collections.abc import Callable
from datetime import date
from typing import Any, get_args

from schemas.care import (
    Accommodation,
    CareEvent,
    Discharged,
    Enrolled,
    GoalsAgreed,
    Practice,
    ProgramClosed,
)
from schemas.instants import instant
from schemas.telemetry import Signal
from streams.casework.line import Line
from streams.casework.statement import Said, Scene, choices, reason_of, say


def enrolled(line: Line, scene: Scene) -> Said:
    """`enrolled Mon priority 540 minutes`."""
    at = line.day_or_moment()
    priority = line.took("priority")
    minutes = None
    if line.next:
        minutes = line.number("minutes a week", 10_080, least=1)
        line.need("minutes")
    return say(
        at,
        Enrolled,
        program=scene.program,
        begins=instant(at),
        priority=priority,
        weekly_minutes=minutes,
    )


def discharged(line: Line, scene: Scene) -> Said:
    """`discharged Fri 12:00`."""
    at = line.day_or_moment()
    begins, reason = instant(at), reason_of(line)
    return say(at, Discharged, program=scene.program, begins=begins, reason_code=reason)


def away(kind: type[CareEvent]) -> Callable[[Line, Scene], Said]:
    """`leave Mon to Wed`, `suspended Mon 08:00 to Wed`."""

    def read(line: Line, scene: Scene) -> Said:
        at, until = _stretch(line)
        return say(at, kind, program=scene.program, begins=instant(at), until=until)

    return read


def closed(line: Line, scene: Scene) -> Said:
    """`closed Mon to Tue`."""
    first = line.day()
    last: date = line.day() if line.took("to") else first
    at = line.almanac.begin(first)
    return say(at, ProgramClosed, program=scene.program, first_day=first, last_day=last)


def accommodation(line: Line, scene: Scene) -> Said:
    """`accommodation Mon to Fri camera`."""
    at, until = _stretch(line)
    exempt = [line.one_of("a signal", get_args(Signal))]
    while line.next:
        exempt.append(line.one_of("a signal", get_args(Signal)))
    return say(at, Accommodation, begins=instant(at), until=until, exempt=tuple(exempt))


def _stretch(line: Line) -> tuple[int, Any]:
    """From when, in ms, and until when: `Mon to Wed` is to the begin of Wednesday."""
    at = line.day_or_moment()
    until = line.day_or_moment() if line.took("to") else None
    return at, None if until is None else instant(until)


def goals(line: Line, scene: Scene) -> Said:
    """`goals Mon practice 3 participation 40`."""
    at = line.day_or_moment()
    goals: dict[str, int] = {}
    while line.next:
        goal = line.one_of("a goal", ("practice", "participation"))
        field, most = ("practice_days", 7) if goal == "practice" else (goal, 100)
        goals[field] = line.number("a goal", most, least=1)
    return say(at, GoalsAgreed, program=scene.program, begins=instant(at), **goals)


def practice(line: Line, scene: Scene) -> Said:
    """`practice Tue 20:00 homework`."""
    at = line.moment()
    practice = line.one_of("what was practised", choices(Practice, "practice"))
    return say(at, Practice, program=scene.program, practice=practice)
