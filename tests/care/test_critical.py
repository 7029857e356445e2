"""Critical is for safety alone: nobody reached somebody who did not come (measures.md 2)."""

from typing import Any

import pytest

from schemas.care import Acknowledged, CheckInDone, Enrolled, ReviewDone
from streams.care.recommendations import recommendation_id
from streams.care.violations import incident_id, violation_id
from tests.builders import when
from tests.care.builders import finding
from tests.care.person import PROGRAM, Person, fact

NO_SHOW = violation_id("a", "s1", "no_show")
NOT_SEEN = [finding("no_show", ("03-02 18:10", None))]
REACH_OUT = recommendation_id("a", PROGRAM, "reach_out")


def enrolled(**fields: Any) -> Enrolled:
    own = {"program": PROGRAM, "begins": when("02-01 00:00"), "priority": True}
    said: Enrolled = fact(Enrolled, "02-01 00:00", **own | fields)
    return said


def severity(*said: Any, now: str = "03-02 21:00", **fields: Any) -> str:
    person = Person().say(*said).session("s1", "03-02 18:00", "absent", **fields)
    [found] = person.look(now).of("no_show")
    return found.severity


def talked(at: str, *about: str, kind: type = CheckInDone) -> Any:
    more = {"outcome_code": "r1"} if kind is ReviewDone else {}
    return fact(kind, at, about=about, **more)


def test_an_unreached_no_show_of_priority() -> None:
    assert severity(enrolled()) == "critical"
    assert severity(enrolled(), unidentified_guests=True) == "critical"
    assert severity(enrolled(priority=False)) == "warning"
    assert severity(enrolled(priority=False), unidentified_guests=True) == "info"
    assert severity() == "warning"
    assert severity(unidentified_guests=True) == "info"


def test_while_the_session_runs() -> None:
    assert severity(enrolled(), phase="running", now="03-02 18:11") == "critical"


@pytest.mark.parametrize(
    ("said", "critical"),
    [
        (talked("03-02 19:00", NO_SHOW), False),
        (talked("03-02 19:00", "s1"), False),
        (talked("03-02 19:00", incident_id("a", "s1")), False),
        (talked("03-02 18:10", REACH_OUT), False),
        (talked("03-02 18:09", REACH_OUT), True),
        (talked("03-02 19:00", "s2"), True),
        # A review without the person reaches nobody.
        (talked("03-02 19:00", NO_SHOW, kind=ReviewDone), True),
        (fact(Acknowledged, "03-02 19:00", target=NO_SHOW), False),
        (fact(Acknowledged, "03-02 19:00", target=REACH_OUT), False),
        (fact(Acknowledged, "03-02 18:09", target=REACH_OUT), True),
        (fact(Acknowledged, "03-02 19:00", target="s2"), True),
    ],
)
def test_until_somebody_reached_the_person_or_took_it_on(said: Any, critical: bool) -> None:
    expected = "critical" if critical else "warning"
    assert severity(enrolled(), said, findings=NOT_SEEN) == expected


def test_the_change_is_told_at_once() -> None:
    person = Person().say(enrolled())
    person.session("s1", "03-02 18:00", "missing", phase="running", findings=NOT_SEEN)
    assert person.look("03-02 18:11").of("no_show")[0].severity == "critical"
    person.say(talked("03-02 18:12", NO_SHOW))
    [found] = person.look("03-02 18:12").of("no_show")
    assert (found.severity, found.status, found.revision) == ("warning", "updated", 2)


def test_who_came_after_all_was_reached() -> None:
    came = [finding("no_show", ("03-02 18:10", "03-02 18:30"))]
    person = Person().say(enrolled()).session("s1", "03-02 18:00", "attended", findings=came)
    [found] = person.look("03-02 21:00").of("no_show")
    assert (found.status, found.severity) == ("resolved", "warning")


def test_only_no_shows() -> None:
    person = Person().say(enrolled())
    rules = ("late", "left_early", "low_attendance", "camera_off", "low_participation")
    findings = [finding(rule) for rule in rules]
    known = person.session("s1", "03-02 18:00", "partial", findings=findings).look("03-02 21:00")
    in_session = [each for each in known.violations if each.rule in rules]
    assert len(in_session) == len(rules)
    assert {each.severity for each in in_session} == {"info", "warning"}


def test_priority_as_it_was_when_the_session_began() -> None:
    before = enrolled(begins=when("02-01 00:00"), entity="one", priority=False)
    since = fact(
        Enrolled,
        "03-01 00:00",
        program=PROGRAM,
        begins=when("03-02 18:00"),
        priority=True,
        entity="two",
    )
    assert severity(before, since) == "critical"
    later = fact(
        Enrolled,
        "03-01 00:00",
        program=PROGRAM,
        begins=when("03-02 18:00:00.001"),
        priority=True,
        entity="two",
    )
    assert severity(before, later) == "warning"
    assert severity(before, enrolled(program="day", entity="two")) == "warning"
