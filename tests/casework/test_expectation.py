"""Expectations against what was found: what fits, what is missing, what is too much."""

import pytest

from streams.casework.expectation import Found, changed, compare, expectation

LATE = Found("1", "late", ("ses-3",), ("stood",))
WEEKLY = Found("2", "weekly_attendance", ("week 2",), ("open", "needs_make_up"))
ADVICE = Found("3", "recommend offer_make_up", (), ("open",))
OVER = Found("4", "no_show", ("ses-3",), ("resolved",), must_be_expected=False)
WEEK = Found("5", "week", ("week 2",), ("below", "2", "of", "5"), must_be_expected=False)
RUN = Found("6", "consecutive_unexcused", ("ses-1",), ("open", "pending", "review", "critical"))


@pytest.mark.parametrize(
    ("text", "found", "fits"),
    [
        ("late ses-3: stood", LATE, True),
        ("late: stood", LATE, True),
        ("late", LATE, True),
        ("late ses-3: open", LATE, False),
        ("late ses-4: stood", LATE, False),
        ("no_show ses-3: stood", LATE, False),
        ("no_show ses-3: resolved", OVER, True),
        ("weekly_attendance: open", WEEKLY, True),
        ("weekly_attendance: open needs_make_up", WEEKLY, True),
        ("weekly_attendance week 2: needs_make_up", WEEKLY, True),
        ("weekly_attendance: open unreachable", WEEKLY, False),
        ("weekly_attendance week 1: open", WEEKLY, False),
        ("recommend offer_make_up", ADVICE, True),
        ("offer_make_up", ADVICE, True),
        ("recommend offer_make_up: resolved", ADVICE, False),
        ("recommend check_in", ADVICE, False),
        ("week 2: below", WEEK, True),
        ("week 2: below 2 of 5", WEEK, True),
        ("week 2: below 3 of 5", WEEK, False),
        ("week 1: below", WEEK, False),
        ("consecutive_unexcused: open review", RUN, True),
        ("consecutive_unexcused: open critical", RUN, True),
        ("consecutive_unexcused: review open", RUN, False),
    ],
)
def test_an_expectation_fits_what_says_at_least_as_much(
    text: str, found: Found, fits: bool
) -> None:
    assert expectation(text).fits(found) is fits


def test_a_recommendation_is_expected_to_be_open() -> None:
    closed = ADVICE._replace(words=("resolved",))
    assert not expectation("recommend offer_make_up").fits(closed)


def test_what_holds_must_be_expected_and_what_is_over_need_not() -> None:
    everything = [LATE, WEEKLY, ADVICE, OVER, WEEK]
    assert compare([], everything).surplus == [LATE.text, WEEKLY.text, ADVICE.text]
    expected = [expectation(each.text) for each in everything]
    assert compare(expected, everything) == ([], [])
    assert compare(expected, []).missing == [each.text for each in everything]


def test_what_is_written_as_found_fits_what_was_found() -> None:
    for each in (LATE, WEEKLY, ADVICE, OVER, WEEK, RUN):
        assert expectation(each.text).fits(each)


def test_a_change_is_told_from_both_sides() -> None:
    later = LATE._replace(words=("resolved",))
    assert changed([LATE, WEEK], [later, WEEK]) == ([LATE.text], [later.text])
    assert changed([LATE], [LATE]) == ([], [])
