"""The policy sheet: every setting that matters to a patient changes it, and it changes nothing."""

from collections.abc import Iterator
from datetime import date

import msgspec
import pytest

from schemas.policy import Policy
from schemas.policy_file import parse
from schemas.policy_values import Section
from streams.sheet.document import sheet

HEAD = 'version = "1"\neffective_from = 2026-01-01\n'
DEFAULTS = Policy(version="1", effective_from=date(2026, 1, 1))

CHANGES = {
    "zone": 'zone = "Europe/London"',
    "program": 'program = "evening"',
    "session.hosted": "session.hosted = false",
    "session.valid_share": "session.valid_share = 0.4",
    "session.final_after": 'session.final_after = "3h"',
    "session.corrections_for": 'session.corrections_for = "20d"',
    "host.late_present": 'host.late_present = "6m"',
    "outage.rejoin": 'outage.rejoin = "4m"',
    "presence.reconnect_grace": 'presence.reconnect_grace = "90s"',
    "presence.bridge_max": 'presence.bridge_max = "11m"',
    "attendance.credit_at": "attendance.credit_at = 0.85",
    "attendance.absent_below": "attendance.absent_below = 0.3",
    "attendance.no_show_after": 'attendance.no_show_after = "12m"',
    "attendance.late_after": 'attendance.late_after = "6m"',
    "attendance.left_early_after": 'attendance.left_early_after = "6m"',
    "camera.required_for": 'camera.required_for = ["group"]',
    "camera.grace": 'camera.grace = "45s"',
    "camera.minimum": "camera.minimum = 0.7",
    "camera.off_after": 'camera.off_after = "6m"',
    "participation.partial_at": "participation.partial_at = 20",
    "participation.ramp": "participation.ramp = [0.5, 1]",
    "participation.weights.chat": "participation.weights.chat = 0",
    "participation.signals.group": 'participation.signals.group = ["chat"]',
    "participation.signals.workshop": 'participation.signals.workshop = ["chat"]',
    "participation.signals.individual": 'participation.signals.individual = ["chat"]',
    "waiting.not_admitted_after": 'waiting.not_admitted_after = "6m"',
    "notice.before": 'notice.before = "48h"',
    "notice.emergency_until": 'notice.emergency_until = "1h"',
    "notice.emergency_reasons": 'notice.emergency_reasons = ["illness"]',
    "notice.told_until": 'notice.told_until = "40m"',
    "notice.decide_days": "notice.decide_days = 4",
    "notice.max_excused": "notice.max_excused = 5",
    "notice.max_excused_weeks": "notice.max_excused_weeks = 8",
    "calendar.working_days": 'calendar.working_days = ["monday"]',
    "calendar.holidays": "calendar.holidays = [2026-12-25]",
    "week.starts_on": 'week.starts_on = "sunday"',
    "week.by": 'week.by = "minutes"',
    "week.minimum": "week.minimum = 0.75",
    "week.goal": "week.goal = 0.95",
    "week.allowed_misses": "week.allowed_misses = 1",
    "make_up.allowed": "make_up.allowed = false",
    "make_up.within": 'make_up.within = "7d"',
    "switch.within": 'switch.within = "week"',
    "dose.alert": "dose.alert = true",
    "streak.warn": "streak.warn = 3",
    "streak.review": "streak.review = 4",
    "lateness.count": "lateness.count = 4",
    "lateness.among": "lateness.among = 7",
    "disengaged.count": "disengaged.count = 3",
    "technical.reconnects": "technical.reconnects = 5",
    "technical.network_lost": 'technical.network_lost = "11m"',
    "technical.count": "technical.count = 3",
    "technical.among": "technical.among = 5",
    "trend.falling_by": "trend.falling_by = 25",
    "newcomer.weeks": "newcomer.weeks = 4",
    "newcomer.due_days": "newcomer.due_days = 0",
    "review.weeks_below": "review.weeks_below = 3",
    "review.among": "review.among = 5",
    **{
        f"advice.{kind}": f'advice.{kind} = {{ role = "nurse", due_days = 7 }}'
        for kind in DEFAULTS.advice.__struct_fields__
    },
}
WITH_DOSE = {
    "dose.day_minutes": "dose.day_minutes = 120",
    "dose.qualifying_days": "dose.qualifying_days = 2",
    "dose.week_minutes": "dose.week_minutes = 600",
    "dose.tolerance": "dose.tolerance = 0.1",
    "dose.count_breaks": "dose.count_breaks = false",
}
INSIDE = {
    # How records become figures, and what concerns staff and hosts alone.
    "session.reopen",
    "session.ended_slack",
    "session.idle",
    "host.gap",
    "host.absent_after",
    "presence.missing_leave",
    "camera.min_measured",
    "participation.min_weight",
    "participation.min_attended",
    "participation.active_at",
    "participation.speaking_min",
    "participation.speaking_open",
    "participation.poll_open",
    "participation.poll_present",
    "participation.targets",
    "group.max_size",
    "trend.min_scored",
    "trend.baseline_weeks",
    "trend.baseline_scored",
}
"""Settings that a sheet for patients leaves out."""


def settings(part: Section, above: str = "") -> Iterator[str]:
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, Section):
            yield from settings(value, f"{above}{name}.")
        else:
            yield above + name


def shown(text: str) -> str:
    return sheet(parse(text + "\n" + HEAD, "p.toml"))


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES)
def test_a_setting_that_matters_changes_the_sheet(text: str) -> None:
    assert shown(text) != sheet(DEFAULTS)


@pytest.mark.parametrize("text", WITH_DOSE.values(), ids=WITH_DOSE)
def test_minutes_of_service_are_told_where_they_are_asked_for(text: str) -> None:
    assert shown(f"dose.alert = true\n{text}") != shown("dose.alert = true")
    assert shown(text) == sheet(DEFAULTS)


def test_every_setting_is_on_the_sheet_or_left_out_on_purpose() -> None:
    told = CHANGES.keys() | WITH_DOSE.keys() | INSIDE | {"version", "effective_from"}
    for name in settings(DEFAULTS):
        within = {name, name.rpartition(".")[0]}
        weight = name.startswith("participation.weights.")
        assert within & told or weight, name


def test_settings_left_out_change_nothing() -> None:
    text = (
        'session.idle = "40m"\nhost.gap = "6m"\npresence.missing_leave = "last_seen"\n'
        "participation.targets.chat = 5\ngroup.max_size = 9\nparticipation.active_at = 70\n"
    )
    assert shown(text) == sheet(DEFAULTS)


def test_the_sheet_says_what_this_policy_says() -> None:
    text = shown(
        "week.minimum = 0.9\nmake_up.allowed = false\nswitch.within = 'never'\n"
        "notice.emergency_reasons = []\ncamera.required_for = []\nparticipation.partial_at = 0"
    )
    for said in (
        "at least 90 percent of your sessions in a week",
        "with 1 to 5 sessions a week none",
        "Missed sessions cannot be made up for",
        "Attending another group does not stand in",
        "We do not ask for your camera.",
        "No number is too low.",
        "Nothing is decided automatically.",
        "tell anyone on the team",
    ):
        assert said in text
    for unsaid in ("illness", "offers you a session", "have your camera on", "little was seen"):
        assert unsaid not in text


def test_a_review_is_of_three_unexcused_absences_by_people() -> None:
    text = sheet(DEFAULTS)
    assert "After 3 unexcused absences in a row, or 2 weeks below the minimum among 4" in text
    assert "Whatever concerns you is decided by people." in text
    assert "dismiss" not in text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("24h", "24 hours"),
        ("1d", "24 hours"),
        ("3d", "72 hours"),
        ("4d", "4 days"),
        ("90s", "90 seconds"),
        ("1m", "1 minute"),
        ("90m", "90 minutes"),
        ("1500ms", "1.5 seconds"),
        ("0s", "0 seconds"),
    ],
)
def test_lengths_are_exact_and_in_words(written: str, said: str) -> None:
    assert f"at least {said} before a session" in shown(f'notice.before = "{written}"')


def test_names_are_never_markup() -> None:
    policy = msgspec.structs.replace(DEFAULTS, program="a_*<b>")
    assert r"the program a\_\*\<b\>" in sheet(policy)


def test_every_line_is_a_heading_or_whole_sentences() -> None:
    for line in sheet(DEFAULTS).splitlines():
        assert not line or line.startswith("#") or line.endswith("."), line
