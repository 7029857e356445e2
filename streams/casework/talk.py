"""Lines about outputs: what was talked over, taken on, put off or set aside."""

from typing import get_args

from schemas.care import Acknowledged, CheckInDone, Judged, ReviewDone, Snoozed, Waived
from schemas.instants import instant
from streams.casework.line import Line
from streams.casework.statement import CODE, Said, Scene, say, session_of


def waive(line: Line, scene: Scene) -> Said:
    """`waive Wed 09:00 late ses-3`, `waive Wed 09:00 weekly_attendance`."""
    at = line.moment()
    if line.next in get_args(Judged):
        rule = line.word("a rule")
        return say(at, Waived, rule=rule, session=session_of(line, scene), reason_code=CODE)
    return Said(at, (line.rest(),), lambda own, ids: Waived(**own, target=ids[0], reason_code=CODE))


def check_in(line: Line, scene: Scene) -> Said:
    """`check-in Thu 10:00 about ses-2, weekly_attendance`."""
    at = line.moment()
    line.need("about")
    return Said(at, _names(line), lambda own, ids: CheckInDone(**own, about=ids))


def review(line: Line, scene: Scene) -> Said:
    """`review Thu 10:00 about attendance_review`."""
    at = line.moment()
    line.need("about")
    names = _names(line)
    return Said(at, names, lambda own, ids: ReviewDone(**own, about=ids, outcome_code=CODE))


def acknowledged(line: Line, scene: Scene) -> Said:
    """`acknowledged Thu 10:00 no_show ses-2`."""
    at = line.moment()
    return Said(at, (line.rest(),), lambda own, ids: Acknowledged(**own, target=ids[0]))


def snoozed(line: Line, scene: Scene) -> Said:
    """`snoozed Thu 10:00 reach_out until Mon 09:00`."""
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
