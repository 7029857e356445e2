"""What staff do with recommendations, and when they come back (measures.md 4)."""

from typing import Any

import pytest

from schemas.care import Acknowledged, CheckInDone, ReviewDone, Snoozed, Waived
from schemas.recommendation import Recommendation, RecommendationKind
from streams.care.concern import concern_id
from streams.care.grounds import week_id
from streams.care.recommendations import recommendation_id
from streams.care.violations import incident_id
from tests.builders import when
from tests.care.course import course
from tests.care.person import PROGRAM, Known, Person, fact


def name(kind: RecommendationKind) -> str:
    return recommendation_id("a", PROGRAM, kind)


CHECK_IN, REVIEW = name("check_in"), name("attendance_review")
RUN = concern_id("a", PROGRAM, "consecutive_unexcused", "s1")


def talked(at: str, *about: str, kind: type = CheckInDone, **fields: Any) -> Any:
    more = {"outcome_code": "r1"} if kind is ReviewDone else {}
    return fact(kind, at, about=about, **more, **fields)


def named(known: Known, kind: str) -> Recommendation:
    [found] = [each for each in known.recommendations if each.kind == kind]
    return found


def absent(*more: str) -> Person:
    """Two absences in a row, on Monday and Tuesday; then more days."""
    return course("--" + "".join(more))


@pytest.mark.parametrize("kind", [CheckInDone, ReviewDone])
@pytest.mark.parametrize("about", [CHECK_IN, RUN])
@pytest.mark.parametrize(
    ("at", "handled"), [("03-03 19:59:59.999", False), ("03-03 20:00", True), ("03-03 22:00", True)]
)
def test_a_talk_that_names_it_or_its_reason_since_it_began(
    kind: type, about: str, at: str, handled: bool
) -> None:
    person = absent().say(talked(at, "else", about, kind=kind))
    known = person.look("03-03 22:00")
    assert known.recommended("check_in") == ("resolved" if handled else "opened")
    # The violation itself is not undone by talking about it.
    assert known.statuses("consecutive_unexcused") == ["opened"]


def test_a_talk_about_something_else() -> None:
    person = absent().say(talked("03-03 22:00", "else"))
    assert "check_in" in person.look("03-03 22:00").open


def test_a_talk_taken_back() -> None:
    person = absent().say(talked("03-03 22:00", CHECK_IN, entity="t"))
    assert "check_in" not in person.look("03-03 22:00").open
    person.say(talked("03-03 22:00", CHECK_IN, entity="t", revision=1, withdrawn=True))
    assert "check_in" in person.look("03-03 22:01").open


def test_a_talk_about_a_session_is_about_who_did_not_come() -> None:
    for about in ("s1", incident_id("a", "s1")):
        person = course("-").say(talked("03-02 21:00", about))
        assert person.look("03-02 21:00").recommended("reach_out") == "resolved"
    other = course("--").say(talked("03-03 21:00", "s2"))
    reasons = named(other.look("03-03 21:00"), "reach_out").reasons
    assert {each.began_at.day for each in reasons} == {2}


def test_a_talk_about_a_week_is_about_what_was_lost_in_it() -> None:
    person = course("+++-").say(talked("03-09 09:00", week_id("a", PROGRAM, "2026-03-02")))
    assert person.look("03-09 09:00").recommended("check_in") == "resolved"


def test_a_reason_that_began_later_opens_it_again() -> None:
    person = absent().say(talked("03-03 22:00", CHECK_IN))
    assert "check_in" not in person.look("03-03 22:00").open
    person.session("s3", "03-04 18:00", "absent")
    again = named(person.look("03-04 21:00"), "check_in")
    assert (again.status, again.began_at) == ("opened", when("03-04 20:00"))
    assert again.due_at == when("03-07 00:00")


def test_a_reason_that_is_not_handled_keeps_it_open() -> None:
    person = course("--", level="passive").session("s3", "03-04 18:00", level="passive")
    person.session("s4", "03-05 18:00", level="passive").say(talked("03-05 21:00", RUN))
    known = person.look("03-05 21:00")
    assert [each.what for each in named(known, "check_in").reasons] == ["disengaged"]


def test_coming_in_time_does_not_open_it_again() -> None:
    person = course("++", reconnects=4).say(talked("03-03 21:00", name("technical_support")))
    assert person.look("03-03 21:00").recommended("technical_support") == "resolved"
    person.session("s3", "03-04 18:00")
    known = person.look("03-04 21:00")
    assert known.statuses("technical_barrier") == ["opened"]
    assert known.recommended("technical_support") == "resolved"


def test_snoozed_until_an_instant() -> None:
    snooze = {"target": CHECK_IN, "until": when("03-05 09:00"), "reason_code": "r1"}
    person = absent().say(fact(Snoozed, "03-03 22:00", **snooze, entity="z"))
    found = named(person.look("03-03 22:00"), "check_in")
    assert (found.status, found.snoozed_until) == ("opened", when("03-05 09:00"))
    assert named(person.look("03-05 08:59"), "check_in").snoozed_until is not None
    awake = named(person.look("03-05 09:00"), "check_in")
    assert (awake.status, awake.snoozed_until) == ("updated", None)


def test_the_latest_snooze_holds_and_can_be_taken_back() -> None:
    longer = {"target": CHECK_IN, "until": when("03-06 09:00"), "reason_code": "r1"}
    shorter = {"target": CHECK_IN, "until": when("03-04 09:00"), "reason_code": "r1"}
    person = absent().say(fact(Snoozed, "03-03 22:00", **longer, entity="z1"))
    person.say(fact(Snoozed, "03-03 22:30", **shorter, entity="z2"))
    known = person.look("03-03 23:00")
    assert named(known, "check_in").snoozed_until == when("03-04 09:00")
    person.say(fact(Snoozed, "03-03 22:30", **shorter, entity="z2", revision=1, withdrawn=True))
    known = person.look("03-03 23:30")
    assert named(known, "check_in").snoozed_until == when("03-06 09:00")


def test_acknowledged_since_it_began() -> None:
    person = absent().say(fact(Acknowledged, "03-03 19:59", target=CHECK_IN, entity="k1"))
    assert named(person.look("03-03 21:00"), "check_in").acknowledged_at is None
    person.say(fact(Acknowledged, "03-03 21:30", target=CHECK_IN, entity="k2"))
    found = named(person.look("03-03 21:30"), "check_in")
    assert (found.status, found.acknowledged_at) == ("updated", when("03-03 21:30"))

    # What opens again waits for somebody again.
    person.say(talked("03-03 22:00", CHECK_IN)).session("s3", "03-04 18:00", "absent")
    assert named(person.look("03-04 21:00"), "check_in").acknowledged_at is None
    person.say(fact(Acknowledged, "03-04 22:00", target=CHECK_IN, entity="k3"))
    found = named(person.look("03-04 22:00"), "check_in")
    assert found.acknowledged_at == when("03-04 22:00")


def test_waived_with_the_reasons_it_had() -> None:
    waiver = {"target": CHECK_IN, "reason_code": "r1", "entity": "w"}
    person = absent()
    assert "check_in" in person.look("03-03 21:00").open
    found = named(person.say(fact(Waived, "03-03 22:00", **waiver)).look("03-03 22:00"), "check_in")
    assert (found.status, found.reason) == ("retracted", "waived")
    person.session("s3", "03-04 18:00", "absent")
    again = named(person.look("03-04 21:00"), "check_in")
    assert (again.status, again.began_at) == ("opened", when("03-04 20:00"))


def test_a_waiver_taken_back() -> None:
    waiver = {"target": CHECK_IN, "reason_code": "r1", "entity": "w"}
    person = absent().say(fact(Waived, "03-03 22:00", **waiver))
    assert person.look("03-03 22:00").recommended("check_in") is None
    person.say(fact(Waived, "03-03 22:00", **waiver, revision=1, withdrawn=True))
    assert "check_in" in person.look("03-03 23:00").open


def test_a_waived_violation_is_no_reason() -> None:
    person = absent().say(fact(Waived, "03-03 22:00", target=RUN, reason_code="r1"))
    known = person.look("03-03 22:00")
    assert known.recommended("check_in") is None


@pytest.mark.parametrize(
    ("talk", "open_"),
    [
        # Between the warning and what came after it somebody had talked with the person.
        (talked("03-03 21:00", CHECK_IN), True),
        (talked("03-03 20:00", CHECK_IN), True),
        (talked("03-04 19:59", RUN), True),
        # Before there was a reason, after it had got worse, or about something else.
        (talked("03-03 19:59", CHECK_IN), False),
        (talked("03-04 20:00", CHECK_IN), False),
        (talked("03-03 21:00", "else"), False),
    ],
)
def test_treatment_review_where_a_check_in_changed_nothing(talk: Any, open_: bool) -> None:
    person = course("---").say(talk)
    known = person.look("03-04 22:00")
    assert "attendance_review" in known.open
    assert ("treatment_review" in known.open) is open_


def test_a_treatment_review_ends_with_the_review_it_comes_from() -> None:
    person = course("---").say(talked("03-03 21:00", CHECK_IN))
    found = named(person.look("03-04 22:00"), "treatment_review")
    assert [(each.id, each.what) for each in found.reasons] == [(REVIEW, "attendance_review")]
    person.say(talked("03-05 09:00", REVIEW, kind=ReviewDone))
    known = person.look("03-05 09:00")
    assert known.recommended("attendance_review") == "resolved"
    assert known.recommended("treatment_review") == "resolved"


def test_a_treatment_review_ends_when_the_person_comes() -> None:
    person = course("---").say(talked("03-03 21:00", CHECK_IN))
    assert "treatment_review" in person.look("03-04 22:00").open
    known = person.session("s4", "03-05 18:00").look("03-05 21:00")
    assert known.recommended("treatment_review") == "resolved"
    assert known.recommended("attendance_review") == "resolved"


def test_treatment_review_after_one_more_week_below() -> None:
    person = Person()
    for number, day in enumerate(("03-03", "03-10", "03-17")):
        person.session(f"w{number}", f"{day} 18:00", "partial", findings=[])
    person.say(talked("03-17 09:00", REVIEW, kind=ReviewDone))
    known = person.look("03-22 23:59")
    assert known.recommended("attendance_review") == "resolved"
    assert known.recommended("treatment_review") is None
    known = person.look("03-23 00:00")
    assert {"attendance_review", "treatment_review"} <= known.open
