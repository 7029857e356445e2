"""Staff: what was said of a person and not taken back, sorted by what it is about."""

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from schemas.care import (
    AbsenceDecided,
    AbsenceNotified,
    Accommodation,
    Acknowledged,
    CheckInDone,
    Discharged,
    Enrolled,
    GoalsAgreed,
    LeaveOfAbsence,
    MakeUpArranged,
    Override,
    Practice,
    ProgramClosed,
    ReviewDone,
    Snoozed,
    Staff,
    Suspended,
    Waived,
)
from schemas.instants import milliseconds

SessionFact = AbsenceNotified | AbsenceDecided | Override | Waived
"""What staff say of one session."""


class Enrolment(NamedTuple):
    """One stay in a program, `[begins, ends)` in ms; `ends` None while it lasts."""

    fact: Enrolled
    begins: int
    ends: int | None

    def holds(self, at: int) -> bool:
        """Whether the person is enrolled at `at` ms."""
        return self.begins <= at and (self.ends is None or at < self.ends)


class Said(NamedTuple):
    """Staff facts that hold, each list oldest first by (at, id).

    `talks` are check-ins and reviews; what is said of an output is found by its id. `stays` are
    enrolments with their ends, by program.
    """

    sessions: dict[str, list[SessionFact]]
    accommodations: list[Accommodation]
    enrolled: list[Enrolled]
    discharged: list[Discharged]
    away: list[LeaveOfAbsence | Suspended]
    closed: list[ProgramClosed]
    goals: list[GoalsAgreed]
    make_ups: list[MakeUpArranged]
    practice: list[Practice]
    talks: list[CheckInDone | ReviewDone]
    acknowledged: dict[str, Acknowledged]
    snoozed: dict[str, Snoozed]
    waived: dict[str, Waived]
    stays: dict[str, list[Enrolment]]


def said(staff: Mapping[str, Staff]) -> Said:
    """What staff said of this person."""
    index = Said({}, [], [], [], [], [], [], [], [], [], {}, {}, {}, {})
    for fact in sorted(staff.values(), key=lambda fact: (fact.at, fact.id, fact.entity)):
        if not fact.withdrawn:
            _file(index, fact)
    for enrolled in index.enrolled:
        stays = index.stays.setdefault(enrolled.program, [])
        stays.append(_stay(enrolled, index.discharged))
    return index


def _stay(enrolled: Enrolled, discharged: Iterable[Discharged]) -> Enrolment:
    begins = milliseconds(enrolled.begins)
    own = (each for each in discharged if each.program == enrolled.program)
    return Enrolment(enrolled, begins, discharged_after(begins, own))


def discharged_after(begins: int, discharged: Iterable[Discharged]) -> int | None:
    """When a stay in a program that begins at `begins` ends, both in ms; None while it lasts."""
    leaves = (milliseconds(each.begins) for each in discharged)
    return min((at for at in leaves if at > begins), default=None)


def _file(index: Said, fact: Staff) -> None:
    match fact:
        case Waived(target=str() as target):
            index.waived[target] = fact
        case AbsenceNotified() | AbsenceDecided() | Override() | Waived():
            if fact.session is not None:
                index.sessions.setdefault(fact.session, []).append(fact)
        case Acknowledged():
            index.acknowledged[fact.target] = fact
        case Snoozed():
            index.snoozed[fact.target] = fact
        case Accommodation():
            index.accommodations.append(fact)
        case Enrolled():
            index.enrolled.append(fact)
        case Discharged():
            index.discharged.append(fact)
        case LeaveOfAbsence() | Suspended():
            index.away.append(fact)
        case ProgramClosed():
            index.closed.append(fact)
        case GoalsAgreed():
            index.goals.append(fact)
        case MakeUpArranged():
            index.make_ups.append(fact)
        case Practice():
            index.practice.append(fact)
        case CheckInDone() | ReviewDone():
            index.talks.append(fact)


def talks_at(staff: Said, names: Set[str]) -> list[int]:
    """Whenever somebody talked with the person, or met, about one of `names`, in ms."""
    return [milliseconds(talk.at) for talk in staff.talks if not names.isdisjoint(talk.about)]


def checked_in_at(staff: Said, names: Set[str]) -> list[int]:
    """Whenever somebody talked with the person about one of `names`, in ms; no mere reviews."""
    return [
        milliseconds(talk.at)
        for talk in staff.talks
        if isinstance(talk, CheckInDone) and not names.isdisjoint(talk.about)
    ]
