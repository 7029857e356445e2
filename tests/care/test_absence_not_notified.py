"""Absent without a word (measures.md 3.5)."""

from typing import Any

import pytest

from schemas.care import AbsenceDecided, AbsenceNotified, Override
from schemas.policy_session import NoticeRules
from schemas.policy_values import Duration
from streams.care.concern import concern_id
from streams.care.violations import incident_id
from tests.builders import when
from tests.care.person import Person, fact

RULE = "absence_not_notified"


def absent(*said: object, now: str = "03-02 21:00", **fields: object) -> list[str]:
    person = Person().say(*said)  # type: ignore[arg-type]
    own: dict[str, Any] = {"standing": "absent"} | fields
    return person.session("s1", "03-02 18:00", **own).look(now).statuses(RULE)


def told(at: str, reason: str = "other", **fields: object) -> AbsenceNotified:
    said: AbsenceNotified = fact(AbsenceNotified, at, session="s1", reason=reason, **fields)
    return said


@pytest.mark.parametrize(
    ("at", "statuses"),
    [
        ("02-28 18:00", []),
        ("03-02 17:59", []),
        ("03-02 18:30", []),
        ("03-02 18:30:00.001", ["resolved"]),
        ("03-02 20:59", ["resolved"]),
    ],
)
def test_a_word_until_half_an_hour_after_the_start(at: str, statuses: list[str]) -> None:
    assert absent(told(at)) == statuses


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [
        ({}, ["stood"]),
        ({"phase": "provisional"}, ["opened"]),
        ({"phase": "running", "standing": "missing"}, []),
        ({"standing": "partial"}, []),
        ({"standing": "attended"}, []),
        ({"void_reason": "cancelled"}, []),
        ({"needs_review": "no_host_seen"}, []),
        ({"withdrawn": True}, []),
        ({"make_up": True}, []),
        ({"rostered": False, "guest": True}, []),
        ({"before_host_ms": 300_000}, []),
    ],
)
def test_only_who_was_absent_from_a_session_that_counts(
    fields: dict[str, object], statuses: list[str]
) -> None:
    assert absent(**fields) == statuses


def test_the_threshold_is_a_setting() -> None:
    person = Person(notice=NoticeRules(told_until=Duration(0))).say(told("03-02 18:00:00.001"))
    known = person.session("s1", "03-02 18:00", "absent").look("03-02 21:00")
    assert known.statuses(RULE) == ["resolved"]


def test_a_late_word_ends_it() -> None:
    person = Person().session("s1", "03-02 18:00", "absent")
    [stood] = person.look("03-02 21:00").of(RULE)
    assert (stood.status, stood.since, stood.until) == ("stood", when("03-02 18:30"), None)
    assert stood.evidence["threshold_ms"] == 1_800_000
    assert (stood.id, stood.session) == (concern_id("a", "s1", RULE), "s1")
    assert (stood.incident, stood.policy) == (incident_id("a", "s1"), "v1")

    [ended] = person.say(told("03-03 09:00")).look("03-03 09:00").of(RULE)
    assert (ended.status, ended.until, ended.excuse) == ("resolved", when("03-03 09:00"), "pending")


def test_a_word_taken_back_brings_it_back() -> None:
    person = Person().say(told("03-02 17:00", entity="n"))
    assert person.session("s1", "03-02 18:00", "absent").look("03-02 21:00").of(RULE) == []
    back = told("03-02 22:00", entity="n", revision=1, withdrawn=True)
    assert person.say(back).look("03-02 22:00").statuses(RULE) == ["stood"]


def decided(kind: type, **fields: object) -> Any:
    return fact(kind, "03-03 09:00", session="s1", reason_code="r1", **fields)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (decided(Override, outcome="excused"), "override_excused"),
        (decided(Override, outcome="credited"), "override_credited"),
        (decided(AbsenceDecided, accepted=True), "absence_accepted"),
    ],
)
def test_an_excuse_takes_it_back_and_says_why(said: AbsenceDecided, reason: str) -> None:
    person = Person().session("s1", "03-02 18:00", "absent")
    assert person.look("03-02 21:00").statuses(RULE) == ["stood"]
    [gone] = person.say(said).look("03-03 09:00").of(RULE)
    assert (gone.status, gone.reason) == ("retracted", reason)


def test_a_correction_takes_it_back() -> None:
    person = Person().session("s1", "03-02 18:00", "absent")
    person.look("03-02 21:00")
    [gone] = person.session("s1", "03-02 18:00", "attended").look("03-03 09:00").of(RULE)
    assert (gone.status, gone.correction) == ("retracted", True)
