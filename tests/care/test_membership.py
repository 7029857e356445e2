"""Which sessions are asked of a person: enrolment, leave, suspension, closed days, void."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from schemas.care import CareEvent, Discharged, LeaveOfAbsence, ProgramClosed, Suspended
from tests.builders import when
from tests.care.person import PROGRAM, Person, fact
from tests.care.weeks import CLOSED, WEEK, counts, enrolled, outcome, outcomes, overridden


def discharged(begins: str, **fields: Any) -> Any:
    own = {"program": PROGRAM, "begins": when(begins), "reason_code": "done"} | fields
    return fact(Discharged, "01-02 00:00", **own)


def away(kind: type, begins: str, until: str | None, program: str | None = PROGRAM) -> Any:
    ends = None if until is None else when(until)
    return fact(kind, "01-02 00:00", begins=when(begins), until=ends, program=program)


def closed(first: str, last: str, program: str = PROGRAM) -> Any:
    first_day, last_day = (date.fromisoformat(f"2026-{day}") for day in (first, last))
    return fact(
        ProgramClosed, "01-02 00:00", program=program, first_day=first_day, last_day=last_day
    )


def counted(*said: CareEvent, zone: str = "UTC") -> list[str]:
    """Sessions that count of four, Monday to Thursday at 18:00 UTC."""
    person = Person(zone=zone).say(*said)
    for number in range(4):
        person.session(f"s{number + 1}", f"03-0{2 + number} 18:00", "absent")
    return list(outcomes(person.look(CLOSED).week(WEEK)))


ALL = ["s1", "s2", "s3", "s4"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # The roster alone decides, unless the person was ever enrolled in this program.
        ([], ALL),
        ([enrolled("03-20 00:00", program="other")], ALL),
        ([enrolled("01-01 00:00")], ALL),
        ([enrolled("03-20 00:00")], []),
        ([enrolled("01-01 00:00", withdrawn=True)], ALL),
        ([enrolled("03-20 00:00", withdrawn=True)], ALL),
        # In the middle of the week, to the millisecond.
        ([enrolled("03-03 18:00")], ["s2", "s3", "s4"]),
        ([enrolled("03-03 18:00:00.001")], ["s3", "s4"]),
        ([enrolled("01-01 00:00"), discharged("03-04 18:00")], ["s1", "s2"]),
        ([enrolled("01-01 00:00"), discharged("03-04 18:00:00.001")], ["s1", "s2", "s3"]),
        ([enrolled("03-03 00:00"), discharged("03-04 00:00")], ["s2"]),
        ([enrolled("01-01 00:00"), discharged("03-04 18:00", program="other")], ALL),
        ([enrolled("01-01 00:00"), discharged("03-04 18:00", withdrawn=True)], ALL),
        # A discharge from an earlier stay does not end this one.
        ([enrolled("03-03 00:00"), discharged("02-01 00:00")], ["s2", "s3", "s4"]),
        # Left and came back.
        (
            [enrolled("01-01 00:00"), discharged("03-03 00:00"), enrolled("03-04 00:00")],
            ["s1", "s3", "s4"],
        ),
        # Overlapping enrolments are one stay.
        ([enrolled("01-01 00:00"), enrolled("03-04 00:00")], ALL),
        (
            [enrolled("01-01 00:00"), enrolled("03-03 00:00"), discharged("03-04 00:00")],
            ["s1", "s2"],
        ),
    ],
)
def test_enrolment_and_discharge(said: Sequence[CareEvent], expected: list[str]) -> None:
    assert counted(*said) == expected


@pytest.mark.parametrize("kind", [LeaveOfAbsence, Suspended])
@pytest.mark.parametrize(
    ("begins", "until", "program", "expected"),
    [
        ("03-03 18:00", "03-04 18:00", PROGRAM, ["s1", "s3", "s4"]),
        ("03-03 18:00:00.001", "03-04 18:00:00.001", PROGRAM, ["s1", "s2", "s4"]),
        ("03-03 00:00", None, PROGRAM, ["s1"]),
        ("03-03 00:00", None, None, ["s1"]),
        ("03-03 00:00", None, "other", ALL),
    ],
)
def test_leave_and_suspension(
    kind: type, begins: str, until: str | None, program: str | None, expected: list[str]
) -> None:
    assert counted(away(kind, begins, until, program)) == expected
    assert counted(enrolled("01-01 00:00"), away(kind, begins, until, program)) == expected


@pytest.mark.parametrize(
    ("first", "last", "zone", "expected"),
    [
        ("03-03", "03-03", "UTC", ["s1", "s3", "s4"]),
        ("03-03", "03-04", "UTC", ["s1", "s4"]),
        ("02-20", "03-02", "UTC", ["s2", "s3", "s4"]),
        ("03-06", "03-08", "UTC", ALL),
        # 18:00 UTC is half an hour before midnight in Kolkata, and the next morning in Auckland.
        ("03-03", "03-03", "Asia/Kolkata", ["s1", "s3", "s4"]),
        ("03-03", "03-03", "Pacific/Auckland", ["s2", "s3", "s4"]),
    ],
)
def test_days_on_which_the_program_is_closed(
    first: str, last: str, zone: str, expected: list[str]
) -> None:
    assert counted(closed(first, last), zone=zone) == expected


def test_another_programs_closed_days_change_nothing() -> None:
    assert counted(closed("03-02", "03-08", program="other")) == ALL


def test_nothing_asked_is_nothing_due() -> None:
    person = Person().say(closed("03-02", "03-08")).session("s1", "03-02 18:00", "absent")
    week = person.look(CLOSED).week(WEEK)
    assert (*counts(week), week.rate, week.base, week.best) == (0, 0, "none", None, None, None)


def test_not_even_staff_make_a_session_count_that_was_not_asked() -> None:
    said = [away(LeaveOfAbsence, "03-02 00:00", None), overridden("s1", "03-03 00:00", "credited")]
    assert counted(*said) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"void_reason": "cancelled", "standing": "void"},
        # The person's own times lie outside of what was left of the session.
        {"standing": "void", "window_ms": 0},
        {"withdrawn": True},
        {"rostered": False, "guest": True},
        {"make_up": True},
        {"program": None},
    ],
)
def test_sessions_that_are_out_of_every_denominator(fields: Any) -> None:
    standing = fields.pop("standing", "absent")
    person = Person().session("s1", "03-02 18:00")
    person.session("s2", "03-03 18:00", standing, **fields)
    week = person.look(CLOSED).week(WEEK)
    assert list(outcomes(week)) == ["s1"]
    assert counts(week) == (1, 1, "met")


def test_a_session_that_turns_out_void_leaves_due() -> None:
    person = Person().session("s1", "03-02 18:00").session("s2", "03-03 18:00", "absent")
    assert counts(person.look(CLOSED).week(WEEK)) == (2, 1, "below")
    person.session("s2", "03-03 18:00", "void", void_reason="void_by_staff", correction=True)
    assert counts(person.look(CLOSED).week(WEEK)) == (1, 1, "met")


def test_a_session_of_another_program_counts_there() -> None:
    person = Person().session("s1", "03-02 18:00").session("s2", "03-03 18:00", program="other")
    known = person.look(CLOSED)
    assert list(outcomes(known.week(WEEK))) == ["s1"]
    assert list(outcomes(known.week(WEEK, program="other"))) == ["s2"]


def test_an_enrolment_that_is_corrected_brings_the_session_back() -> None:
    late = enrolled("03-03 00:00", entity="stay")
    person = Person().say(late).session("s1", "03-02 18:00", "absent")
    assert person.look(CLOSED).week(WEEK).due == 0
    person.say(enrolled("03-02 00:00", entity="stay", revision=1))
    assert outcome(person) == "unexcused"
