"""A week's attendance in minutes, exact to the millisecond."""

from fractions import Fraction
from typing import Any

import pytest

from schemas.policy_care import MakeUpRules, WeekRules
from schemas.week import Week
from tests.care.person import Person
from tests.care.weeks import WEEK, counts, decided, linked, notified, overridden

HOUR_MS = 3_600_000
WHOLE_MS = 2 * HOUR_MS


def minutes(**fields: Any) -> Person:
    rules = WeekRules(by="minutes", minimum=Fraction(4, 5), goal=Fraction(9, 10))
    return Person(week=rules, **fields)


def seen(person: Person, now: str = "03-10 00:00") -> Week:
    return person.look(now).week(WEEK)


def two(attended_ms: int, **fields: Any) -> Person:
    """Two sessions of two hours; all of the first, and so much of the second."""
    return (
        minutes()
        .session("s1", "03-02 10:00")
        .session("s2", "03-03 10:00", "partial", attended_ms=attended_ms, **fields)
    )


@pytest.mark.parametrize(
    ("attended_ms", "standing"),
    [
        (4_320_000, "passed"),
        (4_319_999, "below"),
        (5_760_000, "met"),
        (5_759_999, "passed"),
    ],
)
def test_the_thresholds_to_the_millisecond(attended_ms: int, standing: str) -> None:
    week = seen(two(attended_ms))
    assert counts(week) == (2 * WHOLE_MS, WHOLE_MS + attended_ms, standing)
    assert week.by == "minutes"


def test_what_is_to_come_counts_with_its_planned_length() -> None:
    person = minutes().session("s1", "03-02 10:00", "partial")
    person.session("s2", "03-03 10:00", "expected", minutes=180)
    week = seen(person, "03-02 13:00")
    assert (week.due, week.earned, week.to_come) == (WHOLE_MS + 3 * HOUR_MS, HOUR_MS, 3 * HOUR_MS)
    assert (week.base, week.rate, week.standing) == (0.8, 0.2, "at_risk")


def test_over_it_counts_with_its_window() -> None:
    week = seen(two(HOUR_MS, window_ms=HOUR_MS))
    assert counts(week) == (3 * HOUR_MS, 3 * HOUR_MS, "met")


@pytest.mark.parametrize(
    ("made_up_ms", "earned"), [(WHOLE_MS, WHOLE_MS), (3 * HOUR_MS, WHOLE_MS), (HOUR_MS, HOUR_MS)]
)
def test_a_made_up_session_earns_the_make_ups_minutes_at_most_its_own(
    made_up_ms: int, earned: int
) -> None:
    person = two(1_000).say(linked("s2", "m1", "03-05 10:00"))
    week = seen(person.session("m1", "03-05 10:00", make_up=True, attended_ms=made_up_ms))
    assert (week.due, week.earned) == (2 * WHOLE_MS, WHOLE_MS + earned)


def test_a_switched_session_earns_the_minutes_of_the_other_group() -> None:
    person = two(0).session("g1", "03-03 14:00", rostered=False, guest=True, attended_ms=HOUR_MS)
    assert seen(person).earned == WHOLE_MS + HOUR_MS


def test_an_excused_session_leaves_due_with_every_minute_of_it() -> None:
    week = seen(two(HOUR_MS).say(notified("s2", "03-01 10:00")))
    assert counts(week) == (WHOLE_MS, WHOLE_MS, "met")


def test_of_a_pending_session_the_rest_is_pending() -> None:
    person = two(HOUR_MS).say(notified("s2", "03-03 09:00"))
    week = seen(person, "03-03 13:00")
    assert (week.due, week.earned, week.pending) == (2 * WHOLE_MS, WHOLE_MS + HOUR_MS, HOUR_MS)
    assert (week.rate, week.base) == (0.75, 1.0)
    week = seen(person.say(decided("s2", "03-03 13:30", False)), "03-03 14:00")
    assert (week.pending, week.base) == (0, 0.75)


@pytest.mark.parametrize(
    ("outcome", "due", "earned"),
    [
        ("credited", 2 * WHOLE_MS, 2 * WHOLE_MS),
        ("unexcused", 2 * WHOLE_MS, WHOLE_MS),
        ("excused", WHOLE_MS, WHOLE_MS),
    ],
)
def test_what_staff_set_is_all_or_nothing(outcome: str, due: int, earned: int) -> None:
    week = seen(two(HOUR_MS).say(overridden("s2", "03-04 10:00", outcome)))
    assert (week.due, week.earned) == (due, earned)


def test_an_arranged_make_up_can_give_back_what_was_missed() -> None:
    week = seen(two(HOUR_MS).say(linked("s2", "m1", "03-07 10:00")), "03-04 00:00")
    assert (week.arranged, week.base, week.best) == (HOUR_MS, 0.75, 1.0)
    assert week.standing == "needs_make_up"


def test_where_make_ups_are_not_allowed_lost_minutes_stay_lost() -> None:
    person = minutes(make_up=MakeUpRules(allowed=False)).session("s1", "03-02 10:00", "absent")
    person.session("s2", "03-03 10:00", "expected")
    assert seen(person, "03-02 13:00").standing == "unreachable"


def test_a_long_session_weighs_more() -> None:
    person = minutes().session("s1", "03-02 10:00", "absent", minutes=60)
    person.session("s2", "03-03 10:00", minutes=240)
    assert counts(seen(person)) == (5 * HOUR_MS, 4 * HOUR_MS, "passed")


def test_more_than_the_window_cannot_be_earned() -> None:
    assert seen(two(3 * HOUR_MS)).earned == 2 * WHOLE_MS
