"""Another group of the same kind, attended as a guest, in place of one's own."""

from datetime import date
from typing import Any

import pytest

from schemas.policy import Policy
from schemas.policy_care import SwitchRules, WeekRules
from tests.care.person import Person
from tests.care.weeks import WEEK, counts, linked, outcome, overridden

NOW = "03-25 00:00"
GUEST: dict[str, Any] = {"rostered": False, "guest": True}
MISSED = "03-04 10:00"
"""A Wednesday."""


def switched(within: str, guest_at: str, zone: str = "UTC", **fields: Any) -> str:
    """The outcome of the missed session of somebody who was a guest elsewhere."""
    person = Person(switch=SwitchRules(within=within), zone=zone)  # type: ignore[arg-type]
    person.session("s1", MISSED, "absent").session("g1", guest_at, **GUEST | fields)
    return outcome(person, now=NOW)


@pytest.mark.parametrize(
    ("guest_at", "day", "week"),
    [
        ("03-04 00:00", "switched", "switched"),
        ("03-04 23:59:59.999", "switched", "switched"),
        ("03-03 23:59:59.999", "unexcused", "switched"),
        ("03-05 00:00", "unexcused", "switched"),
        ("03-02 00:00", "unexcused", "switched"),
        ("03-01 23:59:59.999", "unexcused", "unexcused"),
        ("03-08 23:59:59.999", "unexcused", "switched"),
        ("03-09 00:00", "unexcused", "unexcused"),
    ],
)
def test_the_same_day_the_same_week_or_never(guest_at: str, day: str, week: str) -> None:
    assert switched("day", guest_at) == day
    assert switched("week", guest_at) == week
    assert switched("never", guest_at) == "unexcused"


@pytest.mark.parametrize(
    ("guest_at", "day"),
    [
        ("03-03 18:30", "switched"),
        ("03-03 18:29:59.999", "unexcused"),
        ("03-04 18:29:59.999", "switched"),
        ("03-04 18:30", "unexcused"),
    ],
)
def test_a_day_is_the_programs_own(guest_at: str, day: str) -> None:
    assert switched("day", guest_at, zone="Asia/Kolkata") == day


def test_a_week_begins_when_the_program_says_so() -> None:
    rules: dict[str, Any] = {
        "switch": SwitchRules(within="week"),
        "week": WeekRules(starts_on="wednesday"),
    }
    for guest_at, expected in (("03-03 10:00", "unexcused"), ("03-10 10:00", "switched")):
        person = Person(**rules).session("s1", MISSED, "absent").session("g1", guest_at, **GUEST)
        assert outcome(person, now=NOW, label="03-04") == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "individual"},
        {"program": "other"},
        {"standing": "partial"},
        {"void_reason": "cancelled"},
        {"withdrawn": True},
        {"needs_review": "no_host_seen"},
        {"make_up": True, "rostered": True, "guest": False},
        {"phase": "running", "standing": "present"},
    ],
)
def test_what_stands_in_for_nothing(fields: Any) -> None:
    assert switched("day", "03-04 14:00", **fields) == "unexcused"


@pytest.mark.parametrize("standing", ["partial", "absent"])
def test_what_was_missed_in_part_can_be_switched(standing: str) -> None:
    person = Person().session("s1", MISSED, standing).session("g1", "03-04 14:00", **GUEST)
    assert outcome(person, now=NOW) == "switched"


def test_staff_set_the_outcome_of_a_guest_session_too() -> None:
    for standing, set_to, expected in (
        ("partial", "credited", "switched"),
        ("attended", "unexcused", "unexcused"),
    ):
        person = Person().session("s1", MISSED, "absent")
        person.session("g1", "03-04 14:00", standing, **GUEST)
        person.say(overridden("g1", "03-05 10:00", set_to))
        assert outcome(person, now=NOW) == expected


def test_they_pair_in_order_of_start_and_each_once() -> None:
    person = Person(switch=SwitchRules(within="week"))
    person.session("s2", "03-04 10:00", "absent").session("s1", "03-03 10:00", "absent")
    person.session("s3", "03-05 10:00", "absent")
    person.session("g2", "03-06 10:00", **GUEST).session("g1", "03-02 10:00", **GUEST)
    week = person.look(NOW).week(WEEK)
    assert [(each.session, each.mended_by) for each in week.outcomes] == [
        ("s1", "g1"),
        ("s2", "g2"),
        ("s3", None),
    ]
    assert counts(week) == (3, 2, "below")


def test_a_guest_session_that_was_a_make_up_is_used() -> None:
    person = Person(switch=SwitchRules(within="week"))
    person.session("s1", "03-03 10:00", "absent").session("s2", "03-04 10:00", "absent")
    person.say(linked("s2", "g1", "03-05 10:00")).session("g1", "03-05 10:00", **GUEST)
    week = person.look(NOW).week(WEEK)
    assert [(each.outcome, each.mended_by) for each in week.outcomes] == [
        ("unexcused", None),
        ("made_up", "g1"),
    ]


def test_nothing_is_switched_while_one_may_still_come_to_the_own_session() -> None:
    person = Person().session("s1", MISSED, "expected").session("g1", "03-04 08:00", **GUEST)
    assert outcome(person, now="03-04 10:00") == "to_come"
    assert outcome(person.session("s1", MISSED), now="03-04 13:00") == "credited"
    assert outcome(person.session("s1", MISSED, "absent"), now="03-04 13:00") == "switched"


def test_the_version_at_the_missed_session_decides() -> None:
    never, day = (SwitchRules(within=within) for within in ("never", "day"))  # type: ignore[arg-type]
    person = Person(
        Policy(version="v1", effective_from=date(2020, 1, 1), switch=never),
        Policy(version="v2", effective_from=date(2026, 3, 9), switch=day),
    )
    for name, day_of in (("a", "03-04"), ("b", "03-09")):
        person.session(f"s{name}", f"{day_of} 10:00", "absent")
        person.session(f"g{name}", f"{day_of} 14:00", **GUEST)
    assert outcome(person, "sa", NOW) == "unexcused"
    assert outcome(person, "sb", NOW, "03-09") == "switched"
