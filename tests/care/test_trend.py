"""Participation of a week, and how far it is from the weeks before."""

from collections.abc import Sequence
from typing import Any

import pytest

from schemas.care import Accommodation
from schemas.policy_care import TrendRules
from schemas.week import Week
from tests.builders import when
from tests.care.person import Person, days_later, fact
from tests.care.weeks import overridden

HOUR_MS = 3_600_000
Scores = Sequence[float | tuple[float, int]]
"""Participation of a week's sessions, with attended minutes where not 60."""


def held(person: Person, label: str, scores: Scores, **fields: Any) -> Person:
    for number, each in enumerate(scores):
        score, minutes = each if isinstance(each, tuple) else (each, 60)
        person.session(
            f"{label}-{number}",
            f"{days_later(label, number)} 10:00",
            minutes=minutes,
            participation=score,
            **fields,
        )
    return person


def weeks(*scores: Scores, **sections: Any) -> Week:
    """The last of weeks with these scores, the first of which begins on 2 February."""
    person = Person(**sections)
    for number, each in enumerate(scores):
        held(person, days_later("02-02", 7 * number), each)
    last = days_later("02-02", 7 * (len(scores) - 1))
    return person.look(f"{days_later(last, 8)} 00:00").week(last)


@pytest.mark.parametrize(
    ("scores", "mean"),
    [
        ([50.0], 50.0),
        ([40.0, 80.0], 60.0),
        ([(40.0, 60), (80.0, 120)], 66.7),
        ([(40.0, 120), (80.0, 60)], 53.3),
        ([33.3, 33.4], 33.4),
        ([], None),
        ([0.0, 0.0], 0.0),
    ],
)
def test_the_mean_is_weighted_by_attended_time(scores: Scores, mean: float | None) -> None:
    person = Person().session("unscored", "02-04 18:00")
    week = held(person, "02-02", scores).look("02-10 00:00").week("02-02")
    assert (week.participation, week.scored_sessions) == (mean, len(scores))


@pytest.mark.parametrize(
    "fields",
    [
        {"void_reason": "cancelled", "standing": "void"},
        {"withdrawn": True},
        {"phase": "running", "standing": "present"},
        {"participation": None},
    ],
)
def test_what_is_not_scored(fields: Any) -> None:
    person = held(Person(), "02-02", [50.0])
    person.session("x", "02-04 10:00", **{"participation": 90.0} | fields)
    week = person.look("02-08 00:00").week("02-02")
    assert (week.participation, week.scored_sessions) == (50.0, 1)


def test_make_ups_and_other_groups_are_scored() -> None:
    person = held(Person(), "02-02", [50.0])
    person.session("m1", "02-04 10:00", participation=80.0, make_up=True, minutes=60)
    person.session("g1", "02-05 10:00", participation=80.0, rostered=False, minutes=60)
    week = person.look("02-10 00:00").week("02-02")
    assert (week.participation, week.scored_sessions) == (70.0, 3)


@pytest.mark.parametrize(
    ("exempt", "until", "mean"),
    [
        (("chat",), None, 60.0),
        (("camera",), None, 50.0),
        # An accommodation is in force or not when the session starts.
        (("chat",), "02-03 10:00", 50.0),
        (("chat",), "02-03 10:00:00.001", 60.0),
    ],
)
def test_a_score_over_exempt_signals_is_taken_as_unknown(
    exempt: tuple[str, ...], until: str | None, mean: float
) -> None:
    person = held(Person(), "02-02", [60.0])
    person.session("x", "02-03 10:00", participation=40.0, scored=("chat",), minutes=60)
    ends = None if until is None else when(until)
    person.say(
        fact(Accommodation, "02-01 00:00", exempt=exempt, begins=when("01-01 00:00"), until=ends)
    )
    assert person.look("02-10 00:00").week("02-02").participation == mean


@pytest.mark.parametrize(
    ("before", "baseline"),
    [
        # Nothing to compare with.
        ([], None),
        ([[80.0]], None),
        # The median, not the mean.
        ([[80.0, 80.0]], 80.0),
        ([[20.0] * 2, [80.0] * 2], 50.0),
        ([[20.0] * 2, [80.0] * 2, [90.0] * 2], 80.0),
        ([[10.0] * 2, [20.0] * 2, [80.0] * 2, [90.0] * 2], 50.0),
        # Four weeks back, no further.
        ([[0.0] * 2, [80.0] * 2, [80.0] * 2, [80.0] * 2, [80.0] * 2], 80.0),
        ([[0.0] * 2, [], [], [], []], None),
        ([[10.0] * 2, [], [], []], 10.0),
        # Two scored sessions make a week, one does not.
        ([[20.0] * 2, [90.0]], 20.0),
        ([[20.0] * 2, [90.0, 90.0]], 55.0),
    ],
)
def test_the_baseline_is_the_median_of_the_four_weeks_before(
    before: list[Scores], baseline: float | None
) -> None:
    week = weeks(*before, [60.0])
    trend = None if baseline is None else 60.0 - baseline
    assert (week.baseline, week.trend) == (baseline, trend)


def test_a_week_without_a_mean_has_no_trend() -> None:
    person = held(Person(), "02-02", [50.0, 50.0]).session("x", "02-09 10:00")
    week = person.look("02-17 00:00").week("02-09")
    assert (week.baseline, week.participation, week.trend) == (50.0, None, None)


def test_a_program_says_how_far_back_and_how_many() -> None:
    rules = TrendRules(baseline_weeks=2, baseline_scored=3)
    before = [[0.0] * 3, [50.0] * 3, [90.0] * 2]
    assert weeks(*before, [60.0], trend=rules).baseline == 50.0


@pytest.mark.parametrize(
    ("now", "scored", "statuses"),
    [
        (60.0, 3, ["stood"]),
        (60.1, 3, []),
        (60.0, 2, []),
        (59.9, 3, ["stood"]),
    ],
)
def test_participation_falls_by_twenty_points(now: float, scored: int, statuses: list[str]) -> None:
    person = held(held(Person(), "02-02", [80.0, 80.0]), "02-09", [now] * scored)
    known = person.look("02-17 00:00")
    assert known.week("02-09").trend == round(now - 80.0, 1)
    assert len(known.statuses("participation_falling")) == len(statuses)


def test_attended_time_is_the_time_of_every_session_that_counts() -> None:
    person = held(Person(), "02-02", [50.0, 60.0])
    person.session("m1", "02-05 10:00", make_up=True, minutes=60)
    person.session("v", "02-06 10:00", "void", void_reason="cancelled", attended_ms=HOUR_MS)
    person.say(overridden("02-02-0", "02-06 10:00", "excused"))
    assert person.look("02-10 00:00").week("02-02").attended_ms == 3 * HOUR_MS
