"""Minutes of service per day and week: what counts, and what is enough."""

from fractions import Fraction
from typing import Any

import pytest

from schemas.care import Discharged
from schemas.policy_care import DoseRules
from schemas.telemetry import Span
from schemas.week import ServiceDay, Week
from tests.builders import when
from tests.care.person import PROGRAM, Person, fact
from tests.care.weeks import WEEK, enrolled, notified, overridden

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
GUEST: dict[str, Any] = {"rostered": False, "guest": True}


def spans(*stretches: tuple[str, str]) -> tuple[Span, ...]:
    return tuple(Span(begins=when(begins), ends=when(ends)) for begins, ends in stretches)


def there(person: Person, name: str, *stretches: tuple[str, str], **fields: Any) -> Person:
    """A session from 10:00 on 2 March on in which the person was seen in these stretches."""
    own = {"starts": "03-02 10:00", "observed": spans(*stretches)}
    return person.session(name, **own | fields)


def seen(person: Person, now: str = "03-10 00:00") -> Week:
    return person.look(now).week(WEEK)


def day(person: Person, now: str = "03-10 00:00") -> ServiceDay:
    [only] = seen(person, now).days
    return only


@pytest.mark.parametrize(
    ("stretches", "observed_ms"),
    [
        ([("10:00", "12:00")], 2 * HOUR_MS),
        ([("10:00", "11:00"), ("11:30", "12:00")], HOUR_MS + HOUR_MS // 2),
        # More than the session's window is service, too.
        ([("09:30", "12:15")], 165 * MINUTE_MS),
        ([], 0),
    ],
)
def test_observed_presence_is_service(stretches: list[tuple[str, str]], observed_ms: int) -> None:
    assert day(there(Person(), "s1", *stretches)).observed_ms == observed_ms


def test_overlaps_never_count_twice() -> None:
    person = there(Person(), "s1", ("10:00", "12:00"))
    there(person, "s2", ("11:00", "13:00"), starts="03-02 11:00")
    week = seen(person)
    assert [each.observed_ms for each in week.days] == [3 * HOUR_MS]
    assert week.observed_ms == 3 * HOUR_MS
    assert [each.overlap for each in week.outcomes] == [True, True]


@pytest.mark.parametrize(
    ("second", "overlap"),
    [
        (("12:00", "13:00"), False),
        (("11:59:59.999", "13:00"), True),
        (("10:30", "10:40"), True),
        (("09:00", "10:00"), False),
        (("09:00", "10:00:00.001"), True),
    ],
)
def test_two_sessions_at_once_are_marked(second: tuple[str, str], overlap: bool) -> None:
    person = there(Person(), "s1", ("10:00", "12:00"))
    there(person, "s2", second, starts=f"03-02 {second[0][:5]}", program="other")
    assert [each.overlap for each in seen(person).outcomes] == [overlap]
    other = person.look("03-10 00:00").week(WEEK, program="other")
    assert [each.overlap for each in other.outcomes] == [overlap]


def test_who_stays_in_the_room_for_the_next_session_is_at_one_at_a_time() -> None:
    person = there(Person(), "s1", ("10:00", "14:00"))
    there(person, "s2", ("10:00", "14:00"), starts="03-02 12:00")
    assert [each.overlap for each in seen(person).outcomes] == [False, False]
    assert day(person).observed_ms == 4 * HOUR_MS


def test_a_void_session_overlaps_with_none() -> None:
    """So neither does one that was linked to the session it was a part of."""
    person = there(Person(), "s1", ("10:00", "12:00"))
    there(person, "s2", ("10:00", "12:00"), standing="void", void_reason="linked")
    overlaps = {each.session: each.overlap for each in seen(person).outcomes}
    assert overlaps["s1"] is False


def test_a_long_session_overlaps_with_each_of_two_short_ones() -> None:
    person = there(Person(), "s1", ("10:00", "12:00"))
    there(person, "s2", ("10:10", "10:20"), starts="03-02 10:10")
    there(person, "s3", ("11:00", "11:10"), starts="03-02 11:00")
    there(person, "s4", ("12:00", "13:00"), starts="03-02 12:00")
    assert [each.overlap for each in seen(person).outcomes] == [True, True, True, False]


@pytest.mark.parametrize(
    ("said", "observed_ms"),
    [
        ([], HOUR_MS),
        ([overridden("s1", "03-03 10:00", "credited")], 2 * HOUR_MS),
        ([overridden("s1", "03-03 10:00", "unexcused")], HOUR_MS),
        ([overridden("s1", "03-03 10:00", "excused")], HOUR_MS),
    ],
)
def test_inferred_time_counts_only_if_staff_confirm_it(said: Any, observed_ms: int) -> None:
    person = there(Person(), "s1", ("10:00", "11:00"), inferred=spans(("11:00", "12:00")))
    assert day(person.say(*said)).observed_ms == observed_ms


def test_staff_confirm_inferred_time_of_a_guest_too() -> None:
    inferred = spans(("11:00", "12:00"))
    person = there(Person(), "g1", ("10:00", "11:00"), inferred=inferred, **GUEST)
    person.session("s1", "03-02 15:00")
    assert day(person).observed_ms == HOUR_MS
    person.say(overridden("g1", "03-03 10:00", "credited"))
    assert day(person).observed_ms == 2 * HOUR_MS


@pytest.mark.parametrize(("count_breaks", "minutes"), [(True, 120), (False, 105)])
def test_breaks_count_if_the_program_says_so(count_breaks: bool, minutes: int) -> None:
    person = Person(dose=DoseRules(count_breaks=count_breaks))
    there(person, "s1", ("10:00", "12:00"), breaks=spans(("11:20", "11:35")))
    assert day(person).observed_ms == minutes * MINUTE_MS


@pytest.mark.parametrize(
    ("ends", "tolerance", "enough"),
    [
        ("12:51", "0.05", True),
        ("12:50:59.999", "0.05", False),
        ("13:00", "0", True),
        ("12:59:59.999", "0", False),
    ],
)
def test_a_day_is_enough_within_the_tolerance(ends: str, tolerance: str, enough: bool) -> None:
    person = Person(dose=DoseRules(tolerance=Fraction(tolerance)))
    there(person, "s1", ("10:00", ends), minutes=180)
    assert (day(person).enough, seen(person).qualifying_days) == (enough, int(enough))
    assert day(person).asked_ms == 180 * MINUTE_MS


def test_all_sessions_of_a_day_make_up_the_day() -> None:
    person = Person()
    there(person, "s1", ("10:00", "12:00"))
    there(person, "s2", ("14:00", "15:00"), starts="03-02 14:00", **GUEST)
    there(person, "s3", ("03-03 14:00", "03-03 15:00"), starts="03-03 14:00", make_up=True)
    days = seen(person).days
    assert [each.observed_ms for each in days] == [3 * HOUR_MS, HOUR_MS]
    assert [each.enough for each in days] == [True, False]


def test_a_session_over_midnight_is_service_of_the_day_on_which_it_began() -> None:
    person = there(Person(), "s1", ("03-02 22:00", "03-03 01:00"), starts="03-02 22:00")
    assert (day(person).day.isoformat(), day(person).observed_ms) == ("2026-03-02", 3 * HOUR_MS)


@pytest.mark.parametrize(
    "fields", [{"void_reason": "cancelled", "standing": "void"}, {"withdrawn": True}]
)
def test_a_session_that_does_not_count_is_no_service(fields: Any) -> None:
    person = there(Person(), "s1", ("10:00", "12:00"), **fields)
    there(person, "s2", ("03-03 10:00", "03-03 11:00"), starts="03-03 10:00")
    assert seen(person).observed_ms == HOUR_MS


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ([], 540),
        ([enrolled("03-01 00:00")], 540),
        ([enrolled("03-01 00:00", weekly_minutes=360)], 360),
        ([enrolled("03-04 00:00", weekly_minutes=360)], 360),
        ([enrolled("03-09 00:00", weekly_minutes=360)], 540),
        ([enrolled("03-01 00:00", weekly_minutes=360, program="other")], 540),
    ],
)
def test_the_enrolment_says_what_is_asked_of_a_week(said: Any, minutes: int) -> None:
    person = there(Person(), "s1", ("10:00", "12:00")).say(*said)
    assert seen(person).asked_ms == minutes * MINUTE_MS


def test_what_can_still_be_earned_this_week() -> None:
    person = there(Person(), "s1", ("10:00", "12:00"))
    person.session("s2", "03-03 10:00", "expected", minutes=180)
    person.session("s3", "03-04 10:00", "expected", minutes=60)
    week = seen(person, "03-02 13:00")
    assert [each.to_come_ms for each in week.days] == [0, 3 * HOUR_MS, HOUR_MS]
    person.say(notified("s3", "03-02 20:00"))
    assert [each.to_come_ms for each in seen(person, "03-02 21:00").days] == [0, 3 * HOUR_MS, 0]


def week_of_days(hours: int, said: Any = (), **rules: Any) -> list[tuple[str, ...]]:
    """Status of both dose rules after a week of four sessions of three hours each."""
    person = Person(dose=DoseRules(alert=True, **rules)).say(*said)
    for number in range(4):
        on = f"03-0{2 + number}"
        stay = (f"{on} 10:00", f"{on} {10 + hours}:00")
        there(person, f"s{number}", stay, starts=f"{on} 10:00", minutes=180)
    known = person.look("03-10 00:00")
    return [tuple(known.statuses(rule)) for rule in ("dose_day_short", "dose_week_short")]


def test_its_rules_open_only_if_switched_on() -> None:
    short, week = week_of_days(2)
    assert set(short) == {"stood"}
    assert week == ("stood",)
    off = Person()
    there(off, "s1", ("10:00", "10:10"), minutes=540)
    known = off.look("03-10 00:00")
    assert known.statuses("dose_day_short") == known.statuses("dose_week_short") == []


def test_enough_breaks_no_rule() -> None:
    assert week_of_days(3) == [(), ()]


def test_less_offered_than_asked_is_held_against_nobody() -> None:
    minutes = {"qualifying_days": 0}
    assert week_of_days(2, week_minutes=720, **minutes)[1] == ("stood",)
    assert week_of_days(2, week_minutes=721, **minutes)[1] == ()
    assert week_of_days(2, qualifying_days=4, week_minutes=1)[1] == ("stood",)
    assert week_of_days(2, qualifying_days=5, week_minutes=1)[1] == ()
    assert week_of_days(2, day_minutes=181, week_minutes=721) == [(), ()]
    left = fact(
        Discharged, "03-01 00:00", program=PROGRAM, begins=when("03-04 00:00"), reason_code="done"
    )
    assert week_of_days(2, [enrolled("01-01 00:00"), left])[1] == ()


def test_of_a_session_that_runs_only_the_rest_is_to_come() -> None:
    person = there(Person(), "s1", ("10:00", "10:30"), standing="present", phase="running")
    assert (day(person, "03-02 10:30").observed_ms, day(person, "03-02 10:30").to_come_ms) == (
        30 * MINUTE_MS,
        90 * MINUTE_MS,
    )
