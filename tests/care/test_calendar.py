"""Weeks and service days in six zones and more, clock changes and the end of the year included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.instants import milliseconds
from schemas.policy import Policies, Policy
from schemas.policy_care import CalendarRules, WeekRules
from streams.care.calendar import end_of_working_day, local_day, midnight, week_of
from tests.builders import ms
from tests.care.person import Person, utc
from tests.care.weeks import labels

HOUR_MS = 3_600_000
HALF_HOUR_MS = HOUR_MS // 2
ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Adelaide",
    "Pacific/Auckland",
    "Africa/Cairo",
    "America/Santiago",
)


def policies(zone: str, starts_on: str = "monday") -> Policies:
    week = WeekRules(starts_on=starts_on)  # type: ignore[arg-type]  # a weekday in every test
    return Policies([Policy(version="v1", effective_from=date(2020, 1, 1), zone=zone, week=week)])


def local(zone: str, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return milliseconds(datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("zone", "monday", "hours"),
    [
        ("UTC", date(2026, 3, 2), 168),
        ("Asia/Kolkata", date(2026, 3, 23), 168),
        ("America/New_York", date(2026, 3, 2), 167),
        ("America/New_York", date(2026, 10, 26), 169),
        ("Europe/Berlin", date(2026, 3, 23), 167),
        ("Europe/Berlin", date(2026, 10, 19), 169),
        ("Australia/Adelaide", date(2026, 3, 30), 169),
        ("Australia/Adelaide", date(2026, 9, 28), 167),
        ("Pacific/Auckland", date(2026, 3, 30), 169),
        ("Pacific/Auckland", date(2026, 9, 21), 167),
        ("Australia/Lord_Howe", date(2026, 3, 30), 168.5),
        ("America/Santiago", date(2026, 8, 31), 167),
    ],
)
def test_a_week_has_the_hours_that_its_clock_shows(zone: str, monday: date, hours: float) -> None:
    begins = local(zone, monday.year, monday.month, monday.day)
    week = week_of("evening", begins + HALF_HOUR_MS, policies(zone))
    assert (week.label, week.begins, week.ends - week.begins) == (monday, begins, hours * HOUR_MS)


@pytest.mark.parametrize("zone", ZONES)
def test_weeks_meet_at_local_midnight_to_the_millisecond(zone: str) -> None:
    rules = policies(zone)
    for monday in (date(2026, 3, 9), date(2026, 3, 30), date(2026, 10, 26), date(2027, 1, 4)):
        begins = local(zone, monday.year, monday.month, monday.day)
        first, last = (week_of("evening", at, rules) for at in (begins, begins - 1))
        assert first.label == monday
        assert (first.begins, last.ends) == (begins, begins)
        assert (monday - last.label).days == 7


@pytest.mark.parametrize(
    ("zone", "day", "weekday", "first"),
    [
        # Clocks go from 24:00 to 01:00: that day begins at 01:00.
        ("Africa/Cairo", date(2026, 4, 24), "friday", datetime(2026, 4, 23, 22, 0, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 6), "sunday", datetime(2026, 9, 6, 4, 0, tzinfo=UTC)),
    ],
)
def test_a_week_that_begins_with_a_skipped_midnight(
    zone: str, day: date, weekday: str, first: datetime
) -> None:
    begins, rules = milliseconds(first), policies(zone, weekday)
    assert midnight(day, zone) == begins
    assert local_day(begins, zone) == day
    assert (local_day(begins - 1, zone) - day).days == -1
    week, before = week_of("evening", begins, rules), week_of("evening", begins - 1, rules)
    assert (week.label, week.begins, before.ends) == (day, begins, begins)
    assert week.ends - week.begins == 167 * HOUR_MS


@pytest.mark.parametrize(
    ("starts_on", "label"),
    [
        ("monday", "2026-03-02"),
        ("tuesday", "2026-03-03"),
        ("wednesday", "2026-03-04"),
        ("thursday", "2026-02-26"),
        ("friday", "2026-02-27"),
        ("saturday", "2026-02-28"),
        ("sunday", "2026-03-01"),
    ],
)
def test_a_week_begins_on_the_day_that_the_policy_names(starts_on: str, label: str) -> None:
    # 4 March is a Wednesday.
    week = week_of("evening", ms("03-04 00:00"), policies("UTC", starts_on))
    assert week.label.isoformat() == label


@pytest.mark.parametrize(
    ("starts", "label"),
    [
        (utc(2025, 12, 29), "2025-12-29"),
        (utc(2026, 1, 1), "2025-12-29"),
        (utc(2026, 1, 4, 23, 59), "2025-12-29"),
        (utc(2026, 1, 5), "2026-01-05"),
        (utc(2027, 1, 3, 23, 30), "2026-12-28"),
    ],
)
def test_a_week_over_the_end_of_the_year_is_one_week(starts: datetime, label: str) -> None:
    known = Person().session("s1", starts).look(starts + timedelta(days=20))
    assert [each.week.isoformat() for each in known.weeks] == [label]


@pytest.mark.parametrize(
    ("zone", "starts", "label", "day"),
    [
        ("UTC", "03-08 23:30", "03-02", "03-08"),
        ("UTC", "03-09 00:00", "03-09", "03-09"),
        ("Asia/Kolkata", "03-08 18:29", "03-02", "03-08"),
        ("Asia/Kolkata", "03-08 18:30", "03-09", "03-09"),
        ("Australia/Adelaide", "03-08 13:29", "03-02", "03-08"),
        ("Australia/Adelaide", "03-08 13:30", "03-09", "03-09"),
        # New York is an hour nearer from 8 March on.
        ("America/New_York", "03-09 03:59", "03-02", "03-08"),
        ("America/New_York", "03-09 04:00", "03-09", "03-09"),
        ("Pacific/Auckland", "03-08 10:59", "03-02", "03-08"),
        ("Pacific/Auckland", "03-08 11:00", "03-09", "03-09"),
        ("America/Santiago", "03-09 02:59", "03-02", "03-08"),
        ("America/Santiago", "03-09 03:00", "03-09", "03-09"),
    ],
)
def test_a_session_past_midnight_counts_where_it_began(
    zone: str, starts: str, label: str, day: str
) -> None:
    known = Person(zone=zone).session("s1", starts).look("03-20 12:00")
    [week] = known.weeks
    assert labels(known) == [label]
    assert [each.day.strftime("%m-%d") for each in week.days] == [day]
    assert (week.due, week.earned) == (1, 1)


@pytest.mark.parametrize(
    ("at", "days", "last_day"),
    [
        ("03-02 00:00", 3, "03-05"),
        ("03-02 23:59:59.999", 3, "03-05"),
        ("03-06 12:00", 1, "03-09"),
        ("03-06 12:00", 3, "03-11"),
        ("03-07 12:00", 1, "03-09"),
        ("03-08 12:00", 3, "03-11"),
        ("03-06 12:00", 0, "03-06"),
        ("03-07 12:00", 0, "03-09"),
    ],
)
def test_working_days_leave_weekends_out(at: str, days: int, last_day: str) -> None:
    end = end_of_working_day(ms(at), days, "UTC", CalendarRules())
    assert local_day(end - 1, "UTC").strftime("%m-%d") == last_day
    assert local_day(end, "UTC") > local_day(end - 1, "UTC")


def test_working_days_leave_holidays_out_and_follow_the_programs_own_week() -> None:
    holidays = CalendarRules(holidays=(date(2026, 3, 3), date(2026, 3, 5)))
    end = end_of_working_day(ms("03-02 12:00"), 3, "UTC", holidays)
    assert end == ms("03-10 00:00")
    weekend = CalendarRules(working_days=("saturday", "sunday"))
    assert end_of_working_day(ms("03-02 12:00"), 3, "UTC", weekend) == ms("03-15 00:00")


@pytest.mark.parametrize(
    ("zone", "at", "end"),
    [
        ("Asia/Kolkata", "03-02 18:29", "03-03 18:30"),
        ("Asia/Kolkata", "03-02 18:30", "03-04 18:30"),
        # The Monday after the change of clocks ends an hour earlier.
        ("America/New_York", "03-06 12:00", "03-10 04:00"),
    ],
)
def test_working_days_end_at_local_midnight(zone: str, at: str, end: str) -> None:
    assert end_of_working_day(ms(at), 1, zone, CalendarRules()) == ms(end)
