"""How many absences a notice may excuse, and excuses that arrive after the absence was counted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from schemas.policy_session import NoticeRules
from tests.builders import when
from tests.care.person import Person, days_later
from tests.care.weeks import (
    CLOSED,
    WEEK,
    counts,
    decided,
    linked,
    notified,
    outcomes,
    overridden,
)

TWO = {"notice": NoticeRules(max_excused=2)}


def every_outcome(person: Person, now: str) -> dict[str, str]:
    return {
        name: outcome for week in person.look(now).weeks for name, outcome in outcomes(week).items()
    }


def announced(person: Person, name: str, starts: str, standing: str = "absent", **f: Any) -> Person:
    """A session whose absence was announced two days before it."""
    at = when(starts) - timedelta(days=2)
    person.say(notified(name, at.strftime("%m-%d %H:%M:%S.%f")))
    return person.session(name, starts, standing, **f)


def test_the_seventh_notice_in_twelve_weeks_is_for_staff_to_decide() -> None:
    person = Person()
    for number in range(7):
        announced(person, f"s{number}", f"{days_later('02-02', 7 * number)} 10:00")
    found = every_outcome(person, "03-16 13:00")
    assert [found[f"s{number}"] for number in range(6)] == ["excused"] * 6
    assert found["s6"] == "pending"
    # Unless they do, it lapses like any other.
    assert every_outcome(person, "03-19 23:59:59.999")["s6"] == "pending"
    assert every_outcome(person, "03-20 00:00")["s6"] == "unexcused"
    person.say(decided("s6", "03-20 10:00", True))
    assert every_outcome(person, "03-20 12:00")["s6"] == "excused"


@pytest.mark.parametrize(
    ("third", "expected"), [("05-05 09:59:59.999", "pending"), ("05-05 10:00", "excused")]
)
def test_after_twelve_weeks_a_notice_is_forgotten(third: str, expected: str) -> None:
    person = Person(**TWO)
    announced(person, "s1", "02-10 10:00")
    announced(person, "s2", "03-10 10:00")
    announced(person, "s3", third)
    assert every_outcome(person, "05-05 13:00") == {
        "s1": "excused",
        "s2": "excused",
        "s3": expected,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"standing": "attended"},
        {"standing": "void", "void_reason": "cancelled"},
        {"withdrawn": True},
        {"program": "other"},
        {"make_up": True},
        {"rostered": False, "guest": True},
    ],
)
def test_notices_that_excused_nothing_are_not_counted(fields: Any) -> None:
    person = Person(**TWO)
    announced(person, "s1", "03-02 10:00")
    announced(person, "sx", "03-03 10:00", **{"standing": "absent"} | fields)
    announced(person, "s2", "03-04 10:00")
    found = every_outcome(person, "03-05 13:00")
    assert (found["s1"], found["s2"]) == ("excused", "excused")
    announced(person, "s3", "03-05 10:00")
    assert every_outcome(person, "03-05 13:00")["s3"] == "pending"


@pytest.mark.parametrize(
    "said",
    [
        [decided("s1", "03-02 13:00", True)],
        [overridden("s1", "03-02 13:00", "excused")],
    ],
)
def test_what_staff_excused_is_not_counted(said: Sequence[Any]) -> None:
    person = Person(**TWO)
    for number in range(3):
        announced(person, f"s{number + 1}", f"03-0{number + 2} 10:00")
    assert every_outcome(person, "03-04 13:00")["s3"] == "pending"
    assert every_outcome(person.say(*said), "03-04 13:00") == dict.fromkeys(
        ("s1", "s2", "s3"), "excused"
    )


def test_an_absence_announced_ahead_takes_its_turn_in_order_of_start() -> None:
    person = Person(**TWO)
    announced(person, "s3", "03-06 10:00", "expected")
    announced(person, "s1", "03-04 10:00")
    assert every_outcome(person, "03-04 12:00") == {"s1": "excused", "s3": "excused"}
    announced(person, "s2", "03-05 10:00", "expected")
    assert every_outcome(person, "03-04 13:00") == {
        "s1": "excused",
        "s2": "excused",
        "s3": "to_come",
    }


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (decided("s1", "03-11 10:00", True), "absence_accepted"),
        (overridden("s1", "03-11 10:00", "excused"), "override_excused"),
        (notified("s1", "03-02 10:29", "illness"), "notice_illness"),
    ],
)
def test_an_excuse_that_arrives_after_the_absence_was_counted(said: Any, reason: str) -> None:
    person = Person().session("s1", "03-02 10:00", "absent").session("s2", "03-03 10:00", "absent")
    person.session("s3", "03-04 10:00")
    before = person.look("03-10 12:00")
    assert counts(before.week(WEEK)) == (3, 1, "below")
    assert before.statuses("no_show") == ["stood", "stood"]
    assert before.statuses("consecutive_unexcused") != []

    after = person.say(said).look("03-11 12:00")
    assert counts(after.week(WEEK)) == (2, 1, "below")
    assert [(each.status, each.reason) for each in after.of("no_show") if each.session == "s1"] == [
        ("retracted", reason)
    ]
    assert after.statuses("consecutive_unexcused") == ["retracted"]

    both = person.say(decided("s2", "03-11 13:00", True)).look("03-11 14:00")
    assert counts(both.week(WEEK)) == (1, 1, "met")
    assert both.statuses("weekly_attendance") == ["retracted"]


def test_a_decision_taken_back_counts_the_absence_again() -> None:
    person = Person().session("s1", "03-02 10:00", "absent")
    person.say(decided("s1", "03-03 10:00", True, entity="d"))
    assert counts(person.look(CLOSED).week(WEEK)) == (0, 0, "none")
    person.say(decided("s1", "03-03 10:00", True, entity="d", revision=1, withdrawn=True))
    assert counts(person.look(CLOSED).week(WEEK)) == (1, 0, "below")


def test_a_make_up_of_an_excused_session_counts_it_instead() -> None:
    person = announced(Person(), "s1", "03-02 10:00").session("s2", "03-03 10:00")
    assert counts(person.look("03-03 13:00").week(WEEK))[:2] == (1, 1)
    person.say(linked("s1", "m1", "03-05 10:00"))
    assert counts(person.look("03-04 13:00").week(WEEK))[:2] == (1, 1)
    person.session("m1", "03-05 10:00", make_up=True)
    assert counts(person.look("03-05 13:00").week(WEEK))[:2] == (2, 2)


@pytest.mark.parametrize(
    ("before", "after", "kept", "expected"),
    [
        (300_000, 0, False, "excused"),
        (299_999, 0, False, "unexcused"),
        (300_000, 1, False, "unexcused"),
        (0, 0, True, "excused"),
    ],
)
def test_what_the_host_did_is_not_counted(
    before: int, after: int, kept: bool, expected: str
) -> None:
    person = Person().session(
        "s1",
        "03-02 10:00",
        "absent",
        before_host_ms=before,
        after_host_ms=after,
        not_admitted=kept,
    )
    assert every_outcome(person, CLOSED) == {"s1": expected}


def test_what_the_host_did_may_still_change_while_the_session_runs() -> None:
    person = Person().session("s1", "03-02 10:00", "waiting", phase="running", not_admitted=True)
    assert every_outcome(person, "03-02 11:00") == {"s1": "to_come"}
