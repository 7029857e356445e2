"""One outcome per session: the first that applies, and what staff set before all else."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from schemas.care import CareEvent
from schemas.policy_care import CalendarRules
from tests.builders import when
from tests.care.person import Person
from tests.care.weeks import (
    CLOSED,
    WEEK,
    counts,
    decided,
    linked,
    notified,
    outcome,
    outcomes,
    overridden,
)

EARLY = notified("s1", "03-01 10:00")
LATE = notified("s1", "03-02 10:00")
"""A notice that excuses the session at 10:00 on 2 March, and one that staff must decide on."""


def missed(*said: CareEvent, standing: str = "absent", **sections: Any) -> Person:
    return Person(**sections).session("s1", "03-02 10:00", standing).say(*said)


@pytest.mark.parametrize(
    ("standing", "phase", "expected"),
    [
        ("expected", "running", "to_come"),
        ("present", "running", "to_come"),
        ("missing", "running", "to_come"),
        ("attended", "provisional", "credited"),
        ("partial", "provisional", "unexcused"),
        ("absent", "provisional", "unexcused"),
        ("attended", "final", "credited"),
        ("partial", "final", "unexcused"),
        ("absent", "final", "unexcused"),
    ],
)
def test_what_was_measured(standing: str, phase: str, expected: str) -> None:
    person = Person().session("s1", "03-02 10:00", standing, phase=phase)
    week = person.look("03-02 12:00").week(WEEK)
    assert outcomes(week) == {"s1": expected}
    assert week.missed == (expected == "unexcused")


@pytest.mark.parametrize(
    ("said", "standing", "expected"),
    [
        ([], "absent", "unexcused"),
        ([EARLY], "absent", "excused"),
        ([EARLY], "partial", "excused"),
        ([EARLY], "attended", "credited"),
        ([decided("s1", "03-02 13:00", False)], "attended", "credited"),
        ([EARLY, decided("s1", "03-02 13:00", False)], "absent", "unexcused"),
        ([LATE, decided("s1", "03-02 13:00", True)], "absent", "excused"),
        ([decided("s1", "03-02 13:00", True)], "absent", "excused"),
        # Staff's own word comes before what was measured, noticed and decided.
        ([EARLY, overridden("s1", "03-02 13:00", "unexcused")], "absent", "unexcused"),
        ([overridden("s1", "03-02 13:00", "unexcused")], "attended", "unexcused"),
        ([overridden("s1", "03-02 13:00", "excused")], "attended", "excused"),
        ([overridden("s1", "03-02 13:00", "credited")], "absent", "credited"),
        (
            [decided("s1", "03-02 14:00", False), overridden("s1", "03-02 13:00", "excused")],
            "absent",
            "excused",
        ),
        # Taken back, it was never said.
        ([overridden("s1", "03-02 13:00", "credited", withdrawn=True)], "absent", "unexcused"),
        ([notified("s1", "03-01 10:00", withdrawn=True)], "absent", "unexcused"),
        ([EARLY, decided("s1", "03-02 13:00", False, withdrawn=True)], "absent", "excused"),
    ],
)
def test_the_first_that_applies(said: Sequence[CareEvent], standing: str, expected: str) -> None:
    assert outcome(missed(*said, standing=standing)) == expected


def test_the_latest_override_holds_by_time_and_then_by_id() -> None:
    first = overridden("s1", "03-02 13:00", "credited", id="b")
    later = overridden("s1", "03-02 13:01", "unexcused", id="a")
    same_time = overridden("s1", "03-02 13:00", "excused", id="c")
    assert outcome(missed(first, later)) == outcome(missed(later, first)) == "unexcused"
    assert outcome(missed(first, same_time)) == outcome(missed(same_time, first)) == "excused"
    assert outcome(missed(same_time, later)) == "unexcused"


def test_a_withdrawn_override_leaves_the_one_before() -> None:
    first = overridden("s1", "03-02 13:00", "credited")
    later = overridden("s1", "03-02 13:01", "unexcused", entity="later")
    person = missed(first, later)
    assert outcome(person) == "unexcused"
    taken_back = overridden("s1", "03-02 13:01", "unexcused", entity="later", revision=1)
    person.say(
        overridden("s1", "03-02 13:01", "unexcused", entity="later", revision=2, withdrawn=True)
    )
    assert outcome(person) == "credited"
    # What comes after it but was said before does not bring it back.
    assert outcome(person.say(taken_back)) == "credited"


def test_an_override_ahead_of_the_session_counts_at_once() -> None:
    person = Person().session("s1", "03-06 10:00", "expected")
    person.say(overridden("s1", "03-02 10:00", "excused"))
    assert counts(person.look("03-02 11:00").week(WEEK)) == (0, 0, "on_track")


@pytest.mark.parametrize("standing", ["attended", "partial", "absent"])
def test_a_session_that_needs_a_review_is_pending(standing: str) -> None:
    person = Person().session("s1", "03-02 10:00", standing, needs_review="no_host_seen")
    week = person.look(CLOSED).week(WEEK)
    assert [(each.outcome, each.reason) for each in week.outcomes] == [
        ("pending", "session_needs_review")
    ]
    assert (week.due, week.earned, week.pending, week.base) == (1, 0, 1, 1.0)
    person.session("s1", "03-02 10:00", standing)
    assert outcome(person) == ("credited" if standing == "attended" else "unexcused")


@pytest.mark.parametrize(
    ("standing", "mended", "expected"), [("attended", "", "credited"), ("absent", "m1", "made_up")]
)
def test_what_was_attended_or_mended_comes_before_an_excuse(
    standing: str, mended: str, expected: str
) -> None:
    person = missed(EARLY, linked("s1", "m1", "03-05 10:00"), standing=standing)
    week = person.session("m1", "03-05 10:00", make_up=True).look(CLOSED).week(WEEK)
    assert [(each.outcome, each.mended_by or "") for each in week.outcomes] == [(expected, mended)]
    assert (week.due, week.earned) == (1, 1)


def test_made_up_comes_before_switched() -> None:
    person = missed(linked("s1", "m1", "03-05 10:00"))
    person.session("m1", "03-05 10:00", make_up=True)
    person.session("g1", "03-02 14:00", rostered=False, guest=True)
    week = person.look(CLOSED).week(WEEK)
    assert [(each.outcome, each.mended_by) for each in week.outcomes] == [("made_up", "m1")]


@pytest.mark.parametrize(
    ("now", "expected"), [("03-05 23:59:59.999", "pending"), ("03-06 00:00", "unexcused")]
)
def test_a_pending_notice_lapses_after_three_working_days(now: str, expected: str) -> None:
    assert outcome(missed(LATE), now=now) == expected


@pytest.mark.parametrize(
    ("sections", "starts", "said_at", "lapses"),
    [
        # From Friday on: Monday, Tuesday, Wednesday.
        ({}, "03-06 10:00", "03-06 09:00", "03-12 00:00"),
        ({}, "03-07 10:00", "03-07 09:00", "03-12 00:00"),
        # Never less than from the session on, nor from the notice.
        ({}, "03-06 10:00", "03-05 12:00", "03-12 00:00"),
        ({}, "03-02 10:00", "03-04 12:00", "03-10 00:00"),
        (
            {"calendar": CalendarRules(holidays=(date(2026, 3, 9), date(2026, 3, 11)))},
            "03-06 10:00",
            "03-06 09:00",
            "03-14 00:00",
        ),
        (
            {"calendar": CalendarRules(working_days=("saturday",))},
            "03-06 10:00",
            "03-06 09:00",
            "03-22 00:00",
        ),
        ({"zone": "Asia/Kolkata"}, "03-02 10:00", "03-02 09:00", "03-05 18:30"),
        # The third day is the first in summer time.
        ({"zone": "America/New_York"}, "03-05 12:00", "03-05 11:00", "03-11 04:00"),
    ],
)
def test_the_working_days_of_a_pending_notice(
    sections: Any, starts: str, said_at: str, lapses: str
) -> None:
    person = Person(**sections).say(notified("s1", said_at)).session("s1", starts, "absent")
    before = when(lapses).timestamp() - 0.001
    assert outcomes(person.look(when(starts).fromtimestamp(before, when(lapses).tzinfo)).weeks[0])[
        "s1"
    ] == ("pending")
    assert outcomes(person.look(lapses).weeks[0])["s1"] == "unexcused"


def test_what_is_pending_is_neither_lost_nor_earned() -> None:
    person = missed(LATE).session("s2", "03-03 10:00")
    week = person.look("03-04 00:00").week(WEEK)
    assert (week.due, week.earned, week.pending, week.missed) == (2, 1, 1, 1)
    assert (week.rate, week.base, week.standing) == (0.5, 1.0, "on_track")
    person.say(decided("s1", "03-04 10:00", False))
    week = person.look("03-04 12:00").week(WEEK)
    assert (week.pending, week.base, week.standing) == (0, 0.5, "needs_make_up")


def test_a_notice_says_nothing_of_a_session_to_come_while_staff_must_decide() -> None:
    person = Person().session("s1", "03-06 10:00", "expected")
    person.say(notified("s1", "03-05 10:00:00.001"))
    week = person.look("03-05 11:00").week(WEEK)
    assert (outcomes(week)["s1"], week.due, week.to_come) == ("to_come", 1, 1)


@pytest.mark.parametrize(
    ("said_at", "due", "expected"),
    [("03-05 10:00", 0, "excused"), ("03-05 10:00:00.001", 1, "to_come")],
)
def test_an_accepted_notice_for_a_session_to_come_leaves_due(
    said_at: str, due: int, expected: str
) -> None:
    person = Person().session("s1", "03-06 10:00", "expected").say(notified("s1", said_at))
    week = person.look("03-05 11:00").week(WEEK)
    assert (week.due, week.to_come, outcomes(week)["s1"]) == (due, due, expected)


def test_who_announced_an_absence_and_came_is_credited() -> None:
    person = Person().session("s1", "03-06 10:00", "expected").say(notified("s1", "03-04 10:00"))
    assert outcome(person, now="03-05 00:00") == "excused"
    assert outcome(person.session("s1", "03-06 10:00"), now=CLOSED) == "credited"
