"""Notes on policies: each is told where it applies and not a step beside it."""

from pathlib import Path

import pytest

from schemas.policy_file import parse
from streams.surprises import of_succession, surprises

HEAD = 'version = "1"\neffective_from = 2026-01-01\n'

BOTH_SIDES = {
    "a program in no zone": (
        'program = "evening"',
        'program = "evening"\nzone = "Europe/London"',
        "zone",
    ),
    "all of one session": (
        "session.valid_share = 1",
        "session.valid_share = 0.99",
        "session.valid_share",
    ),
    "hosts that do not count": (
        'session.hosted = false\nhost.gap = "6m"',
        "session.hosted = false",
        "host",
    ),
    "a grace beyond all bridges": (
        'presence.reconnect_grace = "11m"',
        'presence.reconnect_grace = "10m"',
        "presence.reconnect_grace",
    ),
    "nothing is enough": (
        "attendance.credit_at = 0\nattendance.absent_below = 0",
        "attendance.credit_at = 0.01\nattendance.absent_below = 0",
        "attendance.credit_at",
    ),
    "nobody absent": (
        "attendance.absent_below = 0",
        "attendance.absent_below = 0.01",
        "attendance.absent_below",
    ),
    "a no-show before late": (
        'attendance.no_show_after = "4m"',
        'attendance.no_show_after = "5m"',
        "attendance.no_show_after",
    ),
    "a camera for nothing": (
        'camera.required_for = []\ncamera.grace = "1m"',
        "camera.required_for = []",
        "camera",
    ),
    "no share of a camera": ("camera.minimum = 0", "camera.minimum = 0.01", "camera.minimum"),
    "nobody passive": (
        "participation.partial_at = 0",
        "participation.partial_at = 1",
        "participation.partial_at",
    ),
    "nothing partial": (
        "participation.partial_at = 60",
        "participation.partial_at = 59",
        "participation.partial_at",
    ),
    "no emergency": (
        'notice.emergency_reasons = []\nnotice.emergency_until = "1h"',
        "notice.emergency_reasons = []",
        "notice.emergency_until",
    ),
    "everything an emergency": (
        'notice.emergency_reasons = ["other"]',
        'notice.emergency_reasons = ["technical"]',
        "notice.emergency_reasons",
    ),
    "told too early": (
        'notice.told_until = "29m"',
        'notice.told_until = "30m"',
        "notice.told_until",
    ),
    "no excuse without staff": (
        "notice.max_excused = 0",
        "notice.max_excused = 1",
        "notice.max_excused",
    ),
    "no time to decide": ("notice.decide_days = 0", "notice.decide_days = 1", "notice.decide_days"),
    "a holiday on a Sunday": (
        "calendar.holidays = [2026-12-27]",
        "calendar.holidays = [2026-12-25]",
        "calendar.holidays",
    ),
    "a holiday before": (
        "calendar.holidays = [2025-12-25]",
        "calendar.holidays = [2026-01-01]",
        "calendar.holidays",
    ),
    "no minimum": (
        "week.minimum = 0",
        "week.minimum = 0.01\nweek.allowed_misses = 0",
        "week.minimum",
    ),
    "no miss in five": ("week.minimum = 0.81", "week.minimum = 0.01", "week.minimum"),
    "all of one": ("week.allowed_misses = 1", "week.allowed_misses = 0", "week.allowed_misses"),
    "by minutes": ('week.by = "minutes"', 'week.by = "sessions"', "week.by"),
    "nothing to pass": ("week.goal = 0.8", "week.goal = 0.81", "week.goal"),
    "make-ups that are not": (
        'make_up.allowed = false\nmake_up.within = "7d"',
        "make_up.allowed = false",
        "make_up.within",
    ),
    "no way back": (
        'make_up.allowed = false\nswitch.within = "never"',
        "make_up.allowed = false",
        "make_up.allowed",
    ),
    "days beyond the week": (
        "dose.week_minutes = 539",
        "dose.week_minutes = 540",
        "dose.week_minutes",
    ),
    "a dose nobody hears of": ("dose.day_minutes = 170", "dose.day_minutes = 180", "dose.alert"),
    "no dose": (
        "dose.alert = true\ndose.tolerance = 1",
        "dose.alert = true\ndose.tolerance = 0.99",
        "dose.tolerance",
    ),
    "falling by nothing": ("trend.falling_by = 0", "trend.falling_by = 1", "trend.falling_by"),
    "nothing lost": (
        'technical.network_lost = "0s"',
        'technical.network_lost = "1s"',
        "technical.network_lost",
    ),
    "warned and reviewed": ("streak.review = 2", "streak.review = 3", "streak.review"),
    "one in a row": ("streak.warn = 1", "streak.warn = 2", "streak.warn"),
    "newcomers wait as long": (
        "newcomer.due_days = 5",
        "newcomer.due_days = 4",
        "newcomer.due_days",
    ),
    "no newcomers": (
        "newcomer.weeks = 0\nnewcomer.due_days = 2",
        "newcomer.weeks = 0",
        "newcomer.due_days",
    ),
}


def noted(text: str) -> dict[str, str]:
    return {each.key: each.text for each in surprises(parse(text + "\n" + HEAD, "p.toml"))}


@pytest.mark.parametrize(("told", "untold", "key"), BOTH_SIDES.values(), ids=BOTH_SIDES)
def test_a_note_is_told_where_it_applies_and_not_beside_it(
    told: str, untold: str, key: str
) -> None:
    assert key in noted(told)
    # A minimum is never quite without a note: another one may be told in its place.
    assert noted(untold).get(key) != noted(told)[key]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("", "with 1 to 4 sessions a week, 80 % allows no miss at all"),
        ("week.minimum = 0.75", "with 1 to 3 sessions a week, 75 % allows no miss at all"),
        ("week.minimum = 0.9", "with 1 to 5 sessions a week, 90 % allows no miss at all"),
        ("week.minimum = 0.5", "with 1 session a week, 50 % allows no miss at all"),
        ("week.allowed_misses = 1", None),
    ],
)
def test_weeks_that_allow_no_miss_are_told(settings: str, text: str | None) -> None:
    assert noted(settings).get("week.minimum") == text


def test_a_version_begins_with_a_week_or_a_note() -> None:
    def succession(settings: str) -> list[str]:
        earlier, later = parse(HEAD, "p"), parse(f'version = "2"\n{settings}', "p")
        return [each.key for each in of_succession(earlier, later)]

    assert succession("effective_from = 2026-03-02") == []
    assert succession("effective_from = 2026-03-03") == ["effective_from"]
    sunday = "effective_from = 2026-03-01\nweek.starts_on = 'sunday'"
    assert succession(sunday) == ["week.starts_on"]
    assert succession("effective_from = 2026-03-02\nzone = 'Asia/Tokyo'") == ["zone"]


def test_the_shipped_default_has_one_note() -> None:
    default = Path(__file__).parents[1] / "deploy" / "policies" / "default.toml"
    assert [each.key for each in surprises(parse(default.read_text(), "d"))] == ["week.minimum"]
