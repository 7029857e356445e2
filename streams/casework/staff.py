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

A day without a time means its begin: leave `Mon to Wed` ends as Wednesday begins.
"""

from collections.abc import Callable, Mapping

from schemas.care import LeaveOfAbsence, Suspended
from streams.casework import absence, belonging, talk
from streams.casework.almanac import CaseError
from streams.casework.line import Line
from streams.casework.statement import Said, Scene


def statement(line: Line, scene: Scene) -> Said:
    """What staff say in a line."""
    verb = line.word("what is said")
    if verb not in VERBS:
        known = ", ".join(VERBS)
        raise CaseError(f"`{verb[:80]}` is neither a day nor something staff say: {known}")
    said = VERBS[verb](line, scene)
    line.end()
    return said


VERBS: Mapping[str, Callable[[Line, Scene], Said]] = {
    "enrolled": belonging.enrolled,
    "discharged": belonging.discharged,
    "leave": belonging.away(LeaveOfAbsence),
    "suspended": belonging.away(Suspended),
    "closed": belonging.closed,
    "accommodation": belonging.accommodation,
    "goals": belonging.goals,
    "practice": belonging.practice,
    "notice": absence.notice,
    "decision": absence.decision,
    "make-up": absence.make_up,
    "override": absence.override,
    "waive": talk.waive,
    "check-in": talk.check_in,
    "review": talk.review,
    "acknowledged": talk.acknowledged,
    "snoozed": talk.snoozed,
}
"""What staff can say, by its first word."""
