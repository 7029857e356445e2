"""Less participation than in the weeks before (measures.md 3.4, 3.5)."""

from collections.abc import Iterable, Sequence

import pytest

from schemas.care import Accommodation
from schemas.policy_care import TrendRules
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.person import PROGRAM, Person, days_later, fact

RULE = "participation_falling"
Scores = Sequence[float | None]


def weeks(scores: Iterable[Scores], person: Person | None = None) -> Person:
    """The participation of each session, week by week; sessions from Monday on."""
    person = person or Person()
    for week, own in enumerate(scores):
        for day, score in enumerate(own):
            starts = f"{days_later('03-02', 7 * week + day)} 18:00"
            person.session(f"w{week}d{day}", starts, participation=score)
    return person


BASE = [(60.0, 60.0)] * 2


@pytest.mark.parametrize(
    ("scores", "statuses"),
    [
        ([*BASE, (40.0, 40.0, 40.0)], ["opened"]),
        ([*BASE, (40.0, 40.0, 40.1)], []),
        ([*BASE, (40.0, 40.0)], []),
        ([*BASE, (40.0, None, 40.0)], []),
        ([(40.0, 40.0, 40.0)], []),
        # A week with one score says nothing about how it was before.
        ([(60.0,), (60.0,), (0.0, 0.0, 0.0)], []),
        ([(60.0, 60.0), (0.0, 0.0, 0.0)], ["opened"]),
        # The median of the weeks before, not of the last alone.
        ([(60.0, 60.0), (90.0, 90.0), (50.0, 50.0), (40.0, 40.0, 40.0)], ["opened"]),
        ([(60.0, 60.0), (90.0, 90.0), (50.0, 50.0), (40.1, 40.1, 40.1)], []),
        # The fifth week before is too long ago.
        ([(99.0, 99.0), *[(40.0,)] * 4, (10.0, 10.0, 10.0)], []),
        ([(99.0, 99.0), *[(40.0,)] * 3, (10.0, 10.0, 10.0)], ["opened"]),
        # Above again, or too little to tell.
        ([*BASE, (40.0,) * 3, (45.0,) * 3], ["resolved"]),
        ([*BASE, (40.0,) * 3, (0.0, 0.0)], ["opened"]),
        ([*BASE, (40.0,) * 3, (0.0,) * 3], ["opened"]),
    ],
)
def test_twenty_below_the_weeks_before(scores: list[Scores], statuses: list[str]) -> None:
    assert weeks(scores).look("05-01 00:00").statuses(RULE) == statuses


def test_it_is_seen_before_the_week_is_over_and_says_what_it_compares() -> None:
    person = weeks([*BASE, (30.0, 30.0, 33.0)])
    # One that still runs has a score, too; nothing is said of the future.
    starts = "03-19 18:00"
    person.session("now", starts, "present", phase="running", participation=90.0)
    [found] = person.look("03-19 18:30").of(RULE)
    assert (found.since, found.status) == (when("03-18 20:00"), "opened")
    assert (found.session, found.week) == (None, when("03-16 00:00").date())
    assert found.id == concern_id("a", PROGRAM, RULE, "2026-03-16")
    assert found.evidence == {
        "count": 1,
        "threshold": -20,
        "mean": 31.0,
        "baseline": 60.0,
        "trend": -29.0,
        "weeks": "2026-03-16",
    }
    assert (found.severity, found.policy) == ("info", "v1")


def test_the_mean_is_weighted_by_attended_time() -> None:
    person = weeks([*BASE, (30.0, 60.0)])
    for minutes, status in ((61, []), (60, ["opened"])):
        person.session("more", "03-18 18:00", participation=60.0, attended_ms=minutes * 60_000)
        person.session("w2d0", "03-16 18:00", participation=20.0)
        person.session("w2d1", "03-17 18:00", participation=60.0, attended_ms=60 * 60_000)
        assert person.look(f"03-19 00:{62 - minutes:02}").statuses(RULE) == status


def test_a_score_with_a_signal_that_is_not_asked_is_unknown() -> None:
    person = weeks([*BASE])
    for day in (16, 17, 18):
        person.session(f"s{day}", f"03-{day} 18:00", participation=10.0, scored=["chat"])
    assert person.look("03-19 00:00").statuses(RULE) == ["opened"]
    chat = fact(Accommodation, "03-19 09:00", exempt=("chat",), begins=when("03-18 00:00"))
    assert person.say(chat).look("03-19 09:00").statuses(RULE) == ["retracted"]


def test_a_void_session_has_no_score() -> None:
    person = weeks([*BASE, (10.0, 10.0)])
    person.session("void", "03-18 18:00", participation=10.0, void_reason="cancelled")
    assert person.look("03-19 00:00").statuses(RULE) == []


def test_the_policy_says_how_much() -> None:
    person = Person(trend=TrendRules(falling_by=10, min_scored=2))
    assert weeks([*BASE, (50.0, 50.0)], person).look("05-01 00:00").statuses(RULE) == ["opened"]
