"""What opens each recommendation, and what closes it by itself (measures.md 4)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.care import (
    AbsenceNotified,
    Discharged,
    Enrolled,
    GoalsAgreed,
    LeaveOfAbsence,
    MakeUpArranged,
    Override,
    Practice,
)
from schemas.policy_care import MakeUpRules
from schemas.recommendation import Recommendation
from streams.care.grounds import week_id
from tests.builders import when
from tests.care.course import after, course
from tests.care.person import PROGRAM, Known, Person, fact, utc


def named(known: Known, kind: str) -> Recommendation:
    [found] = [each for each in known.recommendations if each.kind == kind]
    return found


def what(known: Known, kind: str) -> list[str]:
    """What the reasons are, by age."""
    return [each.what for each in named(known, kind).reasons]


def enrolled(begins: str = "02-01 00:00", **fields: Any) -> Enrolled:
    own = {"program": PROGRAM, "begins": when(begins), "entity": "stay"}
    said: Enrolled = fact(Enrolled, "02-01 00:00", **own | fields)
    return said


def test_nothing_to_say_of_somebody_who_comes() -> None:
    assert course("++++").look("03-06 00:00").recommendations == []


def test_reach_out_while_nobody_saw_the_person() -> None:
    person = course("-")
    known = person.look(after("-"))
    assert what(known, "reach_out") == ["no_show", "absence_not_notified"]
    assert "reach_out" in known.open
    # Seen again, if only late.
    person.session("s2", "03-03 18:00", "present", phase="running", arrived_at=when("03-03 18:40"))
    assert person.look("03-03 18:41").recommended("reach_out") == "resolved"


def test_reach_out_closes_when_the_no_show_ends_or_was_excused() -> None:
    person = course("-")
    person.look(after("-"))
    excuse = fact(Override, "03-03 09:00", session="s1", outcome="excused", reason_code="r1")
    assert person.say(excuse).look("03-03 09:00").recommended("reach_out") == "retracted"


def test_a_word_ends_one_reason_of_two() -> None:
    person = course("-").say(fact(AbsenceNotified, "03-02 18:31", session="s1"))
    assert what(person.look(after("-")), "reach_out") == ["no_show"]


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        ("-", None),
        ("--", ["consecutive_unexcused"]),
        ("--+", None),
    ],
)
def test_check_in_after_absences_in_a_row(line: str, reasons: list[str] | None) -> None:
    known = course(line).look(after(line))
    assert ("check_in" in known.open) is (reasons is not None)
    assert reasons is None or what(known, "check_in") == reasons


def test_check_in_when_the_week_was_lost_until_the_next_one_closes() -> None:
    person = course("+++-")
    assert "check_in" not in person.look("03-08 23:59").open
    assert what(person.look("03-09 00:00"), "check_in") == ["weekly_attendance"]
    person.session("t1", "03-10 18:00")
    assert "check_in" in person.look("03-15 23:59").open
    assert person.look("03-16 00:00").recommended("check_in") == "resolved"


def test_check_in_at_once_where_make_ups_are_not_allowed() -> None:
    known = course("+++-", Person(make_up=MakeUpRules(allowed=False))).look(after("+++-"))
    assert what(known, "check_in") == ["weekly_attendance"]
    assert known.recommended("offer_make_up") is None


def test_check_in_for_lateness_and_little_participation() -> None:
    assert what(course("++", level="passive").look(after("++")), "check_in") == ["disengaged"]


def test_a_make_up_is_offered_while_it_can_help() -> None:
    person = course("+++-")
    assert "offer_make_up" in person.look(after("+++-")).open
    assert "offer_make_up" in person.look("03-19 17:59").open
    assert person.look("03-19 18:00").recommended("offer_make_up") == "resolved"


def test_no_make_up_is_offered_where_it_is_arranged_or_too_little() -> None:
    link = {"session": "s4", "make_up": "m1", "starts_at": when("03-12 18:00")}
    person = course("+++-").say(fact(MakeUpArranged, "03-05 20:30", **link))
    assert "offer_make_up" not in person.look("03-11 00:00").open
    # The make-up comes and is missed.
    person.session("m1", "03-12 18:00", "absent", make_up=True, findings=[])
    assert "offer_make_up" in person.look("03-12 21:00").open
    nothing_arranged = course("----").look(after("----"))
    assert "offer_make_up" in nothing_arranged.open


def test_technical_support() -> None:
    known = course("++", reconnects=4).look(after("++"))
    assert what(known, "technical_support") == ["technical_barrier"]
    assert named(known, "technical_support").role == "technical_support"


def test_care_plan_review_for_a_goal_missed_until_one_is_met() -> None:
    goal = fact(
        GoalsAgreed, "02-20 09:00", program=PROGRAM, begins=when("03-02 00:00"), practice_days=1
    )
    person = course("+").say(goal)
    assert what(person.look("03-09 00:00"), "care_plan_review") == ["goal_missed"]
    person.say(fact(Practice, "03-10 09:00", program=PROGRAM, practice="journal"))
    person.session("t1", "03-10 18:00")
    assert person.look("03-16 00:00").recommended("care_plan_review") == "resolved"


@pytest.mark.parametrize(("line", "open_"), [("--", False), ("---", True), ("---+", False)])
def test_attendance_review_after_three_in_a_row(line: str, open_: bool) -> None:
    assert ("attendance_review" in course(line).look(after(line)).open) is open_


@pytest.mark.parametrize(
    ("weeks", "open_"),
    [
        ("B", False),
        ("BB", True),
        ("BMMB", True),
        ("BMMMB", False),
        ("BMB", True),
        ("BBM", True),
        ("BBMM", True),
        ("BBMMM", False),
        # A week in which nothing was due is no week.
        ("BM0MB", True),
    ],
)
def test_attendance_review_after_two_weeks_below_of_four(weeks: str, open_: bool) -> None:
    person = Person()
    for number, week in enumerate(weeks):
        starts = utc(2026, 3, 2, 18) + timedelta(weeks=number)
        void = {"void_reason": "cancelled"} if week == "0" else {}
        standing = "partial" if week == "B" else "attended"
        person.session(f"w{number}", starts, standing, findings=[], **void)
    known = person.look(utc(2026, 3, 9) + timedelta(weeks=len(weeks) - 1))
    assert ("attendance_review" in known.open) is open_
    if open_:
        assert set(what(known, "attendance_review")) == {"weeks_below"}
        last = named(known, "attendance_review").reasons[-1]
        label = utc(2026, 3, 2) + timedelta(weeks=weeks.rindex("B"))
        assert last.id == week_id("a", PROGRAM, label.date())
        assert last.began_at == label + timedelta(weeks=1)


def test_not_scheduled_while_enrolled_and_nothing_is_planned() -> None:
    person = Person().say(enrolled())
    [found] = person.look("02-01 00:00").recommendations
    assert (found.kind, found.status, found.began_at) == (
        "not_scheduled",
        "opened",
        when("02-01 00:00"),
    )
    assert [each.id for each in found.reasons] == ["stay"]

    person.session("s1", "03-02 18:00", "expected")
    [found] = person.look("02-02 00:00").recommendations
    assert (found.status, found.reason) == (
        "retracted",
        "something is planned, or nothing is asked any more",
    )
    known = person.session("s1", "03-02 18:00").look("03-02 21:00")
    assert named(known, "not_scheduled").began_at == when("03-02 20:00")
    assert "not_scheduled" in known.open


@pytest.mark.parametrize(
    "said",
    [
        fact(
            Discharged, "02-10 00:00", program=PROGRAM, begins=when("02-10 00:00"), reason_code="r1"
        ),
        fact(LeaveOfAbsence, "02-10 00:00", begins=when("02-10 00:00")),
    ],
)
def test_nothing_needs_to_be_planned_for_who_is_away(said: Any) -> None:
    person = Person().say(enrolled())
    assert "not_scheduled" in person.look("02-01 00:00").open
    assert "not_scheduled" in person.say(said).look("02-09 23:59").open
    assert "not_scheduled" not in person.look("02-10 00:00").open


def test_nobody_is_missed_before_the_enrolment() -> None:
    person = Person().say(enrolled("03-02 00:00"))
    assert person.look("03-01 23:59").recommendations == []
    assert "not_scheduled" in person.look("03-02 00:00").open
