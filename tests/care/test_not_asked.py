"""Nothing is held against somebody of whom nothing was asked."""

from datetime import date
from typing import Any

import pytest

from schemas.care import Discharged, Enrolled, LeaveOfAbsence, ProgramClosed, Suspended
from tests.builders import when
from tests.care.person import Person, fact


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ([fact(Enrolled, "03-01 09:00", program="evening", begins=when("03-02 18:00"))], True),
        (
            [fact(Enrolled, "03-01 09:00", program="evening", begins=when("03-02 18:00:00.001"))],
            False,
        ),
        (
            [
                fact(Enrolled, "03-01 09:00", program="evening", begins=when("03-01 09:00")),
                fact(
                    Discharged,
                    "03-02 09:00",
                    program="evening",
                    begins=when("03-02 18:00"),
                    reason_code="completed",
                ),
            ],
            False,
        ),
        (
            [
                fact(
                    LeaveOfAbsence,
                    "03-01 09:00",
                    begins=when("03-02 00:00"),
                    until=when("03-02 18:00"),
                )
            ],
            True,
        ),
        ([fact(LeaveOfAbsence, "03-01 09:00", begins=when("03-02 18:00"))], False),
        (
            [fact(Suspended, "03-01 09:00", program="morning", begins=when("03-02 18:00"))],
            True,
        ),
        (
            [
                fact(
                    ProgramClosed,
                    "03-01 09:00",
                    program="evening",
                    first_day=date(2026, 3, 1),
                    last_day=date(2026, 3, 2),
                )
            ],
            False,
        ),
    ],
)
def test_a_no_show_stands_only_where_the_session_was_asked(said: list[Any], asked: bool) -> None:
    person = Person().session("s1", "03-02 18:00", "absent")

    assert person.look("03-02 21:00").statuses("no_show") == ["stood"]
    known = person.say(*said).look("03-02 21:01")

    assert known.statuses("no_show") == (["stood"] if asked else ["retracted"])
    assert asked or known.of("no_show")[0].reason == "not_asked"
    assert known.week("03-02").due == int(asked)
