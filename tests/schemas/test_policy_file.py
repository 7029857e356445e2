"""Policy files: values read exactly, and one clear line for everything that cannot be used."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.policy import Policy, PolicyError
from schemas.policy_care import Advice
from schemas.policy_file import parse

HEAD = 'version = "1"\neffective_from = 2026-01-01\n'
DEFAULTS = Policy(version="1", effective_from=date(2026, 1, 1))


def test_what_is_not_written_keeps_its_default() -> None:
    assert parse(HEAD, "p.toml") == DEFAULTS


def test_every_value_is_read_exactly() -> None:
    policy = parse(
        HEAD
        + 'program = "prog-evening"\nzone = "America/New_York"\n'
        + '[attendance]\ncredit_at = 0.85\nlate_after = "90s"\nabsent_below = 0\n'
        + '[session]\nhosted = false\ncorrections_for = "60d"\n'
        + "[participation]\nramp = [0.333, 1]\n"
        + '[participation.signals]\nworkshop = ["chat", "polls"]\nindividual = "all"\n',
        "p.toml",
    )
    assert (policy.program, policy.zone) == ("prog-evening", "America/New_York")
    assert policy.attendance.credit_at == Fraction(17, 20)
    assert policy.attendance.late_after == 90_000
    assert policy.attendance.absent_below == 0
    assert policy.session.hosted is False
    assert policy.session.corrections_for == 60 * 86_400_000
    assert policy.participation.ramp == (Fraction(333, 1000), Fraction(1))
    assert policy.participation.signals.get("workshop") == ("chat", "polls")
    assert policy.participation.signals.get("individual") is None
    assert policy.participation.signals.get("group") is None


SHARE = "expected a share from 0 to 1, such as 0.8"
DURATION = "expected a duration such as 90s, 10m, 2h or 30d"
NO_WEIGHT = "".join(f"{each} = 0\n" for each in DEFAULTS.participation.weights.__struct_fields__)

REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("", "version: missing"),
    "no date": ('version = "1"', "effective_from: missing"),
    "unknown key": (HEAD + "foo = 1", "foo: unknown key"),
    "unknown key in a section": (HEAD + "[presence]\nfoo = 1", "presence.foo: unknown key"),
    "unknown key deeper": (
        HEAD + "[participation.weights]\nfoo = 1",
        "participation.weights.foo: unknown key",
    ),
    "unknown section": (HEAD + "[sesion]", "sesion: unknown key"),
    "unknown kind": (
        HEAD + '[participation.signals]\nseminar = "all"',
        "participation.signals.seminar: unknown key",
    ),
    "wrong type": (HEAD + "[session]\nhosted = 1", "session.hosted: Expected `bool`, got `int`"),
    "no table": ("session = 1\n" + HEAD, "session: Expected `object`, got `int`"),
    "not whole": (
        HEAD + "[group]\nmax_size = 12.0",
        "group.max_size: Expected `int`, got `float`",
    ),
    "too small": (HEAD + "[group]\nmax_size = 0", "group.max_size: Expected `int` >= 1"),
    "number as duration": (HEAD + "[host]\ngap = 300", f"host.gap: {DURATION}"),
    "duration without unit": (HEAD + '[host]\ngap = "300"', f"host.gap: {DURATION}"),
    "negative duration": (HEAD + '[host]\ngap = "-5m"', f"host.gap: {DURATION}"),
    "endless duration": (
        HEAD + '[host]\ngap = "401d"',
        "host.gap: a duration must not exceed 400d",
    ),
    "share in percent": (HEAD + "[attendance]\ncredit_at = 80", f"attendance.credit_at: {SHARE}"),
    "share above 1": (HEAD + "[attendance]\ncredit_at = 1.01", f"attendance.credit_at: {SHARE}"),
    "negative share": (HEAD + "[attendance]\ncredit_at = -0.1", f"attendance.credit_at: {SHARE}"),
    "share as text": (HEAD + '[attendance]\ncredit_at = "0.8"', f"attendance.credit_at: {SHARE}"),
    "share as truth": (HEAD + "[attendance]\ncredit_at = true", f"attendance.credit_at: {SHARE}"),
    "endless share": (HEAD + "[attendance]\ncredit_at = inf", f"attendance.credit_at: {SHARE}"),
    "no number": (HEAD + "[attendance]\ncredit_at = nan", f"attendance.credit_at: {SHARE}"),
    "absurd exponent": (HEAD + "[camera]\nminimum = 1e-999999999", f"camera.minimum: {SHARE}"),
    "unknown choice": (
        HEAD + '[presence]\nmissing_leave = "never"',
        "presence.missing_leave: Invalid enum value 'never'",
    ),
    "unknown choice in a list": (
        HEAD + '[camera]\nrequired_for = ["group", "grup"]',
        "camera.required_for[1]: Invalid enum value 'grup'",
    ),
    "absent above credited": (
        HEAD + "[attendance]\nabsent_below = 0.9",
        "attendance.absent_below: must not exceed credit_at",
    ),
    "final after corrections": (
        HEAD + '[session]\nfinal_after = "11d"',
        "session.final_after: must not exceed corrections_for",
    ),
    "corrections beyond what is kept": (
        HEAD + '[session]\ncorrections_for = "61d"',
        "session.corrections_for: must not exceed 60d",
    ),
    "make-ups beyond what is kept": (
        HEAD + '[make_up]\nwithin = "29d"',
        "make_up.within: must not exceed 28d",
    ),
    "partial above active": (
        HEAD + "[participation]\npartial_at = 70",
        "participation.partial_at: must not exceed active_at",
    ),
    "no weight at all": (
        HEAD + "[participation.weights]\n" + NO_WEIGHT,
        "participation.weights: at least one must be above 0",
    ),
    "min_weight out of reach": (
        HEAD + "[participation]\nmin_weight = 101",
        "participation.min_weight: must not exceed the sum of the weights",
    ),
    "min_weight of nothing": (
        HEAD + "[participation]\nmin_weight = 0",
        "participation.min_weight: Expected `int` >= 1",
    ),
    "nothing asked of newcomers": (
        HEAD + "[participation]\nramp = [0, 0.5]",
        "participation.ramp: must be above 0 in every week",
    ),
    "a minute too short": (
        HEAD + '[participation]\nspeaking_min = "61s"',
        "participation.speaking_min: no minute has more than 60s",
    ),
    "a kind without signals": (
        HEAD + "[participation.signals]\nworkshop = []",
        "participation.signals.workshop: needs a signal with a weight above 0",
    ),
    "a kind without weight": (
        HEAD + '[participation]\nmin_weight = 1\nweights.chat = 0\nsignals.workshop = ["chat"]',
        "participation.signals.workshop: needs a signal with a weight above 0",
    ),
    "a signal twice": (
        HEAD + '[participation.signals]\nworkshop = ["chat", "chat"]',
        "participation.signals.workshop: names a signal twice",
    ),
    "no such zone": (HEAD + 'zone = "Mars"', "zone: `Mars` is not an IANA time zone"),
    "zone that is a folder": (
        HEAD + 'zone = "America"',
        "zone: `America` is not an IANA time zone",
    ),
    "zone outside": (HEAD + 'zone = "../x"', "zone: `../x` is not an IANA time zone"),
    "version with a slash": (
        'version = "a/b"\neffective_from = 2026-01-01',
        "version: must be 1 to 64 letters, digits or any of . _ + -",
    ),
    "program with a line break": (HEAD + r'program = "a\nb"', "program: must be printable"),
    "instant for a date": (
        'version = "1"\neffective_from = 2026-01-01T00:00:00',
        "effective_from: Expected `date`, got `datetime`",
    ),
    "no such date": (
        'version = "1"\neffective_from = 2026-02-30',
        "line 2, column 18: not TOML: Invalid date or datetime",
    ),
    "half a line": ("zone =", "end of document: not TOML: Invalid value"),
    "key twice": (
        'zone = "UTC"\nzone = "UTC"\n' + HEAD,
        "line 2, column 13: not TOML: Cannot overwrite a value",
    ),
    "nesting bomb": ("x = " + "[" * 100_000, "text: not TOML: nested too deep"),
    "instant for a holiday": (
        HEAD + "[calendar]\nholidays = [2026-12-24, 2026-12-25T00:00:00]",
        "calendar.holidays[1]: Expected `date`, got `datetime`",
    ),
    "word for a holiday": (
        HEAD + '[calendar]\nholidays = ["Christmas"]',
        "calendar.holidays[0]: Invalid RFC3339 encoded date",
    ),
    "one holiday without a list": (
        HEAD + "[calendar]\nholidays = 2026-12-25",
        "calendar.holidays: Expected `array`, got `date`",
    ),
    "a holiday twice": (
        HEAD + "[calendar]\nholidays = [2026-12-25, 2026-12-25]",
        "calendar.holidays: names a day twice",
    ),
    "no working day": (
        HEAD + "[calendar]\nworking_days = []",
        "calendar.working_days: at least one is needed",
    ),
    "a working day twice": (
        HEAD + '[calendar]\nworking_days = ["monday", "monday"]',
        "calendar.working_days: names a day twice",
    ),
    "weekday with a capital": (
        HEAD + '[week]\nstarts_on = "Monday"',
        "week.starts_on: Invalid enum value 'Monday'",
    ),
    "minimum above goal": (
        HEAD + "[week]\nminimum = 0.91",
        "week.minimum: must not exceed goal",
    ),
    "review before warning": (
        HEAD + "[streak]\nreview = 1",
        "streak.warn: must not exceed review",
    ),
    "more late than sessions": (
        HEAD + "[lateness]\namong = 2",
        "lateness.count: must not exceed among",
    ),
    "more trouble than sessions": (
        HEAD + "[technical]\namong = 1",
        "technical.count: must not exceed among",
    ),
    "more weeks below than weeks": (
        HEAD + "[review]\namong = 1",
        "review.weeks_below: must not exceed among",
    ),
    "advice without a due time": (
        HEAD + '[advice]\nreach_out = { role = "coordinator" }',
        "advice.reach_out.due_days: missing",
    ),
    "advice with a misspelt key": (
        HEAD + '[advice]\nreach_out = { rolle = "coordinator", due_days = 1 }',
        "advice.reach_out.rolle: unknown key",
    ),
    "advice that is no table": (
        HEAD + '[advice]\nreach_out = "coordinator"',
        "advice.reach_out: Expected `object`, got `str`",
    ),
    "advice for nothing known": (
        HEAD + '[advice]\ncall = { role = "coordinator", due_days = 1 }',
        "advice.call: unknown key",
    ),
    "role with a line break": (
        HEAD + r"[advice]"
        "\n"
        r'reach_out = { role = "a\nb", due_days = 1 }',
        "advice.reach_out.role: must be printable",
    ),
    "an emergency twice": (
        HEAD + '[notice]\nemergency_reasons = ["illness", "illness"]',
        "notice.emergency_reasons: names a reason twice",
    ),
    "a kind twice": (
        HEAD + '[camera]\nrequired_for = ["group", "group"]',
        "camera.required_for: names a kind twice",
    ),
    "line break in a key": ('"a\\nb" = 1\n' + HEAD, "a?b: unknown key"),
}


@pytest.mark.parametrize(("text", "line"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_one_line_with_file_key_and_reason(text: str, line: str) -> None:
    assert line_of(text) == f"p.toml: {line}"


def test_an_absurd_number_is_refused_in_one_line() -> None:
    with pytest.raises(PolicyError, match=r"\Ap\.toml: text: not TOML: [^\n]+\Z"):
        parse("x = " + "9" * 5_000, "p.toml")


def test_dates_weekdays_and_inline_tables_are_read() -> None:
    policy = parse(
        HEAD
        + '[calendar]\nworking_days = ["sunday", "monday"]\nholidays = [2026-12-25]\n'
        + '[week]\nstarts_on = "sunday"\nminimum = 0.85\n'
        + '[advice]\ncheck_in = { role = "nurse", due_days = 0 }\n',
        "p.toml",
    )
    assert policy.calendar.working_days == ("sunday", "monday")
    assert policy.calendar.holidays == (date(2026, 12, 25),)
    assert policy.week.starts_on == "sunday"
    assert policy.week.minimum == Fraction(17, 20)
    assert policy.advice.check_in == Advice(role="nurse", due_days=0)
    assert policy.advice.reach_out == DEFAULTS.advice.reach_out


def line_of(text: str) -> str:
    """The error line for `text`, empty for a usable policy."""
    try:
        parse(text, "p.toml")
    except PolicyError as error:
        return str(error)
    return ""


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(["", HEAD, HEAD + "[attendance]\ncredit_at = "]))
def test_any_text_is_a_policy_or_one_line(text: str, before: str) -> None:
    line = line_of(before + text)
    assert not line or line.startswith("p.toml: ")
    assert len(line.splitlines()) <= 1
