"""When a session is over, final and closed: by schedule, by its end hint, by report, by silence."""

import pytest

from schemas.telemetry import Event
from tests.builders import (
    admitted,
    answered,
    camera,
    chat,
    closed,
    ended,
    hand,
    heartbeat,
    joined,
    left,
    opened,
    outage,
    reaction,
    scheduled,
    shared_work,
    span,
    speaking,
    stay,
    void,
    waiting,
)
from tests.live import Live, run

BOTH = [*stay("10:00", "11:00", "a")]


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        ("09:00", "running"),
        ("11:59:59.999", "running"),
        ("12:00", "provisional"),
        ("13:59:59.999", "provisional"),
        ("14:00", "final"),
    ],
)
def test_phases_of_a_scheduled_session(now: str, phase: str) -> None:
    assert run(scheduled(), BOTH, now=now).scores["a"].phase == phase


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        ("11:09:59.999", "running"),
        ("11:10", "provisional"),
        ("12:59:59.999", "provisional"),
        ("13:00", "final"),
    ],
)
def test_an_early_end_settles_after_ten_minutes(now: str, phase: str) -> None:
    score = run(scheduled(), BOTH, ended("11:00"), now=now).scores["a"]

    assert score.phase == phase
    assert score.window_ms == (3_600_000 if phase != "running" else 4_199_999)


def test_the_latest_end_counts() -> None:
    told = run(scheduled(), BOTH, ended("11:20"), ended("11:00"))

    assert told.results["a"].window == (span("10:00", "11:20"),)


def test_an_end_behind_the_schedule_ends_nothing_later() -> None:
    told = run(scheduled(), BOTH, ended("12:20"), now="12:00")

    assert told.scores["a"].phase == "provisional"
    assert told.results["a"].window == (span("10:00", "12:00"),)


@pytest.mark.parametrize(("sign", "end"), [("11:01", "11:00"), ("11:01:00.001", "12:00")])
def test_a_sign_of_life_later_than_a_minute_reopens(sign: str, end: str) -> None:
    told = run(scheduled(), BOTH, ended("11:00"), chat(sign))

    assert told.results["a"].window == (span("10:00", end),)


@pytest.mark.parametrize(
    "sign",
    [
        joined("11:30", "a"),
        waiting("11:30", "a"),
        admitted("11:30", "a"),
        camera("11:30", True),
        camera("11:30", True, stream="screen"),
        speaking("11:30", True),
        chat("11:30"),
        reaction("11:30"),
        hand("11:30"),
        shared_work("11:30"),
        answered("11:30"),
        heartbeat("11:30"),
    ],
)
def test_signs_of_life(sign: Event) -> None:
    assert run(scheduled(), BOTH, ended("11:00"), sign).scores["a"].window_ms == 7_200_000


@pytest.mark.parametrize(
    "sign",
    [
        left("11:30", "a"),
        camera("11:30", False),
        camera("11:30", False, stream="screen"),
        speaking("11:30", False),
        opened("11:30"),
        closed("11:30"),
        outage("11:30", "11:31", at="11:30"),
    ],
)
def test_other_records_are_no_signs_of_life(sign: Event) -> None:
    assert run(scheduled(), BOTH, ended("11:00"), sign).scores["a"].window_ms == 3_600_000


def test_a_late_sign_reopens_what_was_over() -> None:
    live = Live().take(scheduled(), BOTH, ended("11:00"))
    assert live.look("11:10").scores["a"].phase == "provisional"

    told = live.take(chat("11:20", "a", "c2")).look("11:21")

    assert told.scores["a"].phase == "running"
    assert told.scores["a"].ended_at is None


def test_a_report_is_over_when_its_end_is_there() -> None:
    plan = scheduled(roster=("a", "b"), delivery="report")

    waited = run(plan, now="13:00")
    assert waited.scores["a"].phase == "running"
    assert waited.scores["a"].standing == "expected"
    assert waited.found() == {}

    told = run(plan, BOTH, ended("12:00"), now="13:00")
    assert told.scores["a"].phase == "provisional"
    assert told.scores["a"].standing == "partial"
    assert "no_show" in told.found("b")


def test_a_report_need_not_wait_for_the_schedule() -> None:
    plan = scheduled(delivery="report")

    assert run(plan, BOTH, ended("11:50"), now="11:55").scores["a"].phase == "provisional"
    assert run(plan, BOTH, now="11:55").scores["a"].phase == "running"


@pytest.mark.parametrize(
    ("now", "phase", "review"),
    [("03-12 11:59:59.999", "running", None), ("03-12 12:00", "provisional", "report_missing")],
)
def test_a_report_that_never_comes_is_for_staff(now: str, phase: str, review: str | None) -> None:
    score = run(scheduled(delivery="report"), now=now).scores["a"]

    assert score.phase == phase
    assert score.needs_review == review
    assert score.void_reason is None
    assert score.findings == ()


def test_staff_settle_a_missing_report() -> None:
    score = run(scheduled(delivery="report"), void(True), now="03-12 12:00").scores["a"]

    assert score.needs_review is None
    assert score.standing == "void"


def test_unscheduled_lasts_from_the_first_person_to_the_end() -> None:
    told = run(stay("10:05", "10:30", "a"), stay("10:10", "10:50", "b"), ended("10:50"))

    assert told.scores["a"].status == "unscheduled"
    assert told.results["a"].window == (span("10:05", "10:50"),)
    assert told.scores["a"].standing == "partial"
    assert told.found() == {}


def test_unscheduled_begins_with_the_first_host_where_there_is_one() -> None:
    log = [*stay("10:05", "10:50", "a"), joined("10:20", "h", role="host"), ended("10:50")]

    assert run(log).results["a"].window == (span("10:20", "10:50"),)


@pytest.mark.parametrize(("now", "phase"), [("10:59:59.999", "running"), ("11:00", "provisional")])
def test_unscheduled_without_an_end_goes_idle(now: str, phase: str) -> None:
    told = run(joined("10:00", "a"), chat("10:30"), now=now)

    assert told.scores["a"].phase == phase
    assert run(joined("10:00", "a"), chat("10:30")).results["a"].window == (span("10:00", "11:00"),)


def test_unscheduled_ends_with_its_end_even_after_long_silence() -> None:
    log = [joined("10:00", "a"), ended("12:00")]

    assert run(log, now="12:09:59.999").results["a"].window == (span("10:00", "10:30"),)
    assert run(log, now="12:10").results["a"].window == (span("10:00", "12:00"),)


def test_unscheduled_counts_for_nobody_if_staff_say_so() -> None:
    assert run(stay("10:00", "10:50", "a"), void(True)).scores["a"].standing == "void"


def test_corrections_are_open_for_ten_days() -> None:
    live = Live().take(scheduled(), BOTH)
    live.look("03-12 11:59:59.999")
    assert live.ledger.low == live.ledger.position

    late = left("11:50", "a", "c2")
    live.take(late, appended_at="03-12 11:59:59.999")
    live.look("03-12 12:00")
    live.take(late, appended_at="03-12 12:00")
    live.look("03-12 12:00:02")

    assert [dead.reason for dead in live.dead] == ["too_late"]
