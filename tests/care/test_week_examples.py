"""Worked examples 10 to 12 of measures.md."""

from fractions import Fraction

from schemas.care import AbsenceNotified, MakeUpArranged
from schemas.policy_care import WeekRules
from streams.care.calendar import week_of
from tests.builders import ms, when
from tests.care.person import Person, fact


def _four_sessions() -> Person:
    person = Person()
    person.say(fact(AbsenceNotified, "02-27 09:00", session="s1"))
    person.session("s1", "03-02 18:00", "absent").session("s2", "03-03 18:00", "absent")
    return person.session("s3", "03-04 18:00").session("s4", "03-05 18:00")


def test_ten_without_the_make_up() -> None:
    week = _four_sessions().look("03-10 12:00").week("03-02")

    assert (week.due, week.earned, week.standing, week.phase) == (3, 2, "below", "closed")
    assert week.rate == 0.6667


def test_ten_with_the_make_up() -> None:
    person = _four_sessions()
    person.say(
        fact(
            MakeUpArranged, "03-04 09:00", session="s2", make_up="m1", starts_at=when("03-06 18:00")
        )
    )
    person.session("m1", "03-06 18:00", make_up=True)
    week = person.look("03-10 12:00").week("03-02")

    assert (week.due, week.earned, week.rate, week.standing) == (3, 3, 1.0, "met")
    assert [each.outcome for each in week.outcomes] == [
        "excused",
        "made_up",
        "credited",
        "credited",
    ]
    assert week.outcomes[1].mended_by == "m1"


def test_eleven() -> None:
    person = Person(week=WeekRules(minimum=Fraction(4, 5)))
    names = ("s1", "s2", "s3", "s4", "s5")
    for number, name in enumerate(names):
        person.session(name, f"03-0{2 + number} 10:00", "expected")
    known = person.session("s1", "03-02 10:00", "absent").look("03-02 12:00")
    # With five sessions 0.80 allows one miss, and no second one.
    assert (known.week("03-02").standing, known.week("03-02").base) == ("at_risk", 0.8)
    assert known.statuses("weekly_attendance") == []

    known = person.session("s2", "03-03 10:00", "absent").look("03-03 12:00")
    assert (known.week("03-02").standing, known.week("03-02").base) == ("needs_make_up", 0.6)
    assert known.statuses("weekly_attendance") == ["opened"]
    assert known.of("weekly_attendance")[0].since == when("03-03 12:00")
    assert "offer_make_up" in known.open

    link = fact(
        MakeUpArranged, "03-03 15:00", session="s2", make_up="m1", starts_at=when("03-07 10:00")
    )
    known = person.say(link).look("03-03 15:00")
    assert (known.week("03-02").best, known.week("03-02").arranged) == (0.8, 1)
    assert known.statuses("weekly_attendance") == ["opened"]
    assert "offer_make_up" not in known.open

    for name, day in (("s3", 4), ("s4", 5), ("s5", 6)):
        person.session(name, f"03-0{day} 10:00")
    known = person.session("m1", "03-07 10:00", make_up=True).look("03-07 12:00")
    assert known.statuses("weekly_attendance") == ["resolved"]
    assert known.of("weekly_attendance")[0].until == when("03-07 12:00")
    assert known.week("03-02").base == 0.8


def test_twelve() -> None:
    person = Person(zone="America/New_York")
    week = week_of("evening", ms("11-02 04:30"), person.policies)

    assert (week.ends - week.begins) == 169 * 3_600_000
    assert week.label.isoformat() == "2026-10-26"
    known = person.session("s1", "11-02 04:30").look("11-03 12:00")
    assert [each.week.isoformat() for each in known.weeks] == ["2026-10-26"]
