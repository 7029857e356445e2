"""Staff's lines of a case: what is said of the person, as care records.

enrolled Mon priority 540 minutes        discharged Fri 12:00
leave Mon to Wed                         suspended Mon 08:00 to Wed
closed Mon to Tue                        accommodation Mon to Fri camera
goals Mon practice 3 participation 40    practice Tue 20:00 homework
notice Tue 16:00 ses-2 illness           decision Wed 09:00 ses-2 accepted
make-up ses-2 by ses-9                   override Wed 09:00 ses-2 credited
waive Wed 09:00 late ses-3               waive Wed 09:00 weekly_attendance
check-in Thu 10:00 about ses-2, weekly_attendance
review Thu 10:00 about attendance_review
acknowledged Thu 10:00 no_show ses-2     snoozed Thu 10:00 reach_out until Mon 09:00
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple, get_args

from schemas.care import (
    AbsenceDecided,
    AbsenceNotified,
    Accommodation,
    Acknowledged,
    CareEvent,
    CheckInDone,
    Discharged,
    Enrolled,
    GoalsAgreed,
    Judged,
    LeaveOfAbsence,
    MakeUpArranged,
    Override,
    Practice,
    ProgramClosed,
    ReviewDone,
    Snoozed,
    Suspended,
    Waived,
)
from schemas.instants import instant
from schemas.telemetry import Signal
from streams.casework.almanac import CaseError
from streams.casework.line import Line
from streams.casework.visit import Visit

CODE = "as_written"
"""The reason of whatever a line gives no reason for."""


class Said(NamedTuple):
    """A care record to be: `names` are outputs it is about, as `RULE`, `RULE SESSION` or so.

    `build` takes what every record carries, and the ids that the names stand for. `awaits` is
    the session of which staff may have to decide something.
    """

    at: int
    names: tuple[str, ...]
    build: Callable[[Mapping[str, Any], tuple[str, ...]], CareEvent]
    awaits: str | None = None


class Scene(NamedTuple):
    """What a line may speak of: the program, and the case's sessions."""

    program: str
    visits: Mapping[str, Visit]


def statement(line: Line, scene: Scene) -> Said:
    """What staff say in a line."""
    verb = line.word("what is said")
    if verb not in _VERBS:
        known = ", ".join(_VERBS)
        raise CaseError(f"`{verb[:80]}` is neither a day nor something staff say: {known}")
    said = _VERBS[verb](line, scene)
    line.end()
    return said


def _say(at: int, kind: type[CareEvent], **fields: Any) -> Said:
    return Said(at, (), lambda own, ids: kind(**own, **fields))


def _enrolled(line: Line, scene: Scene) -> Said:
    at = line.day_or_moment()
    priority = line.took("priority")
    minutes = None
    if line.next:
        minutes = line.number("minutes a week", 10_080)
        line.need("minutes")
    return _say(
        at,
        Enrolled,
        program=scene.program,
        begins=instant(at),
        priority=priority,
        weekly_minutes=minutes,
    )


def _discharged(line: Line, scene: Scene) -> Said:
    at = line.day_or_moment()
    begins, reason = instant(at), _reason(line)
    return _say(at, Discharged, program=scene.program, begins=begins, reason_code=reason)


def _away(kind: type[CareEvent]) -> Callable[[Line, Scene], Said]:
    def read(line: Line, scene: Scene) -> Said:
        at, until = _stretch(line)
        return _say(at, kind, program=scene.program, begins=instant(at), until=until)

    return read


def _closed(line: Line, scene: Scene) -> Said:
    first = line.day()
    last: date = line.day() if line.took("to") else first
    at = line.almanac.begin(first)
    return _say(at, ProgramClosed, program=scene.program, first_day=first, last_day=last)


def _accommodation(line: Line, scene: Scene) -> Said:
    at, until = _stretch(line)
    exempt = [line.one_of("a signal", get_args(Signal))]
    while line.next:
        exempt.append(line.one_of("a signal", get_args(Signal)))
    return _say(at, Accommodation, begins=instant(at), until=until, exempt=tuple(exempt))


def _stretch(line: Line) -> tuple[int, Any]:
    """From when, in ms, and until when: `Mon to Wed` is to the begin of Wednesday."""
    at = line.day_or_moment()
    until = line.day_or_moment() if line.took("to") else None
    return at, None if until is None else instant(until)


def _goals(line: Line, scene: Scene) -> Said:
    at = line.day_or_moment()
    goals: dict[str, int] = {}
    while line.next:
        goal = line.one_of("a goal", ("practice", "participation"))
        field, most = ("practice_days", 7) if goal == "practice" else (goal, 100)
        goals[field] = line.number("a goal", most)
    return _say(at, GoalsAgreed, program=scene.program, begins=instant(at), **goals)


def _practice(line: Line, scene: Scene) -> Said:
    at = line.moment()
    practice = line.one_of("what was practised", _choices(Practice, "practice"))
    return _say(at, Practice, program=scene.program, practice=practice)


def _notice(line: Line, scene: Scene) -> Said:
    at, session = line.moment(), _session(line, scene)
    reasons = _choices(AbsenceNotified, "reason")
    reason = line.one_of("a reason", reasons) if line.next else "other"
    return _say(at, AbsenceNotified, session=session, reason=reason)._replace(awaits=session)


def _decision(line: Line, scene: Scene) -> Said:
    at, session = line.moment(), _session(line, scene)
    accepted = line.one_of("the decision", ("accepted", "refused")) == "accepted"
    reason = _reason(line)
    return _say(at, AbsenceDecided, session=session, accepted=accepted, reason_code=reason)


def _make_up(line: Line, scene: Scene) -> Said:
    """Without a time it is arranged at once, when the missed session has ended."""
    at = None if line.next in scene.visits or not line.next else line.moment()
    session = _session(line, scene)
    line.need("by")
    make_up = _session(line, scene)
    if session == make_up:
        raise CaseError("a session cannot make up for itself")
    at = scene.visits[session].when[1] if at is None else at
    starts_at = instant(scene.visits[make_up].when[0])
    return _say(at, MakeUpArranged, session=session, make_up=make_up, starts_at=starts_at)


def _override(line: Line, scene: Scene) -> Said:
    at, session = line.moment(), _session(line, scene)
    outcome = line.one_of("an outcome", _choices(Override, "outcome"))
    return _say(at, Override, session=session, outcome=outcome, reason_code=_reason(line))


def _waive(line: Line, scene: Scene) -> Said:
    at = line.moment()
    if line.next in get_args(Judged):
        rule = line.word("a rule")
        return _say(at, Waived, rule=rule, session=_session(line, scene), reason_code=CODE)
    return Said(at, (line.rest(),), lambda own, ids: Waived(**own, target=ids[0], reason_code=CODE))


def _check_in(line: Line, scene: Scene) -> Said:
    at = line.moment()
    line.need("about")
    return Said(at, _names(line), lambda own, ids: CheckInDone(**own, about=ids))


def _review(line: Line, scene: Scene) -> Said:
    at = line.moment()
    line.need("about")
    names = _names(line)
    return Said(at, names, lambda own, ids: ReviewDone(**own, about=ids, outcome_code=CODE))


def _acknowledged(line: Line, scene: Scene) -> Said:
    at = line.moment()
    return Said(at, (line.rest(),), lambda own, ids: Acknowledged(**own, target=ids[0]))


def _snoozed(line: Line, scene: Scene) -> Said:
    at = line.moment()
    name, _, until = line.rest().partition(" until ")
    later = Line(until, line.almanac)
    put_off = instant(later.moment())
    later.end()
    return Said(
        at,
        (name,),
        lambda own, ids: Snoozed(**own, target=ids[0], until=put_off, reason_code=CODE),
    )


def _names(line: Line) -> tuple[str, ...]:
    return tuple(name.strip() for name in line.rest().split(","))


def _session(line: Line, scene: Scene) -> str:
    session = line.code("the id of a session")
    if session not in scene.visits:
        raise CaseError(f"there is no session {session} in this case")
    return session


def _reason(line: Line) -> str:
    return line.code("a reason code") if line.next else CODE


def _choices(kind: type[CareEvent], field: str) -> tuple[str, ...]:
    choices: tuple[str, ...] = get_args(kind.__annotations__[field])
    return choices


_VERBS: Mapping[str, Callable[[Line, Scene], Said]] = {
    "enrolled": _enrolled,
    "discharged": _discharged,
    "leave": _away(LeaveOfAbsence),
    "suspended": _away(Suspended),
    "closed": _closed,
    "accommodation": _accommodation,
    "goals": _goals,
    "practice": _practice,
    "notice": _notice,
    "decision": _decision,
    "make-up": _make_up,
    "override": _override,
    "waive": _waive,
    "check-in": _check_in,
    "review": _review,
    "acknowledged": _acknowledged,
    "snoozed": _snoozed,
}
