"""Practice in distinct days, and personal goals from their date on."""

from typing import Any

import pytest

from schemas.care import GoalsAgreed, Practice
from schemas.policy_care import WeekRules
from schemas.week import Week
from tests.builders import when
from tests.care.person import PROGRAM, Person, fact
from tests.care.weeks import WEEK


def practised(at: str, practice: str = "homework", **fields: Any) -> Any:
    return fact(Practice, at, **{"program": PROGRAM, "practice": practice} | fields)


def agreed(begins: str, at: str = "01-02 00:00", **fields: Any) -> Any:
    return fact(GoalsAgreed, at, **{"program": PROGRAM, "begins": when(begins)} | fields)


def seen(*said: Any, label: str = WEEK, **sections: Any) -> Week:
    person = Person(**sections).session("s1", "03-04 10:00").say(*said)
    return person.look("03-10 12:00").week(label)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ([], 0),
        ([practised("03-02 00:00")], 1),
        # Much in one day is one day.
        ([practised("03-02 08:00"), practised("03-02 20:00", "journal")], 1),
        ([practised("03-02 23:59:59.999"), practised("03-03 00:00")], 2),
        # The week's own days only.
        ([practised("03-01 23:59:59.999"), practised("03-08 23:59:59.999")], 1),
        ([practised("03-09 00:00")], 0),
        ([practised(f"03-0{day} 10:00") for day in range(2, 9)], 7),
        ([practised("03-02 10:00", withdrawn=True)], 0),
        ([practised("03-02 10:00", program="other")], 0),
    ],
)
def test_practice_counts_in_distinct_days(said: list[Any], days: int) -> None:
    assert seen(*said).practice_days == days


def test_days_are_the_programs_own() -> None:
    said = [practised("03-02 10:00"), practised("03-02 18:30"), practised("03-01 18:30")]
    # In Kolkata 18:30 UTC is the next midnight.
    assert seen(*said, zone="Asia/Kolkata").practice_days == 2
    assert seen(*said).practice_days == 1
    sunday = {"week": WeekRules(starts_on="sunday")}
    assert seen(practised("03-01 10:00"), label="03-01", **sunday).practice_days == 1


@pytest.mark.parametrize(
    ("said", "goal"),
    [
        ([], None),
        ([agreed("03-02 00:00", practice_days=3)], 3),
        ([agreed("03-02 23:59:59.999", practice_days=3)], 3),
        # Agreed in the middle of a week, it holds from the next one on.
        ([agreed("03-03 00:00", practice_days=3)], None),
        # The latest one that holds, whenever it was said.
        ([agreed("02-02 00:00", practice_days=3), agreed("03-02 00:00", practice_days=5)], 5),
        ([agreed("02-09 00:00", practice_days=3), agreed("02-02 00:00", practice_days=5)], 3),
        ([agreed("02-02 00:00", practice_days=3), agreed("03-09 00:00", practice_days=5)], 3),
        ([agreed("02-02 00:00", practice_days=3, program="other")], None),
        ([agreed("02-02 00:00", practice_days=3, withdrawn=True)], None),
        # Of two from one day the one that was agreed last.
        (
            [
                agreed("03-02 00:00", at="02-20 00:00", practice_days=3),
                agreed("03-02 00:00", at="02-21 00:00", practice_days=5),
            ],
            5,
        ),
        (
            [
                agreed("03-02 00:00", at="02-21 00:00", practice_days=5),
                agreed("03-02 00:00", at="02-20 00:00", practice_days=3),
            ],
            5,
        ),
    ],
)
def test_goals_hold_from_their_date(said: list[Any], goal: int | None) -> None:
    assert seen(*said).practice_goal == goal


def test_a_goal_for_participation() -> None:
    week = seen(agreed("03-02 00:00", participation=40))
    assert (week.practice_goal, week.participation_goal) == (None, 40)


@pytest.mark.parametrize(("days", "statuses"), [(2, ["stood"]), (3, [])])
def test_a_week_closed_under_a_practice_goal(days: int, statuses: list[str]) -> None:
    person = Person().session("s1", "03-04 10:00").say(agreed("03-02 00:00", practice_days=3))
    person.say(*(practised(f"03-0{2 + day} 10:00") for day in range(days)))
    assert person.look("03-08 23:59").of("goal_missed") == []
    assert len(person.look("03-09 00:00").of("goal_missed")) == len(statuses)


@pytest.mark.parametrize(("score", "missed"), [(40.0, 0), (39.9, 1), (None, 0)])
def test_a_week_closed_under_a_participation_goal(score: float | None, missed: int) -> None:
    person = Person().say(agreed("03-02 00:00", participation=40))
    person.session("s1", "03-04 10:00", participation=score)
    assert len(person.look("03-09 00:00").of("goal_missed")) == missed
