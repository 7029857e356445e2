"""Make-ups: links from a missed session to another, each used once and within 14 days."""

from typing import Any

import pytest

from schemas.care import CareEvent
from schemas.instants import DAY_MS
from schemas.policy_care import MakeUpRules, SwitchRules
from schemas.policy_values import Duration
from schemas.week import Week
from tests.care.person import Person
from tests.care.weeks import WEEK, counts, linked, outcome, outcomes, overridden

NOW = "03-25 00:00"


def missed(*said: CareEvent, **sections: Any) -> Person:
    """Absent on Monday at 10:00, there on Tuesday."""
    person = Person(**sections).session("s1", "03-02 10:00", "absent")
    return person.session("s2", "03-03 10:00").say(*said)


def seen(person: Person, now: str = NOW) -> Week:
    return person.look(now).week(WEEK)


def mended(week: Week) -> dict[str, str | None]:
    return {each.session: each.mended_by for each in week.outcomes if each.mended_by}


def test_credited_there_it_counts_once_and_in_the_missed_sessions_week() -> None:
    person = missed(linked("s1", "m1", "03-11 10:00"))
    known = person.session("m1", "03-11 10:00", make_up=True).look(NOW)
    assert counts(known.week(WEEK)) == (2, 2, "met")
    assert mended(known.week(WEEK)) == {"s1": "m1"}
    assert counts(known.week("03-09")) == (0, 0, "none")
    assert known.week("03-09").attended_ms == 7_200_000


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("03-16 10:00", "made_up"),
        ("03-16 10:00:00.001", "unexcused"),
        # Ahead of time it counts as well, and no longer than after it.
        ("02-16 10:00", "made_up"),
        ("02-16 09:59:59.999", "unexcused"),
    ],
)
def test_fourteen_days_between_them_and_a_millisecond_more(starts: str, expected: str) -> None:
    person = missed(linked("s1", "m1", starts)).session("m1", starts, make_up=True)
    week = seen(person)
    assert outcomes(week)["s1"] == expected
    remarks = () if expected == "made_up" else ("make-up of s1: too_far_apart",)
    assert week.remarks == remarks


def test_how_far_apart_is_said_by_the_session_once_it_is_known() -> None:
    person = missed(linked("s1", "m1", "03-16 10:00"))
    assert seen(person, "03-10 00:00").arranged == 1
    person.session("m1", "03-17 10:00", "expected", make_up=True)
    week = seen(person, "03-16 12:00")
    assert (week.arranged, week.remarks) == (0, ("make-up of s1: too_far_apart",))


def test_a_program_says_within_how_many_days() -> None:
    rules = MakeUpRules(within=Duration(7 * DAY_MS))
    for starts, expected in (("03-09 10:00", "made_up"), ("03-09 10:00:00.001", "unexcused")):
        person = missed(linked("s1", "m1", starts), make_up=rules)
        assert outcome(person.session("m1", starts, make_up=True), now=NOW) == expected


def test_where_make_ups_are_not_allowed() -> None:
    person = missed(linked("s1", "m1", "03-05 10:00"), make_up=MakeUpRules(allowed=False))
    week = seen(person.session("m1", "03-05 10:00", make_up=True))
    assert outcomes(week) == {"s1": "unexcused", "s2": "credited"}
    assert week.remarks == ("make-up of s1: not_allowed",)


@pytest.mark.parametrize(
    ("fields", "expected", "remarks"),
    [
        ({"make_up": True}, "made_up", ()),
        ({"rostered": False, "guest": True}, "made_up", ()),
        ({}, "unexcused", ("make-up of s1: regular_session",)),
        ({"make_up": True, "standing": "partial"}, "unexcused", ("make-up of s1: not_attended",)),
        ({"make_up": True, "standing": "absent"}, "unexcused", ("make-up of s1: not_attended",)),
        (
            {"make_up": True, "void_reason": "cancelled"},
            "unexcused",
            ("make-up of s1: session_void",),
        ),
        ({"make_up": True, "withdrawn": True}, "unexcused", ("make-up of s1: session_void",)),
    ],
)
def test_what_can_be_a_make_up(fields: Any, expected: str, remarks: tuple[str, ...]) -> None:
    standing = fields.pop("standing", "attended")
    person = missed(linked("s1", "m1", "03-05 10:00"), switch=SwitchRules(within="never"))
    week = seen(person.session("m1", "03-05 10:00", standing, **fields))
    assert (outcomes(week)["s1"], week.remarks) == (expected, remarks)


def test_a_missed_make_up_is_no_further_absence() -> None:
    person = missed(linked("s1", "m1", "03-05 10:00"))
    person.session("m1", "03-05 10:00", "absent", make_up=True)
    week = seen(person)
    assert (counts(week), week.missed) == ((2, 1, "below"), 1)
    assert outcomes(week) == {"s1": "unexcused", "s2": "credited"}


def test_a_missed_make_up_can_be_followed_by_another() -> None:
    person = missed(linked("s1", "m1", "03-05 10:00"))
    person.session("m1", "03-05 10:00", "absent", make_up=True)
    assert seen(person, "03-06 00:00").standing == "needs_make_up"
    person.say(linked("s1", "m2", "03-12 10:00", at="03-06 10:00"))
    assert seen(person, "03-06 12:00").arranged == 1
    person.session("m2", "03-12 10:00", make_up=True)
    assert mended(seen(person)) == {"s1": "m2"}


def test_two_make_ups_of_one_session_count_once_and_leave_the_second_free() -> None:
    person = Person().session("s1", "03-02 10:00", "absent").session("s2", "03-03 10:00", "absent")
    person.say(
        linked("s1", "m1", "03-05 10:00", at="03-04 10:00"),
        linked("s1", "m2", "03-06 10:00", at="03-04 11:00"),
    )
    person.session("m1", "03-05 10:00", make_up=True).session("m2", "03-06 10:00", make_up=True)
    assert mended(seen(person)) == {"s1": "m1"}
    assert counts(seen(person))[:2] == (2, 1)
    person.say(linked("s2", "m2", "03-06 10:00", at="03-07 10:00"))
    assert mended(seen(person)) == {"s1": "m1", "s2": "m2"}


def test_two_sessions_that_claim_one_make_up_the_first_link_has_it() -> None:
    person = Person().session("s1", "03-02 10:00", "absent").session("s2", "03-03 10:00", "absent")
    first = linked("s2", "m1", "03-05 10:00", at="03-04 10:00", entity="first")
    second = linked("s1", "m1", "03-05 10:00", at="03-04 10:00:00.001")
    person.say(second, first)
    week = seen(person, "03-04 12:00")
    assert (week.arranged, week.remarks) == (1, ("make-up of s1: already_used",))
    person.session("m1", "03-05 10:00", make_up=True)
    assert mended(seen(person)) == {"s2": "m1"}

    person.say(
        linked(
            "s2", "m1", "03-05 10:00", at="03-06 10:00", entity="first", revision=1, withdrawn=True
        )
    )
    assert mended(seen(person)) == {"s1": "m1"}


def test_a_link_from_a_session_that_was_attended_after_all_uses_nothing() -> None:
    person = missed(linked("s2", "m1", "03-05 10:00"), linked("s1", "m1", "03-05 10:00"))
    person.session("m1", "03-05 10:00", make_up=True)
    assert mended(seen(person)) == {"s1": "m1"}


def test_a_withdrawn_link_is_none() -> None:
    person = missed(linked("s1", "m1", "03-05 10:00", entity="link"))
    person.session("m1", "03-05 10:00", make_up=True)
    assert counts(seen(person)) == (2, 2, "met")
    person.say(linked("s1", "m1", "03-05 10:00", entity="link", revision=1, withdrawn=True))
    assert counts(seen(person)) == (2, 1, "below")


def test_a_make_up_ahead_of_time_mends_from_the_first() -> None:
    person = Person().session("s1", "03-05 10:00", "expected").session("s2", "03-06 10:00")
    person.say(linked("s1", "m1", "03-03 10:00")).session("m1", "03-03 10:00", make_up=True)
    assert outcome(person, now="03-04 00:00") == "to_come"
    known = person.session("s1", "03-05 10:00", "absent").look(NOW)
    assert outcomes(known.week(WEEK)) == {"s1": "made_up", "s2": "credited"}
    assert known.statuses("weekly_attendance") == []


def test_a_make_up_of_a_session_that_never_was_changes_nothing() -> None:
    person = missed(linked("ghost", "m1", "03-05 10:00"))
    person.session("m1", "03-05 10:00", make_up=True)
    assert counts(seen(person)) == (2, 1, "below")
    assert seen(person).remarks == ("make-up of ghost: no_such_session",)


@pytest.mark.parametrize(
    ("now", "arranged", "remarks"),
    [
        ("03-05 09:59:59.999", 1, ()),
        ("03-05 10:00", 0, ("make-up of s1: unknown_session",)),
    ],
)
def test_a_make_up_that_never_came_is_arranged_until_it_should_have_begun(
    now: str, arranged: int, remarks: tuple[str, ...]
) -> None:
    week = seen(missed(linked("s1", "m1", "03-05 10:00")), now)
    assert (week.arranged, week.remarks) == (arranged, remarks)


def test_credited_after_the_close_it_turns_stood_into_resolved() -> None:
    person = missed()
    known = person.look("03-10 00:00")
    assert (known.week(WEEK).standing, known.statuses("weekly_attendance")) == ("below", ["stood"])
    person.say(linked("s1", "m1", "03-12 10:00", at="03-10 10:00"))
    known = person.session("m1", "03-12 10:00", make_up=True).look("03-12 12:00")
    assert (counts(known.week(WEEK)), known.week(WEEK).phase) == ((2, 2, "met"), "closed")
    assert known.statuses("weekly_attendance") == ["resolved"]


def test_staff_who_hold_a_miss_against_somebody_hold_it_in_spite_of_a_make_up() -> None:
    person = missed(linked("s1", "m1", "03-05 10:00"), overridden("s1", "03-06 10:00", "unexcused"))
    week = seen(person.session("m1", "03-05 10:00", make_up=True))
    assert (outcomes(week)["s1"], counts(week)) == ("unexcused", (2, 1, "below"))


@pytest.mark.parametrize(
    ("standing", "set_to", "expected"),
    [
        ("partial", "credited", "made_up"),
        ("absent", "credited", "made_up"),
        ("attended", "unexcused", "unexcused"),
    ],
)
def test_staff_set_the_outcome_of_a_make_up_as_of_any_session(
    standing: str, set_to: str, expected: str
) -> None:
    person = missed(linked("s1", "m1", "03-05 10:00"), overridden("m1", "03-06 10:00", set_to))
    assert outcome(person.session("m1", "03-05 10:00", standing, make_up=True), now=NOW) == expected


def test_a_make_up_that_needs_a_review_mends_nothing_yet() -> None:
    person = missed(linked("s1", "m1", "03-05 10:00"))
    person.session("m1", "03-05 10:00", make_up=True, needs_review="no_host_seen")
    week = seen(person, "03-06 00:00")
    assert (outcomes(week)["s1"], week.arranged) == ("unexcused", 1)
    assert outcome(person.session("m1", "03-05 10:00", make_up=True), now=NOW) == "made_up"
