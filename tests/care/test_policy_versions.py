"""Versions of a policy by date: a week is judged by the one in force when it begins."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from schemas.policy import Policy
from schemas.policy_care import WeekRules
from tests.care.person import Person, days_later
from tests.care.weeks import counts, labels, outcomes

V1: dict[str, Any] = {"version": "v1", "effective_from": date(2020, 1, 1)}


def versions(effective: str, zone: str = "UTC", **new: Any) -> tuple[Policy, Policy]:
    """Four of five sessions, and from a day of 2026 on all of them."""
    at = date.fromisoformat(f"2026-{effective}")
    lax, strict = (WeekRules(minimum=Fraction(each), goal=Fraction(1)) for each in ("0.8", "1"))
    new = {"zone": zone, "week": strict} | new
    return (
        Policy(**V1, zone=zone, week=lax),
        Policy(version="v2", effective_from=at, **new),
    )


def five_a_week(person: Person, *mondays: str) -> Person:
    """Monday to Friday, absent on Friday."""
    for monday in mondays:
        for number in range(5):
            standing = "absent" if number == 4 else "attended"
            person.session(f"{monday}-{number}", f"{days_later(monday, number)} 10:00", standing)
    return person


@pytest.mark.parametrize(
    ("effective", "standings"),
    [
        ("03-02", {"02-23": "passed", "03-02": "below", "03-09": "below"}),
        # In the middle of a week: the week goes on as it began.
        ("03-03", {"02-23": "passed", "03-02": "passed", "03-09": "below"}),
        ("03-09", {"02-23": "passed", "03-02": "passed", "03-09": "below"}),
    ],
)
def test_a_new_version_judges_only_weeks_that_begin_under_it(
    effective: str, standings: dict[str, str]
) -> None:
    known = five_a_week(Person(*versions(effective)), *standings).look("03-20 00:00")
    assert {label: known.week(label).standing for label in standings} == standings
    assert {label: known.week(label).policy for label in standings} == {
        label: "v1" if standing == "passed" else "v2" for label, standing in standings.items()
    }


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
def test_a_version_begins_at_local_midnight(zone: str) -> None:
    person = five_a_week(Person(*versions("03-09", zone)), "03-02", "03-09")
    known = person.look("03-20 00:00")
    assert [known.week(label).policy for label in ("03-02", "03-09")] == ["v1", "v2"]


def test_another_programs_versions_change_nothing() -> None:
    old, new = versions("03-02")
    other = Policy(
        version="x", effective_from=date(2026, 1, 1), program="other", week=new.week, zone="UTC"
    )
    assert five_a_week(Person(old, other), "03-02").look("03-20 00:00").week("03-02").policy == "v1"


def test_weeks_that_begin_on_another_day_from_a_date_on_count_each_session_once() -> None:
    new = WeekRules(starts_on="wednesday")
    person = Person(*versions("03-04", week=new))
    for number in range(10):
        person.session(f"s{number}", f"{days_later('03-02', number)} 10:00")
    known = person.look("03-20 00:00")
    assert labels(known) == ["03-02", "03-04", "03-11"]
    assert [list(outcomes(known.week(label))) for label in labels(known)] == [
        ["s0", "s1"],
        [f"s{number}" for number in range(2, 9)],
        ["s9"],
    ]
    assert [counts(known.week(label))[0] for label in labels(known)] == [2, 7, 1]
    assert sum(len(known.week(label).days) for label in labels(known)) == 10


@pytest.mark.parametrize(
    ("old_zone", "new_zone"),
    [("America/New_York", "America/Los_Angeles"), ("America/Los_Angeles", "America/New_York")],
)
def test_a_program_that_moves_to_another_zone_counts_each_session_once(
    old_zone: str, new_zone: str
) -> None:
    old, _ = versions("03-16", old_zone)
    _, new = versions("03-16", new_zone)
    person = Person(old, new)
    # Each hour from Sunday morning to Monday night, around both midnights.
    for hour in range(36):
        day, clock = ("03-15", 12 + hour) if hour < 12 else ("03-16", hour - 12)
        person.session(f"s{hour:02}", f"{day} {clock:02}:00", minutes=30)
    known = person.look("03-30 00:00")
    assert sum(each.due for each in known.weeks) == 36
    counted = [name for week in known.weeks for name in outcomes(week)]
    assert sorted(counted) == [f"s{hour:02}" for hour in range(36)]
