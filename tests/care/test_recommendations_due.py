"""Until when, by whom and on what evidence a recommendation should be looked at (measures.md 4)."""

from datetime import date
from typing import Any, get_args

import pytest

from schemas.care import Enrolled
from schemas.policy_care import Advice, AdviceRules, CalendarRules, NewcomerRules
from schemas.recommendation import Recommendation, RecommendationKind
from streams.care.concern import LABELS as CONCERN_LABELS
from streams.care.recommendations import LABELS
from streams.care.violations import LABELS as SESSION_LABELS
from tests.builders import when
from tests.care.course import after, course
from tests.care.person import PROGRAM, Person, fact


def reach_out(day: str, *said: Any, **sections: Any) -> Recommendation:
    """The recommendation after a no-show at 18:00 of a day."""
    person = Person(**sections).say(*said).session("s1", f"{day} 18:00", "absent")
    known = person.look(f"{day} 21:00")
    [found] = [each for each in known.recommendations if each.kind == "reach_out"]
    return found


def enrolled(begins: str) -> Enrolled:
    fields = {"program": PROGRAM, "begins": when(begins)}
    said: Enrolled = fact(Enrolled, "02-01 00:00", **fields)
    return said


@pytest.mark.parametrize(
    ("day", "days", "due"),
    [
        # The 2nd of March 2026 is a Monday.
        ("03-02", 0, "03-03 00:00"),
        ("03-02", 1, "03-04 00:00"),
        ("03-02", 5, "03-10 00:00"),
        ("03-06", 1, "03-10 00:00"),
        ("03-06", 0, "03-07 00:00"),
        ("03-07", 1, "03-10 00:00"),
        ("03-07", 0, "03-10 00:00"),
        ("03-08", 2, "03-11 00:00"),
    ],
)
def test_the_end_of_so_many_working_days(day: str, days: int, due: str) -> None:
    advice = AdviceRules(reach_out=Advice(role="nurse", due_days=days))
    found = reach_out(day, advice=advice)
    assert (found.due_at, found.role) == (when(due), "nurse")
    assert found.evidence["due_working_days"] == days


def test_holidays_and_working_days_of_the_program() -> None:
    closed = CalendarRules(holidays=(date(2026, 3, 3), date(2026, 3, 4)))
    assert reach_out("03-02", calendar=closed).due_at == when("03-06 00:00")
    weekend = CalendarRules(working_days=("saturday",))
    assert reach_out("03-02", calendar=weekend).due_at == when("03-08 00:00")


def test_days_are_those_of_the_zone() -> None:
    # 18:00 UTC on Monday is Tuesday morning in Auckland: due at the end of Wednesday there.
    assert reach_out("03-02", zone="Pacific/Auckland").due_at == when("03-04 11:00")


@pytest.mark.parametrize(
    ("begins", "newcomer"), [("02-09 18:00:00.001", True), ("02-09 18:00", False)]
)
def test_newcomers_do_not_wait(begins: str, newcomer: bool) -> None:
    advice = AdviceRules(reach_out=Advice(role="nurse", due_days=3))
    found = reach_out("03-02", enrolled(begins), advice=advice)
    assert found.newcomer is newcomer
    assert found.due_at == when("03-04 00:00" if newcomer else "03-06 00:00")


def test_newcomers_never_wait_longer_than_others() -> None:
    found = reach_out("03-02", enrolled("03-01 00:00"), newcomer=NewcomerRules(due_days=9))
    assert (found.newcomer, found.due_at) == (True, when("03-04 00:00"))
    none = reach_out("03-02", enrolled("03-01 00:00"), newcomer=NewcomerRules(weeks=0))
    assert none.newcomer is False


def test_it_is_due_from_its_oldest_reason_on() -> None:
    known = course("----").look(after("----"))
    [found] = [each for each in known.recommendations if each.kind == "reach_out"]
    assert (found.began_at, len(found.reasons)) == (when("03-02 18:00"), 8)
    assert found.due_at == when("03-04 00:00")


def test_everything_that_goes_out_says_why_and_by_which_policy() -> None:
    person = Person().say(enrolled("02-01 00:00"))
    known = course("---+-h", person, reconnects=4, level="passive").look("03-09 00:00")
    assert len(known.violations) > 10
    assert len(known.recommendations) > 5
    for violation in known.violations:
        assert violation.policy == "v1"
        assert violation.evidence
        assert violation.label
        assert violation.episodes
        assert violation.incident
    for advice in known.recommendations:
        assert advice.policy == "v1"
        assert advice.evidence
        assert advice.role
        assert advice.reasons
        assert advice.due_at > advice.began_at == advice.reasons[0].began_at
    assert {week.policy for week in known.weeks} == {"v1"}


def test_words_ask_people_to_look_and_decide_nothing() -> None:
    assert LABELS.keys() == set(get_args(RecommendationKind))
    for kind, label in LABELS.items():
        assert ("review" in label) is kind.endswith("review")
    assert "for people to hold and decide" in LABELS["attendance_review"]
    assert "for people to hold and decide" in LABELS["treatment_review"]
    spoken = [
        *LABELS.values(),
        *CONCERN_LABELS.values(),
        *(b for a in SESSION_LABELS.values() for b in a),
    ]
    deciding = ("dismiss", "discharge", "suspend", "terminat", "expel", "exclu", "remov", "fail")
    assert [label for label in spoken if any(word in label for word in deciding)] == []
