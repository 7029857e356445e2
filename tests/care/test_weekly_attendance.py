"""Attendance of the week below the minimum (measures.md 3.2, 3.5)."""

from fractions import Fraction
from typing import Any

import pytest

from schemas.care import AbsenceDecided, AbsenceNotified, MakeUpArranged, Override, Waived
from schemas.policy_care import MakeUpRules, WeekRules
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.course import after, course
from tests.care.person import PROGRAM, Person, fact

RULE = "weekly_attendance"
CLOSED = "03-09 00:00"


def statuses(line: str, now: str | None = None, **sections: Any) -> list[str]:
    return course(line, Person(**sections)).look(now or after(line)).statuses(RULE)


@pytest.mark.parametrize(
    ("line", "running", "closed"),
    [
        ("++++-", [], []),
        ("+++--", ["opened"], ["stood"]),
        ("-++++", [], []),
        ("--+++", ["opened"], ["stood"]),
        ("->>>>", [], None),
        ("-->>>", ["opened"], None),
        ("+++-", ["opened"], ["stood"]),
        ("+++e", [], []),
        ("+++v", [], []),
        ("eeee", [], []),
        ("+++h", ["opened"], ["stood"]),
        ("+++p", [], None),
        ("+++?", [], ["stood"]),
    ],
)
def test_below_the_minimum(line: str, running: list[str], closed: list[str] | None) -> None:
    assert statuses(line) == running
    if closed is not None:
        assert statuses(line, CLOSED) == closed


@pytest.mark.parametrize(
    ("minimum", "line", "found"),
    [
        (Fraction(3, 4), "+++-", []),
        (Fraction(76, 100), "+++-", ["opened"]),
        (Fraction(2, 3), "++-", []),
        (Fraction(6667, 10_000), "++-", ["opened"]),
    ],
)
def test_exactly_the_minimum_is_enough(minimum: Fraction, line: str, found: list[str]) -> None:
    assert statuses(line, week=WeekRules(minimum=minimum)) == found


@pytest.mark.parametrize(("allowed", "found"), [(0, ["opened"]), (1, ["opened"]), (2, [])])
def test_misses_that_are_allowed(allowed: int, found: list[str]) -> None:
    assert statuses("--+", week=WeekRules(allowed_misses=allowed)) == found
    assert statuses("-++", week=WeekRules(allowed_misses=1)) == []


@pytest.mark.parametrize(("attended", "found"), [(96, []), (95, ["opened"])])
def test_by_minutes(attended: int, found: list[str]) -> None:
    person = Person(week=WeekRules(by="minutes"))
    standing = "attended" if attended >= 96 else "partial"
    person.session("s1", "03-02 18:00", standing, attended_ms=attended * 60_000)
    assert person.look("03-02 21:00").statuses(RULE) == found


def test_what_it_says() -> None:
    [found] = course("+-->", Person()).look("03-04 21:00").of(RULE)
    assert found.id == concern_id("a", PROGRAM, RULE, "2026-03-02")
    assert (found.week, found.session) == (when("03-02 00:00").date(), None)
    assert (found.severity, found.policy, found.until) == ("warning", "v1", None)
    assert found.since == when("03-03 20:00")
    assert found.evidence == {
        "due": 4,
        "earned": 1,
        "to_come": 1,
        "pending": 0,
        "rate": 0.25,
        "base": 0.5,
        "best": 0.5,
        "minimum": 0.8,
        "standing": "needs_make_up",
        "by": "sessions",
    }


def test_a_make_up_after_the_close_ends_what_stood() -> None:
    person = course("+++-")
    assert person.look(CLOSED).statuses(RULE) == ["stood"]
    link = {"session": "s4", "make_up": "m1", "starts_at": when("03-12 18:00")}
    person.say(fact(MakeUpArranged, "03-09 09:00", **link))
    assert person.look("03-09 09:00").statuses(RULE) == ["stood"]
    person.session("m1", "03-12 18:00", make_up=True)
    [found] = person.look("03-12 21:00").of(RULE)
    assert (found.status, found.until) == ("resolved", when("03-12 20:00"))


def test_a_make_up_that_is_missed_itself_mends_nothing() -> None:
    person = course("+++-")
    link = {"session": "s4", "make_up": "m1", "starts_at": when("03-12 18:00")}
    person.say(fact(MakeUpArranged, "03-06 09:00", **link))
    person.session("m1", "03-12 18:00", "absent", make_up=True, findings=[])
    known = person.look("03-12 21:00")
    assert known.statuses(RULE) == ["stood"]
    # Missing it is no further absence.
    assert known.statuses("consecutive_unexcused") == []
    assert len(known.of("absence_not_notified")) == 1


@pytest.mark.parametrize(
    "said",
    [
        fact(Override, "03-10 09:00", session="s4", outcome="excused", reason_code="r1"),
        fact(Override, "03-10 09:00", session="s4", outcome="credited", reason_code="r1"),
        fact(AbsenceDecided, "03-10 09:00", session="s4", accepted=True, reason_code="r1"),
    ],
)
def test_an_excuse_after_the_close_takes_it_back(said: Any) -> None:
    person = course("+++-")
    assert person.look(CLOSED).statuses(RULE) == ["stood"]
    [found] = person.say(said).look("03-10 09:00").of(RULE)
    assert (found.status, found.correction) == ("retracted", True)


def test_a_correction_after_the_close() -> None:
    person = course("++++")
    assert person.look(CLOSED).of(RULE) == []
    [found] = person.session("s4", "03-05 18:00", "absent").look("03-10 09:00").of(RULE)
    assert (found.status, found.since) == ("stood", when("03-05 20:00"))


def test_a_matter_that_is_pending_at_the_close() -> None:
    # A notice on Friday evening waits until the end of Wednesday.
    person = course("++++-").say(fact(AbsenceNotified, "03-06 17:00", session="s5"))
    person.session("s4", "03-05 18:00", "absent")
    assert person.look("03-08 23:59").statuses(RULE) == []
    [found] = person.look(CLOSED).of(RULE)
    assert (found.status, found.excuse, found.since) == ("stood", "pending", when(CLOSED))
    [found] = person.look("03-12 00:00").of(RULE)
    assert (found.status, found.excuse, found.since) == ("stood", None, when("03-06 20:00"))


def test_waived_by_its_id() -> None:
    person = course("+++-")
    name = person.look(CLOSED).of(RULE)[0].id
    waiver = {"target": name, "reason_code": "r1", "entity": "w"}
    person.say(fact(Waived, "03-09 09:00", **waiver))
    known = person.look("03-09 09:00")
    assert [(each.status, each.reason) for each in known.of(RULE)] == [("retracted", "waived")]
    assert known.recommended("offer_make_up") == "retracted"
    back = fact(Waived, "03-09 09:00", **waiver, revision=1, withdrawn=True)
    assert person.say(back).look("03-09 10:00").statuses(RULE) == ["stood"]


def test_where_make_ups_are_not_allowed_it_is_out_of_reach() -> None:
    person = course("+++-", Person(make_up=MakeUpRules(allowed=False)))
    assert person.look(after("+++-")).week("03-02").standing == "unreachable"
