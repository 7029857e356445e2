"""What still changes a closed week, what never does, and weeks that sessions were moved from."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.care import LeaveOfAbsence
from schemas.instants import milliseconds
from streams.care.facts import CareFacts
from streams.care.seal import KEPT_MS
from tests.builders import when
from tests.care.person import Person, days_later, fact
from tests.care.weeks import WEEK, counts, enrolled, labels, notified, outcomes

AFTER = "03-12 12:00"


def closed_week(*standings: str) -> Person:
    person = Person()
    for number, standing in enumerate(standings):
        person.session(f"s{number + 1}", f"03-0{2 + number} 10:00", standing)
    known = person.look("03-09 00:00")
    assert known.week(WEEK).phase == "closed"
    return person


def test_a_correction_after_the_close_counts() -> None:
    person = closed_week("attended", "absent")
    before = person.look("03-10 00:00")
    assert counts(before.week(WEEK)) == (2, 1, "below")
    assert before.statuses("weekly_attendance") == before.statuses("no_show") == ["stood"]

    person.session("s2", "03-03 10:00", correction=True, said_at=when("03-12 09:00"))
    after = person.look(AFTER)
    assert (counts(after.week(WEEK)), after.week(WEEK).phase) == ((2, 2, "met"), "closed")
    assert after.week(WEEK).revision == before.week(WEEK).revision + 1
    assert after.statuses("weekly_attendance") == after.statuses("no_show") == ["retracted"]


def test_a_correction_can_take_away_what_was_met() -> None:
    person = closed_week("attended", "attended")
    person.session("s2", "03-03 10:00", "absent", correction=True, said_at=when("03-12 09:00"))
    known = person.look(AFTER)
    assert counts(known.week(WEEK)) == (2, 1, "below")
    assert known.statuses("weekly_attendance") == ["stood"]


def test_an_enrolment_that_is_found_later_changes_what_was_asked() -> None:
    person = closed_week("absent", "attended").say(enrolled("03-03 00:00"))
    assert counts(person.look(AFTER).week(WEEK)) == (1, 1, "met")


def test_a_leave_that_is_found_later_leaves_nothing_due() -> None:
    leave = fact(LeaveOfAbsence, "03-11 00:00", begins=when("03-01 00:00"), until=None)
    known = closed_week("absent", "absent").say(leave).look(AFTER)
    assert counts(known.week(WEEK)) == (0, 0, "none")
    assert known.statuses("weekly_attendance") == ["retracted"]


def test_nothing_new_changes_nothing() -> None:
    person = closed_week("attended", "absent")
    revision = person.look("03-10 00:00").week(WEEK).revision
    person.say(notified("elsewhere", "03-11 00:00"))
    assert person.look(AFTER).week(WEEK).revision == revision


@pytest.mark.parametrize(("to", "label"), [("03-05 10:00", WEEK), ("03-10 10:00", "03-09")])
def test_a_session_that_is_moved_counts_where_it_is_now(to: str, label: str) -> None:
    person = Person().session("s1", "03-04 10:00", "expected")
    assert labels(person.look("03-03 12:00")) == [WEEK]
    known = person.session("s1", to, "expected", said_at=when("03-03 13:00")).look("03-03 14:00")
    assert labels(known) == [label]
    assert counts(known.week(label))[:1] == (1,)
    if label != WEEK:
        assert (known.week(WEEK).withdrawn, known.week(WEEK).due) == (True, 0)


def test_a_week_of_which_one_session_is_left_is_not_withdrawn() -> None:
    person = Person().session("s1", "03-04 10:00", "expected").session("s2", "03-05 10:00")
    person.look("03-03 12:00")
    person.session("s1", "03-11 10:00", "expected", said_at=when("03-03 13:00"))
    known = person.look("03-06 14:00")
    assert [list(outcomes(known.week(label))) for label in (WEEK, "03-09")] == [["s2"], ["s1"]]


def test_moved_away_and_back_the_week_is_told_again() -> None:
    person = Person().session("s1", "03-04 10:00", "expected")
    person.look("03-03 12:00")
    for to in ("03-11 10:00", "03-04 10:00"):
        person.session("s1", to, "expected", said_at=when("03-03 13:00")).look("03-03 14:00")
    known = person.session("s1", "03-04 10:00").look("03-10 00:00")
    assert counts(known.week(WEEK)) == (1, 1, "met")
    assert known.week("03-09").withdrawn


def test_a_week_that_nobody_saw_is_not_withdrawn_aloud() -> None:
    person = Person().session("s1", "03-04 10:00", "expected")
    known = person.session("s1", "03-11 10:00").look("03-20 00:00")
    assert [each.week.strftime("%m-%d") for each in known.weeks] == ["03-09"]


def test_taken_off_the_roster_the_week_goes() -> None:
    person = Person().session("s1", "03-04 10:00", "expected")
    person.look("03-03 12:00")
    person.session("s1", "03-04 10:00", "expected", withdrawn=True, said_at=when("03-03 13:00"))
    assert person.look("03-03 14:00").week(WEEK).withdrawn


def facts(person: Person) -> CareFacts:
    known = person.partition.ledger.facts("a")
    assert isinstance(known, CareFacts)
    return known


def sealed(label: str) -> str:
    """The first instant at which a week is summarised, as a literal time."""
    ends = when(f"{days_later(label, 7)} 00:00") + timedelta(days=2, milliseconds=KEPT_MS + 1)
    return ends.strftime("%m-%d %H:%M:%S.%f")


def term(**fields: Any) -> Person:
    """Seventeen weeks of three sessions each from 5 January on; the fourth week is below."""
    person = Person()
    for number in range(17):
        monday = days_later("01-05", 7 * number)
        for day in range(3):
            standing = "absent" if number == 3 and day == 0 else "attended"
            score = {"participation": 90.0 - number} if standing == "attended" else {}
            person.session(f"{monday}-{day}", f"{days_later(monday, day)} 10:00", standing, **score)
        person.look(f"{days_later(monday, 5)} 00:00")
    return person


def test_sealing_tells_nothing_and_keeps_what_later_weeks_look_back_at() -> None:
    person = term()
    before = person.look("05-04 12:00")
    last = when(sealed("01-26"))
    told = len(person.partition.told)
    # Something must make the person due, so that what is old is looked at.
    person.say(notified("elsewhere", last))
    after = person.look(last)
    assert facts(person).weeks["evening"].keys() == {
        f"2026-{label}" for label in ("01-05", "01-12", "01-19", "01-26")
    }
    assert [kept.standing for kept in facts(person).weeks["evening"].values()] == [
        "met",
        "met",
        "met",
        "below",
    ]
    new = [each for each in person.partition.told[told:] if "week" in each and "due" in each]
    assert new == []
    # The next week's baseline reaches into sealed weeks, as it did before.
    assert after.week("02-02").baseline == before.week("02-02").baseline == 88.5
    assert milliseconds(last) - KEPT_MS > milliseconds(when("02-03 23:59"))


@pytest.mark.parametrize(("later_ms", "kept"), [(-1, False), (0, True)])
def test_a_week_is_sealed_sixteen_weeks_after_its_last_session_can_have_ended(
    later_ms: int, kept: bool
) -> None:
    person = Person().session("s1", "01-05 10:00").session("s2", "05-01 10:00")
    at = when(sealed("01-05")) + timedelta(milliseconds=later_ms)
    person.look("05-01 13:00")
    person.say(notified("elsewhere", at)).look(at)
    assert ("evening" in facts(person).weeks) is kept
    assert ("s1" in facts(person).results) is not kept


def test_a_week_that_is_sealed_answers_no_late_word() -> None:
    person = term()
    last = when(sealed("01-26"))
    person.say(notified("elsewhere", last)).look(last)
    known = person.say(notified("01-26-0", "01-20 10:00")).look(last + timedelta(hours=1))
    assert counts(known.week("01-26")) == (3, 2, "below")


@pytest.mark.parametrize(("until", "due"), [(None, 0), ("2027-06-01", 0), ("2026-04-01", 1)])
def test_a_long_leave_is_not_forgotten_while_it_lasts(until: str | None, due: int) -> None:
    ends = None if until is None else when("03-02 00:00").fromisoformat(f"{until}T00:00:00+00:00")
    person = Person().session("s0", "03-01 10:00")
    person.say(fact(LeaveOfAbsence, "03-02 00:00", begins=when("03-02 00:00"), until=ends))
    person.look("03-02 12:00")
    # More than four hundred days after it was said.
    later = when("03-01 10:00") + timedelta(days=420)
    person.session("s1", later - timedelta(days=7)).look(later - timedelta(days=6))
    known = person.session("s2", later).look(later + timedelta(days=10))
    assert known.weeks[-1].due == due
