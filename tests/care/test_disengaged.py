"""Little participation in attended sessions in a row (measures.md 3.5)."""

from typing import Any

import pytest

from schemas.care import Accommodation
from schemas.policy_care import DisengagedRules
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.course import after, course
from tests.care.person import PROGRAM, Person, fact

RULE = "disengaged"
LEVELS = {"P": "passive", "A": "active", "M": "partial", "U": "unknown", "N": "passive"}


def taking_part(line: str, person: Person | None = None) -> Person:
    """As a course, with levels for attended sessions; `N` passive in a newcomer's week."""
    each: dict[str, dict[str, Any]] = {
        f"s{number}": {"level": LEVELS[code], "ramp": 0.75 if code == "N" else 1.0}
        for number, code in enumerate((code for code in line if code != "."), 1)
        if code in LEVELS
    }
    standings = "".join("+" if code in LEVELS else code for code in line)
    return course(standings, person, each=each)


@pytest.mark.parametrize(
    ("line", "statuses"),
    [
        ("P", []),
        ("PP", ["opened"]),
        ("PAP", []),
        ("PMP", []),
        ("PPA", ["resolved"]),
        ("PPM", ["resolved"]),
        ("PPAPP", ["resolved", "opened"]),
        # Neither extends nor breaks.
        *((f"P{code}P", ["opened"]) for code in "UN-epv?h"),
        *((f"P{code}", []) for code in "UN-epv?h"),
        ("NN", []),
    ],
)
def test_two_in_a_row(line: str, statuses: list[str]) -> None:
    assert taking_part(line).look(after(line)).statuses(RULE) == statuses


def test_what_it_says() -> None:
    [found] = taking_part("PUP").look(after("PUP")).of(RULE)
    assert (found.session, found.id) == ("s1", concern_id("a", PROGRAM, RULE, "s1"))
    assert (found.since, found.severity, found.policy) == (when("03-04 20:00"), "info", "v1")
    assert found.evidence == {"count": 2, "threshold": 2, "sessions": "s1 s3"}


def test_an_accommodation_takes_it_back() -> None:
    person = course("++", level="passive", scored=["chat"])
    assert person.look(after("++")).statuses(RULE) == ["opened"]
    fields = {"exempt": ("chat",), "begins": when("03-03 00:00")}
    person.say(fact(Accommodation, "03-04 09:00", **fields))
    assert person.look("03-04 09:00").statuses(RULE) == ["retracted"]


@pytest.mark.parametrize(("line", "statuses"), [("PP", []), ("PPP", ["opened"])])
def test_the_policy_says_how_many(line: str, statuses: list[str]) -> None:
    person = taking_part(line, Person(disengaged=DisengagedRules(count=3)))
    assert person.look(after(line)).statuses(RULE) == statuses
