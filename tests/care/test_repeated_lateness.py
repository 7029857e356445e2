"""Late again and again (measures.md 3.5): three of the last six sessions arrived at."""

from typing import Any

import pytest

from schemas.care import Override, Waived
from schemas.policy_care import LatenessRules
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.builders import finding
from tests.care.course import after, course
from tests.care.person import PROGRAM, Person, fact

RULE = "repeated_lateness"
LATE = {"findings": [finding("late")]}


def coming(line: str, person: Person | None = None) -> Person:
    """As a course, with `L` for somebody who attended and was late, `l` and was there for half."""
    names = [code for code in line if code != "."]
    each: dict[str, dict[str, Any]] = {
        f"s{number}": LATE for number, code in enumerate(names, 1) if code in "Ll"
    }
    return course(line.replace("L", "+").replace("l", "h"), person, each=each)


@pytest.mark.parametrize(
    ("line", "statuses"),
    [
        ("LL", []),
        ("LLL", ["opened"]),
        ("L+L+L", ["opened"]),
        ("L++L+L", ["opened"]),
        ("L+++L+L", []),
        ("LLL+++", ["opened"]),
        ("LLL++++", ["resolved"]),
        ("LLL++++LLL", ["resolved", "opened"]),
        ("LlL", ["opened"]),
        # Absences are no arrivals; what is excused, pending, void or unknown says nothing.
        ("LL-L", ["opened"]),
        ("LL----+++L", ["opened"]),
        ("LL----++++L", []),
        *((f"LL{code}L", ["opened"]) for code in "epv?"),
    ],
)
def test_three_of_the_last_six(line: str, statuses: list[str]) -> None:
    assert coming(line).look(after(line)).statuses(RULE) == statuses


@pytest.mark.parametrize(
    "about",
    [
        {"void_reason": "cancelled"},
        {"needs_review": "no_host_seen"},
        {"before_host_ms": 300_000},
        {"withdrawn": True},
    ],
)
def test_a_late_arrival_that_does_not_count(about: dict[str, Any]) -> None:
    person = course("+++", each={"s1": LATE, "s2": LATE, "s3": {**LATE, **about}})
    assert person.look(after("+++")).statuses(RULE) == []


def test_it_opens_on_arrival_and_says_which_sessions() -> None:
    person = coming("LL+")
    arrived = when("03-05 18:07")
    person.session("s4", "03-05 18:00", "present", phase="running", arrived_at=arrived, **LATE)
    [found] = person.look("03-05 18:08").of(RULE)
    assert (found.status, found.since, found.severity) == ("opened", arrived, "info")
    assert (found.session, found.id) == ("s4", concern_id("a", PROGRAM, RULE, "s4"))
    assert found.evidence == {"count": 3, "threshold": 3, "among": 6, "sessions": "s1 s2 s4"}
    assert found.policy == "v1"


def test_a_waived_or_excused_lateness_does_not_count() -> None:
    for said in (
        fact(Waived, "03-04 21:00", session="s3", rule="late", reason_code="r1"),
        fact(Override, "03-04 21:00", session="s3", outcome="excused", reason_code="r1"),
    ):
        person = coming("LLL")
        assert person.look(after("LLL")).statuses(RULE) == ["opened"]
        assert person.say(said).look("03-04 21:00").statuses(RULE) == ["retracted"]


@pytest.mark.parametrize(("line", "statuses"), [("L+L", ["opened"]), ("L++L", []), ("L", [])])
def test_the_policy_says_how_many(line: str, statuses: list[str]) -> None:
    person = coming(line, Person(lateness=LatenessRules(count=2, among=3)))
    assert person.look(after(line)).statuses(RULE) == statuses


def test_coming_in_time_is_no_news_while_it_lasts() -> None:
    person = coming("LLL")
    due = person.look(after("LLL")).of(RULE)[0].revision
    known = coming("LLL+").look(after("LLL+"))
    assert (known.of(RULE)[0].since, due) == (when("03-04 18:00"), 1)
