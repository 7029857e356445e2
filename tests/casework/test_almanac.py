"""Days and times of a case: weekdays, dates, zones, both clock changes, past midnight."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from schemas.instants import milliseconds
from streams.casework.almanac import Almanac, CaseError

MONDAY = date(2026, 3, 2)
LONDON = Almanac(MONDAY, ZoneInfo("Europe/London"))


def utc(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("first", "word", "week", "day"),
    [
        (MONDAY, "Mon", 1, date(2026, 3, 2)),
        (MONDAY, "sun", 1, date(2026, 3, 8)),
        (MONDAY, "Mon", 2, date(2026, 3, 9)),
        (MONDAY, "Sun", 0, date(2026, 3, 1)),
        (MONDAY, "2026-02-28", 1, date(2026, 2, 28)),
        (date(2026, 3, 1), "Sun", 1, date(2026, 3, 1)),
        (date(2026, 3, 1), "Sat", 1, date(2026, 3, 7)),
        (MONDAY, "Monday", 1, None),
        (MONDAY, "came", 1, None),
    ],
)
def test_a_weekday_lies_in_its_week(first: date, word: str, week: int, day: date | None) -> None:
    assert Almanac(first, ZoneInfo("UTC")).day(word, week) == day


@pytest.mark.parametrize(
    ("zone", "day", "clock", "at"),
    [
        ("Europe/London", date(2026, 3, 28), "18:00", "2026-03-28T18:00"),
        ("Europe/London", date(2026, 3, 29), "18:00", "2026-03-29T17:00"),
        ("America/New_York", date(2026, 11, 1), "01:30", "2026-11-01T05:30"),
        ("Asia/Kolkata", date(2026, 3, 2), "00:00", "2026-03-01T18:30"),
    ],
)
def test_times_are_local(zone: str, day: date, clock: str, at: str) -> None:
    assert Almanac(MONDAY, ZoneInfo(zone)).instant(day, clock) == utc(at)


def test_a_time_that_is_skipped_is_refused() -> None:
    with pytest.raises(CaseError, match="2026-03-29 has no 01:30 in Europe/London"):
        LONDON.instant(date(2026, 3, 29), "01:30")


@pytest.mark.parametrize("clock", ["24:00", "6:00", "18.00", "18:60", "", "noon"])
def test_what_is_no_time_is_refused(clock: str) -> None:
    with pytest.raises(CaseError, match=r"expected a time such as 18:00, found"):
        LONDON.instant(MONDAY, clock)


def test_a_session_may_go_past_midnight() -> None:
    session = LONDON.span(MONDAY, "22:00-01:00")
    assert session == (utc("2026-03-02T22:00"), utc("2026-03-03T01:00"))
    assert LONDON.within("22:10-00:50", session) == (
        utc("2026-03-02T22:10"),
        utc("2026-03-03T00:50"),
    )


def test_people_may_come_before_midnight_to_a_session_after_it() -> None:
    session = LONDON.span(MONDAY, "00:10-01:00")
    assert LONDON.within("23:50-00:30", session) == (
        utc("2026-03-01T23:50"),
        utc("2026-03-02T00:30"),
    )


def test_weeks_are_numbered_from_the_cases_own() -> None:
    numbers = {day: LONDON.number(date(2026, 3, day)) for day in (1, 2, 8, 9)}
    assert numbers == {1: 0, 2: 1, 8: 1, 9: 2}
    assert LONDON.week_end(utc("2026-03-27T12:00")) == utc("2026-03-29T23:00")
