"""What tests of weeks ask of them, and what staff say most often there."""

from datetime import datetime
from typing import Any

from schemas.care import AbsenceDecided, AbsenceNotified, Enrolled, MakeUpArranged, Override
from schemas.week import Week
from tests.builders import when
from tests.care.person import PROGRAM, Known, Person, fact

WEEK = "03-02"
"""The Monday that weeks in these tests begin on, unless they say otherwise."""
CLOSED = "03-12 00:00"
"""When that week is closed and nothing is pending any more."""


def outcomes(week: Week) -> dict[str, str]:
    """The outcome of each session by its name."""
    return {each.session: each.outcome for each in week.outcomes}


def outcome(person: Person, session: str = "s1", now: str = CLOSED, label: str = WEEK) -> str:
    """The outcome of one session as the week tells it at `now`."""
    return outcomes(person.look(now).week(label))[session]


def counts(week: Week) -> tuple[int, int, str]:
    """What is due, what was earned, and the standing."""
    return (week.due, week.earned, week.standing)


def labels(known: Known) -> list[str]:
    """Weeks that are not withdrawn, as `03-02`."""
    return sorted(each.week.strftime("%m-%d") for each in known.weeks if not each.withdrawn)


def linked(session: str, make_up: str, starts: str, at: str = "03-02 00:00", **fields: Any) -> Any:
    """A make-up that was arranged."""
    return fact(
        MakeUpArranged, at, session=session, make_up=make_up, starts_at=when(starts), **fields
    )


def notified(session: str, at: str | datetime, reason: str = "other", **fields: Any) -> Any:
    """A notice of absence."""
    return fact(AbsenceNotified, at, session=session, reason=reason, **fields)


def decided(session: str, at: str | datetime, accepted: bool, **fields: Any) -> Any:
    """A decision on an absence."""
    return fact(AbsenceDecided, at, session=session, accepted=accepted, reason_code="r1", **fields)


def overridden(session: str, at: str | datetime, outcome: str, **fields: Any) -> Any:
    """An outcome that staff set."""
    return fact(Override, at, session=session, outcome=outcome, reason_code="r1", **fields)


def enrolled(begins: str | datetime, program: str = PROGRAM, **fields: Any) -> Any:
    """An enrolment from an instant on."""
    begins = when(begins) if isinstance(begins, str) else begins
    return fact(Enrolled, "01-01 00:00", program=program, begins=begins, **fields)
