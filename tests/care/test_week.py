"""A week's attendance in sessions: standings on both sides of each threshold, and its close."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from schemas.instants import DAY_MS
from schemas.policy_care import MakeUpRules, WeekRules
from schemas.policy_session import SessionRules
from schemas.policy_values import Duration
from schemas.week import Week
from tests.care.person import Person
from tests.care.weeks import WEEK, linked, notified, overridden

CREDITED, ABSENT, COMING = "attended", "absent", "expected"


def planned(standings: Sequence[str], **sections: Any) -> Person:
    """Sessions s1, s2 and so on, at 10:00, one a day from Monday on, and two on Sunday."""
    person = Person(**sections)
    for number, standing in enumerate(standings):
        day, hour = 2 + min(number, 6), 10 + 3 * max(number - 6, 0)
        person.session(f"s{number + 1}", f"03-0{day} {hour}:00", standing)
    return person


def rules(minimum: str = "0.8", goal: str = "0.9", allowed_misses: int = 0) -> dict[str, Any]:
    return {
        "week": WeekRules(
            minimum=Fraction(minimum), goal=Fraction(goal), allowed_misses=allowed_misses
        )
    }


def mixed(credited: int, absent: int, coming: int = 0) -> list[str]:
    return [CREDITED] * credited + [ABSENT] * absent + [COMING] * coming


def seen(person: Person, now: str = "03-08 23:00") -> Week:
    return person.look(now).week(WEEK)


@pytest.mark.parametrize(
    ("standings", "sections", "standing"),
    [
        # Five sessions at 0.80: one miss is exactly the minimum.
        (mixed(4, 1), {}, "passed"),
        (mixed(3, 2), {}, "below"),
        (mixed(5, 0), {}, "met"),
        # With three or four sessions 0.80 allows no miss at all.
        (mixed(3, 1), {}, "below"),
        (mixed(3, 1), rules("0.75"), "passed"),
        (mixed(3, 1), rules("0.7501"), "below"),
        (mixed(2, 1), rules("2/3"), "passed"),
        (mixed(2, 1), rules("0.6667"), "below"),
        (mixed(4, 1), rules("0.8", "0.8"), "met"),
        (mixed(4, 1), rules("0.8", "0.8001"), "passed"),
        (mixed(7, 1), rules("0.8", "0.875"), "met"),
        (mixed(7, 1), rules("0.8", "0.9"), "passed"),
        (mixed(0, 3), rules("0", "0.5"), "passed"),
        (mixed(0, 3), rules("0", "0"), "met"),
        (mixed(0, 1), {}, "below"),
        ([], {}, "none"),
        # Below counts only from more misses than are allowed on.
        (mixed(3, 1), rules(allowed_misses=1), "passed"),
        (mixed(2, 2), rules(allowed_misses=1), "below"),
        (mixed(2, 2), rules(allowed_misses=2), "passed"),
        (mixed(0, 1), rules(allowed_misses=1), "passed"),
        (mixed(4, 0), rules(allowed_misses=1), "met"),
    ],
)
def test_closed(standings: list[str], sections: dict[str, Any], standing: str) -> None:
    person = planned(standings, **sections)
    # Without it there would be no week to speak of.
    person.session("void", "03-02 20:00", "void", void_reason="cancelled")
    week = seen(person, "03-10 00:00")
    assert (week.phase, week.standing) == ("closed", standing)
    assert (week.due, week.earned) == (len(standings), standings.count(CREDITED))


@pytest.mark.parametrize(
    ("standings", "sections", "standing"),
    [
        (mixed(0, 0, 5), {}, "on_track"),
        (mixed(0, 1, 4), {}, "at_risk"),
        (mixed(0, 2, 3), {}, "needs_make_up"),
        (mixed(4, 1), {}, "on_track"),
        (mixed(3, 1, 1), {}, "at_risk"),
        (mixed(3, 2), {}, "needs_make_up"),
        # Two misses of five are exactly 0.6.
        (mixed(0, 1, 4), rules("0.6"), "on_track"),
        (mixed(0, 1, 4), rules("0.6001"), "at_risk"),
        (mixed(0, 0, 4), {}, "on_track"),
        (mixed(0, 1, 3), {}, "needs_make_up"),
        # One that may be missed changes from when on it counts.
        (mixed(0, 1, 3), rules(allowed_misses=1), "at_risk"),
        (mixed(0, 2, 2), rules(allowed_misses=1), "needs_make_up"),
        (mixed(0, 1, 3), rules(allowed_misses=2), "on_track"),
        # Nothing can mend it where make-ups are not allowed.
        (mixed(0, 2, 3), {"make_up": MakeUpRules(allowed=False)}, "unreachable"),
        (mixed(0, 1, 4), {"make_up": MakeUpRules(allowed=False)}, "at_risk"),
    ],
)
def test_running(standings: list[str], sections: dict[str, Any], standing: str) -> None:
    week = seen(planned(standings, **sections))
    assert (week.phase, week.standing) == ("running", standing)
    reached = standings.count(CREDITED) + standings.count(COMING)
    assert week.base == round(reached / len(standings), 4)


@pytest.mark.parametrize(
    ("now", "standing"),
    [("03-05 09:59:59.999", "needs_make_up"), ("03-05 10:00", "unreachable")],
)
def test_time_alone_makes_a_week_unreachable(now: str, standing: str) -> None:
    """A make-up may begin until three days after the miss."""
    person = planned(mixed(0, 1, 3), make_up=MakeUpRules(within=Duration(3 * DAY_MS)))
    assert seen(person, "03-02 12:00").standing == "needs_make_up"
    assert seen(person, now).standing == standing


def test_a_week_that_make_ups_can_mend_only_in_part_is_unreachable() -> None:
    person = planned(mixed(0, 2, 2), make_up=MakeUpRules(within=Duration(2 * DAY_MS)))
    # Of two misses only the second can still be made up, which is not enough for 4/5.
    assert seen(person, "03-03 13:00").standing == "needs_make_up"
    assert seen(person, "03-04 10:00").standing == "unreachable"


def test_what_staff_hold_against_somebody_no_make_up_can_mend() -> None:
    person = planned(mixed(0, 1, 3)).say(overridden("s1", "03-02 13:00", "unexcused"))
    assert seen(person, "03-03 00:00").standing == "unreachable"


def test_an_arranged_make_up_counts_in_best_alone() -> None:
    person = planned(mixed(0, 2, 3)).say(linked("s1", "m1", "03-07 10:00"))
    week = seen(person, "03-04 00:00")
    assert (week.rate, week.base, week.best) == (0.0, 0.6, 0.8)
    assert (week.arranged, week.standing) == (1, "needs_make_up")
    assert seen(person.say(linked("s2", "m2", "03-08 10:00")), "03-05 00:00").best == 1.0


def test_excused_ahead_leaves_less_to_miss() -> None:
    person = planned(mixed(0, 1, 4))
    assert seen(person, "03-02 13:00").standing == "at_risk"
    week = seen(person.say(notified("s5", "03-03 10:00")), "03-03 10:00")
    assert (week.due, week.to_come, week.excused, week.standing) == (4, 3, 1, "needs_make_up")


def test_a_session_that_runs_is_still_to_come() -> None:
    person = Person().session("s1", "03-02 10:00", "present", phase="running")
    week = seen(person, "03-02 11:00")
    assert (week.due, week.to_come, week.earned, week.rate, week.base) == (1, 1, 0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("starts", "minutes", "closes"),
    [
        ("03-02 10:00", 120, "03-09 00:00"),
        # Final two hours after its end: at the week's end, or after it.
        ("03-08 20:00", 120, "03-09 00:00"),
        ("03-08 20:00:00.001", 120, "03-09 00:00:00.001"),
        ("03-08 23:30", 120, "03-09 03:30"),
    ],
)
def test_it_closes_with_the_weeks_end_or_its_last_sessions_final(
    starts: str, minutes: int, closes: str
) -> None:
    person = Person().session("s1", starts, minutes=minutes)
    assert seen(person, "03-08 23:59:59.999").phase == "running"
    week = seen(person, closes)
    assert (week.phase, week.standing) == ("closed", "met")
    assert week.closes_at.strftime("%m-%d %H:%M:%S.%f").startswith(closes)
    if closes > "03-09 00:00":
        early = Person().session("s1", starts, minutes=minutes)
        assert seen(early, "03-09 00:00").phase == "running"


def test_it_does_not_close_before_its_last_session_is_final() -> None:
    person = Person().session("s1", "03-08 20:00", phase="provisional")
    assert seen(person, "03-09 12:00").phase == "running"
    person.session("s1", "03-08 20:00", phase="final")
    assert seen(person, "03-09 12:00").phase == "closed"


def test_the_program_says_when_sessions_are_final() -> None:
    rules = SessionRules(final_after=Duration(DAY_MS))
    person = Person(session=rules).session("s1", "03-08 10:00")
    assert seen(person, "03-09 11:59:59.999").phase == "running"
    assert seen(person, "03-09 12:00").phase == "closed"


def test_ratios_round_half_up_to_four_digits() -> None:
    assert seen(planned(mixed(2, 1)), "03-10 00:00").rate == 0.6667
    assert seen(planned(mixed(1, 2)), "03-10 00:00").rate == 0.3333


def test_a_pending_matter_at_the_close_is_missing_from_what_was_earned() -> None:
    person = planned(mixed(4, 0)).session("s5", "03-06 10:00", ABSENT)
    person.say(notified("s5", "03-06 09:00")).session("s6", "03-07 10:00", ABSENT)
    running = seen(person)
    assert (running.pending, running.base, running.phase) == (1, 0.8333, "running")
    closed = seen(person, "03-10 00:00")
    assert (closed.standing, closed.rate, closed.base) == ("below", 0.6667, 0.8333)
    person.say(overridden("s5", "03-10 10:00", "excused"))
    assert seen(person, "03-10 12:00").standing == "passed"
