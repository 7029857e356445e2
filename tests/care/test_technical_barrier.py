"""Technical trouble in two of the last four sessions (measures.md 3.5)."""

from typing import Any

import pytest

from schemas.policy_care import TechnicalRules
from streams.care.concern import concern_id
from tests.builders import when
from tests.care.course import after, course
from tests.care.person import PROGRAM, Person

RULE = "technical_barrier"
TROUBLE: dict[str, dict[str, Any]] = {
    "R": {"reconnects": 4},
    "r": {"reconnects": 3},
    "T": {"network_lost_ms": 600_000},
    "t": {"network_lost_ms": 599_999},
}


def connected(line: str, person: Person | None = None) -> Person:
    """As a course; capitals are sessions with as much trouble as it takes, others just not."""
    each = {f"s{number}": TROUBLE[code] for number, code in enumerate(line, 1) if code in TROUBLE}
    return course("".join("+" if code in TROUBLE else code for code in line), person, each=each)


@pytest.mark.parametrize(
    ("line", "statuses"),
    [
        ("R", []),
        ("RR", ["opened"]),
        ("TT", ["opened"]),
        ("RT", ["opened"]),
        ("Rr", []),
        ("Tt", []),
        ("R++R", ["opened"]),
        ("R+++R", []),
        ("RR++", ["opened"]),
        ("RR+++", ["resolved"]),
        ("RR+++RR", ["resolved", "opened"]),
        # Whoever did not come had no trouble there.
        ("R++-R", ["opened"]),
        *((f"R++{code}R", ["opened"]) for code in "epv?"),
    ],
)
def test_two_of_the_last_four(line: str, statuses: list[str]) -> None:
    assert connected(line).look(after(line)).statuses(RULE) == statuses


def test_half_a_session_lost_to_the_network_counts() -> None:
    person = course("hh", reconnects=4)
    assert person.look(after("hh")).statuses(RULE) == ["opened"]


def test_what_it_says() -> None:
    [found] = connected("R+T").look(after("R+T")).of(RULE)
    assert (found.session, found.id) == ("s3", concern_id("a", PROGRAM, RULE, "s3"))
    assert (found.since, found.severity, found.policy) == (when("03-04 20:00"), "info", "v1")
    assert found.evidence == {
        "count": 2,
        "threshold": 2,
        "among": 4,
        "threshold_reconnects": 4,
        "threshold_network_lost_ms": 600_000,
        "reconnects": 0,
        "network_lost_ms": 600_000,
        "sessions": "s1 s3",
    }


def test_the_policy_says_how_much() -> None:
    person = connected("rr", Person(technical=TechnicalRules(reconnects=3, count=2, among=2)))
    assert person.look(after("rr")).statuses(RULE) == ["opened"]
