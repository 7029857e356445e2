"""The window people are measured against: hosts, outages, breaks, and when it is void."""

import pytest

from schemas.telemetry import Span
from tests.builders import (
    Log,
    capable,
    ended,
    identified,
    joined,
    opened,
    outage,
    paused,
    scheduled,
    span,
    stay,
    void,
)
from tests.live import run

HOSTED = scheduled(hosts=("h",))


def window(*log: Log, policy: tuple[str, ...] = ()) -> tuple[Span, ...]:
    """The whole window of somebody without times of their own."""
    return run(*log, policy=policy).results["a"].window


def test_without_named_hosts_the_schedule_alone_holds() -> None:
    assert window(scheduled(), stay("10:00", "10:05", "a")) == (span("10:00", "12:00"),)


def test_with_hosts_only_hosted_time_counts() -> None:
    assert window(HOSTED, stay("09:50", "11:30", "h")) == (span("10:00", "11:30"),)


def test_hosted_can_be_switched_off() -> None:
    log = (HOSTED, stay("09:50", "11:30", "h"))

    assert window(*log, policy=("session.hosted = false",)) == (span("10:00", "12:00"),)


def test_a_substitute_hosts_too() -> None:
    log = [joined("10:20", "s", role="host")]

    assert window(HOSTED, log, ended("11:50")) == (span("10:20", "11:50"),)


def test_an_alias_of_a_host_hosts() -> None:
    log = [*stay("10:00", "11:50", "h-phone"), identified("h-phone", "h")]

    assert window(HOSTED, log) == (span("10:00", "11:50"),)


def test_a_host_named_by_an_alias_hosts() -> None:
    plan = scheduled(hosts=("h-phone",))
    log = [*stay("10:00", "11:50", "h-phone"), identified("h-phone", "h")]

    assert window(plan, log) == (span("10:00", "11:50"),)


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ("10:35", (span("10:00", "12:00"),)),
        ("10:35:00.001", (span("10:00", "10:30"), span("10:35:00.001", "12:00"))),
    ],
)
def test_gaps_between_hosts_are_bridged_up_to_five_minutes(
    back: str, expected: tuple[Span, ...]
) -> None:
    assert window(HOSTED, stay("10:00", "10:30", "h"), stay(back, "12:10", "h")) == expected


def test_an_outage_counts_for_nobody_with_time_to_rejoin() -> None:
    log = (scheduled(), stay("10:00", "12:00", "a"), outage("10:30", "10:40"))

    assert window(*log) == (span("10:00", "10:30"), span("10:43", "12:00"))


def test_the_newest_revision_of_an_outage_holds() -> None:
    log = [
        outage("10:30", "10:40", revision=2),
        outage("10:10", "11:50", revision=1),
        outage("11:00", "11:10", revision=1, entity="outage-2"),
        outage("11:00", "11:10", revision=2, entity="outage-2", withdrawn=True),
    ]

    seen = window(scheduled(), stay("10:00", "12:00", "a"), log)

    assert seen == (span("10:00", "10:30"), span("10:43", "12:00"))


def test_breaks_come_from_the_schedule_and_from_facts() -> None:
    plan = scheduled(breaks=[("10:30", "10:40")])

    seen = window(plan, stay("10:00", "12:00", "a"), paused("11:00", "11:10"))

    assert seen == (span("10:00", "10:30"), span("10:40", "11:00"), span("11:10", "12:00"))


def test_a_withdrawn_break_is_none() -> None:
    log = [
        paused("11:00", "11:10", revision=1),
        paused("11:00", "11:10", revision=2, withdrawn=True),
    ]

    assert window(scheduled(), stay("10:00", "12:00", "a"), log) == (span("10:00", "12:00"),)


def test_while_running_the_window_lasts_to_now() -> None:
    told = run(scheduled(), joined("10:00", "a"), now="10:20")

    assert told.results["a"].window == (span("10:00", "10:20"),)
    assert told.scores["a"].attendance == 1.0


@pytest.mark.parametrize(
    ("hosted_until", "reason"), [("11:00", None), ("10:59:59.999", "window_too_short")]
)
def test_half_of_the_schedule_must_be_hosted(hosted_until: str, reason: str | None) -> None:
    score = run(HOSTED, stay("10:00", hosted_until, "h")).scores["a"]

    assert score.void_reason == reason
    assert (score.standing == "void") == (reason is not None)


@pytest.mark.parametrize(
    ("hosted_until", "reason"), [("10:45", None), ("10:44:59.999", "window_too_short")]
)
def test_half_is_taken_of_the_schedule_without_breaks(
    hosted_until: str, reason: str | None
) -> None:
    plan = scheduled(hosts=("h",), breaks=[("11:00", "11:30")])

    assert run(plan, stay("10:00", hosted_until, "h")).scores["a"].void_reason == reason


@pytest.mark.parametrize(("end", "reason"), [("11:00", None), ("10:59:59.999", "window_too_short")])
def test_an_early_end_is_held_against_the_original_schedule(end: str, reason: str | None) -> None:
    assert run(scheduled(), stay("10:00", end, "a"), ended(end)).scores["a"].void_reason == reason


@pytest.mark.parametrize(
    ("until", "reason"), [("10:57", None), ("10:57:00.001", "window_too_short")]
)
def test_outages_can_make_it_void(until: str, reason: str | None) -> None:
    log = (scheduled(), stay("10:00", "12:00", "a"), outage("10:00", until))

    assert run(*log).scores["a"].void_reason == reason


def test_a_void_session_keeps_its_figures_and_finds_nothing() -> None:
    score = run(HOSTED, stay("10:00", "10:50", "h"), stay("10:20", "10:50", "a")).scores["a"]

    assert score.attended_ms == 1_800_000
    assert score.late_ms == 1_200_000
    assert score.findings == ()


def test_a_cancelled_session_is_void_at_once() -> None:
    told = run(scheduled(status="cancelled"), now="09:00")

    assert told.scores["a"].void_reason == "cancelled"
    assert told.scores["a"].status == "cancelled"


def test_no_signal_at_all_is_void_once_over() -> None:
    log = (scheduled(), capable("chat"), outage("10:00", "10:10"))

    assert run(*log, now="11:59:59.999").scores["a"].void_reason is None
    assert run(*log, now="12:00").scores["a"].void_reason == "no_signal"
    assert run(*log, now="12:00").found() == {}


def test_any_signal_is_enough_for_no_shows() -> None:
    told = run(scheduled(), opened("11:00"), now="12:00")

    assert told.scores["a"].void_reason is None
    assert "no_show" in told.found()


@pytest.mark.parametrize(("at", "reason"), [("12:00", None), ("12:00:00.001", "no_signal")])
def test_a_signal_behind_the_end_tells_nothing(at: str, reason: str | None) -> None:
    told = run(scheduled(), joined(at, "a"))

    assert told.scores["a"].void_reason == reason
    assert ("no_show" in told.found()) == (reason is None)


@pytest.mark.parametrize(
    ("until", "review", "reason"),
    [("11:00:00.001", "no_host_seen", None), ("11:00", None, "window_too_short")],
)
def test_a_crowd_without_any_host_is_for_staff_to_review(
    until: str, review: str | None, reason: str | None
) -> None:
    plan = scheduled(roster=("a", "b", "c"), hosts=("h",))
    crowd = [*stay("10:00", "10:30", "a"), *stay("10:30", until, "b")]

    told = run(plan, crowd)

    assert told.scores["a"].needs_review == review
    assert told.scores["a"].void_reason == reason
    assert told.found("c") == {}


def test_under_review_figures_ignore_the_missing_host() -> None:
    score = run(HOSTED, stay("10:06", "12:00", "a")).scores["a"]

    assert score.window_ms == 7_200_000
    assert score.late_ms == 360_000
    assert score.standing == "attended"


@pytest.mark.parametrize(
    ("value", "reason", "found"), [(True, "staff", set()), (False, None, {"late"})]
)
def test_staff_settle_a_review(value: bool, reason: str | None, found: set[str]) -> None:
    told = run(HOSTED, stay("10:06", "12:00", "a"), void(value))

    assert told.scores["a"].needs_review is None
    assert told.scores["a"].void_reason == reason
    assert told.found().keys() == found


def test_one_host_seen_for_a_moment_is_no_case_for_review() -> None:
    log = [*stay("09:00", "09:05", "h"), *stay("10:00", "12:00", "a")]

    assert run(HOSTED, log).scores["a"].void_reason == "window_too_short"


def test_staff_can_void_and_save_any_session() -> None:
    good = (scheduled(), stay("10:00", "12:00", "a"))
    short = (HOSTED, stay("10:00", "10:50", "h"))
    called_off = (scheduled(status="cancelled"), stay("10:00", "12:00", "a"))

    assert run(*good, void(True)).scores["a"].void_reason == "staff"
    assert run(*short, void(False)).scores["a"].void_reason is None
    assert run(*called_off, void(False)).scores["a"].standing == "attended"


def test_the_newest_decision_of_staff_holds() -> None:
    log = [void(False, revision=2), void(True, revision=1)]

    assert run(scheduled(), stay("10:00", "12:00", "a"), log).scores["a"].void_reason is None
