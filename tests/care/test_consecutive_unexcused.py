"""Unexcused absences in a row (measures.md 3.5)."""

from datetime import date, timedelta

import pytest

from schemas.care import Override, Waived
from schemas.policy import Policy
from schemas.policy_care import StreakRules
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.builders import finding
from tests.care.course import after, course
from tests.care.person import PROGRAM, Known, Person, fact, utc

RULE = "consecutive_unexcused"


def seen(line: str, *said: object, **fields: object) -> Known:
    return course(line, **fields).say(*said).look(after(line))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "statuses"),
    [
        ("-", []),
        ("--", ["opened"]),
        ("-+-", []),
        ("--+", ["resolved"]),
        ("--g", ["resolved"]),
        ("--m", ["resolved"]),
        ("-m-", []),
        ("--h", ["opened"]),
        ("--+--", ["resolved", "opened"]),
        # Neither extends nor breaks.
        *((f"-{code}", []) for code in "epv?h"),
        *((f"-{code}-", ["opened"]) for code in "epv?h"),
        *((f"{code}{code}", []) for code in "epv?h"),
        ("hh", []),
        ("->", []),
    ],
)
def test_two_in_a_row(line: str, statuses: list[str]) -> None:
    assert seen(line).statuses(RULE) == statuses


def test_it_is_named_by_its_first_session_and_grows() -> None:
    person = course("-p-")
    [two] = person.look(after("-p-")).of(RULE)
    assert two.id == concern_id("a", PROGRAM, RULE, "s1")
    assert (two.session, two.severity, two.until) == ("s1", "warning", None)
    assert two.since == when("03-04 20:00")
    assert two.evidence["sessions"] == "s1 s3"
    assert (two.evidence["count"], two.evidence["flagged_for_review"]) == (2, "false")
    assert (two.evidence["warn"], two.evidence["review"], two.policy) == (2, 3, "v1")

    [three] = person.session("s4", "03-05 18:00", "absent").look("03-05 21:00").of(RULE)
    assert (three.id, three.since, three.status) == (two.id, two.since, "updated")
    assert (three.evidence["count"], three.evidence["flagged_for_review"]) == (3, "true")


def test_a_pending_matter_that_lapses_makes_the_run() -> None:
    person = course("-p")
    assert person.look("03-06 23:59").statuses(RULE) == []
    # Three working days after Tuesday.
    assert person.look("03-07 00:00").statuses(RULE) == ["opened"]


def test_an_excuse_that_comes_later_takes_it_back() -> None:
    excused = fact(Override, "03-04 09:00", session="s2", outcome="excused", reason_code="r1")
    person = course("--")
    assert person.look(after("--")).statuses(RULE) == ["opened"]
    assert person.say(excused).look("03-04 09:00").statuses(RULE) == ["retracted"]


def test_staff_decide_what_counts() -> None:
    unexcused = fact(Override, "03-04 09:00", session="s2", outcome="unexcused", reason_code="r1")
    credited = fact(Override, "03-04 09:00", session="s2", outcome="credited", reason_code="r1")
    assert seen("-h", unexcused).statuses(RULE) == ["opened"]
    assert seen("--", credited).statuses(RULE) == []


def test_waived_by_its_id() -> None:
    person = course("--")
    name = person.look(after("--")).of(RULE)[0].id
    waiver = fact(Waived, "03-04 09:00", target=name, reason_code="r1")
    [waived] = person.say(waiver).look("03-04 09:00").of(RULE)
    assert (waived.status, waived.reason) == ("retracted", "waived")


@pytest.mark.parametrize(("warn", "line", "count"), [(1, "-", 1), (3, "--", 0), (3, "---", 1)])
def test_the_policy_says_how_many(warn: int, line: str, count: int) -> None:
    person = Person(streak=StreakRules(warn=warn, review=3))
    assert len(course(line, person).look(after(line)).of(RULE)) == count


def test_each_program_has_runs_of_its_own() -> None:
    person = course("--", each={"s2": {"program": "day"}})
    assert person.look(after("--")).statuses(RULE) == []


def weekly(person: Person, weeks: range, **fields: object) -> Person:
    for week in weeks:
        starts = utc(2026, 3, 2, 18) + timedelta(weeks=week)
        person.session(f"w{week:02}", starts, **fields)  # type: ignore[arg-type]
        person.look(starts + timedelta(hours=3))
    return person


def test_a_run_that_reaches_back_beyond_sealed_weeks_keeps_its_name_and_figures() -> None:
    policies = [
        Policy(version=f"v{year}", effective_from=date(year, 7, 1)) for year in (2020, 2026)
    ]
    person = weekly(Person(*policies), range(2), standing="absent")
    before = person.look(utc(2026, 3, 10)).of(RULE)[0]
    weekly(person, range(2, 30), standing="partial")
    [still] = person.look(utc(2026, 9, 29)).of(RULE)
    assert (still.id, still.status, still.since) == (before.id, "opened", before.since)
    assert (still.evidence, still.policy) == (before.evidence, "v2020")

    weekly(person, range(30, 31), standing="absent")
    [grown] = person.look(utc(2026, 9, 29)).of(RULE)
    assert (grown.id, grown.since, grown.policy) == (before.id, before.since, "v2026")
    assert grown.evidence["sessions"] == "w00 w01 w30"
    weekly(person, range(31, 32))
    assert person.look(utc(2026, 10, 7)).statuses(RULE) == ["resolved"]


def test_one_absence_before_sealed_weeks_and_one_after_are_two() -> None:
    person = weekly(Person(), range(1), standing="absent")
    weekly(person, range(1, 25), standing="partial")
    weekly(person, range(25, 26), standing="absent")
    [found] = person.look(utc(2026, 9, 1)).of(RULE)
    assert found.id == concern_id("a", PROGRAM, RULE, "w00")


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("disengaged", {"level": "passive"}),
        ("technical_barrier", {"reconnects": 4}),
        ("repeated_lateness", {"findings": [finding("late")]}),
        (RULE, {"standing": "absent"}),
    ],
)
def test_what_lasts_for_half_a_year_is_one_violation(rule: str, fields: dict[str, object]) -> None:
    person = weekly(Person(), range(40), **fields)
    assert person.look(utc(2026, 12, 12)).statuses(rule) == ["opened"]
