"""Minutes of service in a day and in a week (measures.md 3.3, 3.5)."""

from typing import Any

import pytest

from schemas.care import AbsenceNotified, Enrolled
from schemas.policy_care import DoseRules
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.person import PROGRAM, Known, Person, fact

DAY, WEEK = "dose_day_short", "dose_week_short"
ON = DoseRules(alert=True)
DAYS = ("03-02", "03-03", "03-04", "03-05")


def week(*seen: int | None, person: Person | None = None, now: str = "03-10 12:00") -> Known:
    """Sessions of 180 minutes from Monday on, so many of them seen; None is still to come."""
    person = person or Person(dose=ON)
    for number, minutes in enumerate(seen):
        name, starts = f"s{number}", f"{DAYS[number]} 18:00"
        if minutes is None:
            person.session(name, starts, "expected", 180)
        else:
            person.session(name, starts, "attended", 180, seen=minutes)
    return person.look(now)


@pytest.mark.parametrize(("seen", "statuses"), [(171, []), (170, ["stood"]), (1, ["stood"])])
def test_a_day_five_percent_short(seen: int, statuses: list[str]) -> None:
    assert week(seen, 180, 180, 180).statuses(DAY) == statuses


def test_to_the_millisecond() -> None:
    person = Person(dose=DoseRules(alert=True, day_minutes=1, week_minutes=1, qualifying_days=0))
    # 57 of 60 seconds are enough; a session seen for 0 minutes is not.
    assert week(1, person=person).statuses(DAY) == []
    assert week(0, person=Person(dose=person.policies.at(None, 0).dose)).statuses(DAY) == ["stood"]


def test_what_a_short_day_says() -> None:
    known = week(100, None, None, None, now="03-02 22:00")
    [found] = known.of(DAY)
    assert (found.status, found.since) == ("stood", when("03-02 21:00"))
    assert found.id == concern_id("a", PROGRAM, DAY, "2026-03-02")
    assert (found.session, found.week) == (None, when("03-02 00:00").date())
    assert found.evidence == {
        "day": "2026-03-02",
        "observed_ms": 100 * 60_000,
        "asked_ms": 180 * 60_000,
    }
    assert (found.severity, found.policy) == ("info", "v1")


def test_off_unless_switched_on() -> None:
    known = week(0, 0, 0, 0, person=Person())
    assert known.of(DAY) == known.of(WEEK) == []


def test_never_where_less_was_offered_than_asked() -> None:
    person = Person(dose=DoseRules(alert=True, day_minutes=181, week_minutes=721))
    known = week(0, 0, 0, 0, person=person)
    assert known.of(DAY) == known.of(WEEK) == []
    person = Person(dose=DoseRules(alert=True, day_minutes=180, week_minutes=720))
    known = week(0, 0, 0, 0, person=person)
    assert known.statuses(DAY) == ["stood"] * 4
    assert known.statuses(WEEK) == ["stood"]


def test_an_excused_session_is_not_offered() -> None:
    person = Person(dose=ON)
    for name in ("s0", "s1"):
        person.say(fact(AbsenceNotified, "02-20 09:00", session=name))
        person.session(name, f"{DAYS[int(name[1])]} 18:00", "absent", 180)
    for name in ("s2", "s3"):
        person.session(name, f"{DAYS[int(name[1])]} 18:00", "attended", 180, seen=180)
    known = person.look("03-10 12:00")
    assert known.of(DAY) == known.of(WEEK) == []


@pytest.mark.parametrize(
    ("seen", "statuses"),
    [
        # 540 asked, 513 are enough; three days of at least 171 are asked, too.
        ((171, 171, 171), []),
        ((171, 171, 170), ["stood"]),
        ((180, 180, 0, 180), []),
        ((180, 180, 0, 0), ["stood"]),
        ((171, 171, 0, 171), []),
        ((180, 180, 90, 90), ["stood"]),
    ],
)
def test_a_week_short(seen: tuple[int, ...], statuses: list[str]) -> None:
    assert week(*seen).statuses(WEEK) == statuses


def test_it_opens_when_the_week_cannot_reach_it_any_more() -> None:
    person = Person(dose=ON)
    assert week(0, None, None, None, person=person, now="03-02 22:00").statuses(WEEK) == []
    [found] = week(0, 100, None, None, person=person, now="03-03 22:00").of(WEEK)
    assert (found.status, found.since) == ("opened", when("03-03 21:00"))
    assert found.id == concern_id("a", PROGRAM, WEEK, "2026-03-02")
    figures = {key: found.evidence[key] for key in ("observed_ms", "to_come_ms", "asked_ms")}
    assert figures == {
        "observed_ms": 100 * 60_000,
        "to_come_ms": 360 * 60_000,
        "asked_ms": 540 * 60_000,
    }
    [later] = week(0, 100, 180, 180, person=person).of(WEEK)
    assert (later.status, later.since, later.until) == ("stood", found.since, None)


def test_the_minutes_agreed_for_the_person() -> None:
    fields: dict[str, Any] = {"program": PROGRAM, "begins": when("02-01 00:00")}
    agreed = fact(Enrolled, "02-01 00:00", weekly_minutes=300, **fields)
    person = Person(dose=DoseRules(alert=True, qualifying_days=0)).say(agreed)
    assert week(100, 100, 85, 0, person=person).statuses(WEEK) == []
    [corrected] = week(100, 100, 84, 0, person=person, now="03-11 12:00").of(WEEK)
    assert (corrected.status, corrected.evidence["asked_ms"]) == ("stood", 300 * 60_000)


def test_a_correction_takes_it_back() -> None:
    person = Person(dose=ON)
    assert week(100, 180, 180, 180, person=person).statuses(DAY) == ["stood"]
    assert week(171, 180, 180, 180, person=person, now="03-11 12:00").statuses(DAY) == ["retracted"]
