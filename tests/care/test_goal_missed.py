"""A week closed under a personal goal (measures.md 3.4, 3.5)."""

import pytest

from schemas.care import GoalsAgreed, Practice
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.person import PROGRAM, Person, days_later, fact

RULE = "goal_missed"
CLOSED = "03-09 00:00"


def agreed(begins: str = "03-02 00:00", **goals: int) -> GoalsAgreed:
    fields = {"program": PROGRAM, "begins": when(begins), **goals}
    said: GoalsAgreed = fact(GoalsAgreed, "02-20 09:00", **fields)
    return said


def practised(*at: str, program: str = PROGRAM) -> list[Practice]:
    return [
        fact(Practice, day, program=program, practice="journal", entity=f"{day} {number}")
        for number, day in enumerate(at)
    ]


def person(*said: object, weeks: int = 1, **fields: object) -> Person:
    found = Person().say(*said)  # type: ignore[arg-type]
    for week in range(weeks):
        starts = f"{days_later('03-03', 7 * week)} 18:00"
        found.session(f"s{week}", starts, **fields)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("practice", "statuses"),
    [
        ([], ["opened"]),
        (["03-02 00:00"], ["opened"]),
        (["03-02 00:00", "03-02 23:00"], ["opened"]),
        (["03-02 00:00", "03-08 23:59"], []),
        (["03-01 23:59", "03-08 23:59"], ["opened"]),
        (["03-02 00:00", "03-09 00:00"], ["opened"]),
    ],
)
def test_distinct_days_of_practice(practice: list[str], statuses: list[str]) -> None:
    found = person(agreed(practice_days=2), *practised(*practice))
    assert found.look("03-09 12:00").statuses(RULE) == statuses


def test_practice_in_another_program_is_none_here() -> None:
    found = person(agreed(practice_days=1), *practised("03-03 09:00", program="day"))
    assert found.look(CLOSED).statuses(RULE) == ["opened"]


@pytest.mark.parametrize(("score", "statuses"), [(50.0, []), (49.9, ["opened"]), (None, [])])
def test_participation(score: float | None, statuses: list[str]) -> None:
    found = person(agreed(participation=50), participation=score)
    assert found.look(CLOSED).statuses(RULE) == statuses


@pytest.mark.parametrize(
    ("begins", "statuses"),
    [("03-02 23:00", ["opened"]), ("03-03 00:00", []), ("02-01 00:00", ["opened"])],
)
def test_goals_hold_for_weeks_that_begin_on_or_after_their_day(
    begins: str, statuses: list[str]
) -> None:
    assert person(agreed(begins, practice_days=1)).look(CLOSED).statuses(RULE) == statuses


def test_only_a_closed_week_can_miss_its_goal() -> None:
    found = person(agreed(practice_days=1))
    assert found.look("03-08 23:59").statuses(RULE) == []
    [missed] = found.look(CLOSED).of(RULE)
    assert (missed.status, missed.since) == ("opened", when(CLOSED))
    assert (missed.week, missed.session) == (when("03-02 00:00").date(), None)
    assert missed.id == concern_id("a", PROGRAM, RULE, "2026-03-02")
    assert missed.evidence["practice_goal"] == 1
    assert (missed.evidence["practice_days"], missed.evidence["weeks"]) == (0, "2026-03-02")
    assert (missed.severity, missed.policy) == ("info", "v1")


def test_the_next_week_met_ends_it_and_one_that_says_nothing_does_not() -> None:
    goal = agreed(practice_days=1)
    assert person(goal, weeks=2).look("03-16 00:00").statuses(RULE) == ["opened"]
    met = person(goal, *practised("03-10 09:00"), weeks=2).look("03-16 00:00")
    assert met.statuses(RULE) == ["resolved"]
    assert met.of(RULE)[0].until == when("03-16 00:00")
    # Nothing was asked in the second week, and the third was missed again.
    found = person(goal).session("s2", "03-17 18:00")
    found.session("void", "03-10 18:00", "absent", void_reason="cancelled")
    [missed] = found.look("03-23 00:00").of(RULE)
    assert (missed.evidence["count"], missed.status) == (2, "opened")


def test_practice_that_is_told_later_takes_it_back() -> None:
    found = person(agreed(practice_days=1))
    assert found.look(CLOSED).statuses(RULE) == ["opened"]
    late = practised("03-08 20:00")[0]
    assert found.say(late).look("03-09 12:00").statuses(RULE) == ["retracted"]
