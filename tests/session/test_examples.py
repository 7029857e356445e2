"""The worked examples 1 to 9 of the measures, figure by figure."""

import pytest

from tests.builders import (
    answered,
    chat,
    closed,
    ended,
    joined,
    left,
    opened,
    reaction,
    scheduled,
    spoke,
    stay,
)
from tests.live import run

SPOKEN = tuple(f"10:{minute:02}" for minute in range(10, 19))


def test_1_devices_never_count_twice() -> None:
    log = [*stay("10:02", "11:00", "a", "c1"), *stay("10:50", "11:58", "a", "c2")]

    score = run(scheduled(), log).scores["a"]

    assert score.attended_ms == 6_960_000
    assert score.window_ms == 7_200_000
    assert score.attendance == 0.9667


def test_2_a_late_leave_of_an_old_connection_ends_nothing() -> None:
    log = [
        joined("10:00", "a", "c1"),
        joined("10:30:05", "a", "c2"),
        left("10:30:07", "a", "c1"),
        left("12:00", "a", "c2"),
    ]

    score = run(scheduled(), log).scores["a"]

    assert score.attended_ms == score.window_ms
    assert score.reconnects == 0


@pytest.mark.parametrize(
    ("grace", "attended_ms", "bridged_ms"), [("60s", 7_200_000, 45_000), ("30s", 7_155_000, 0)]
)
def test_3_short_gaps_are_bridged(grace: str, attended_ms: int, bridged_ms: int) -> None:
    log = [*stay("10:00", "10:30:00", "a"), *stay("10:30:45", "12:00", "a")]

    policy = [f'presence.reconnect_grace = "{grace}"']
    score = run(scheduled(), log, policy=policy).scores["a"]

    assert score.attended_ms == attended_ms
    assert score.bridged_ms == bridged_ms
    assert score.reconnects == 1


def test_4_nobody_is_late_because_the_host_was() -> None:
    plan = scheduled(hosts=("h",))

    told = run(plan, stay("10:10", "12:00", "h"), stay("10:12", "12:00", "a"))

    assert told.scores["a"].late_ms == 120_000
    assert told.scores["a"].window_ms == 6_600_000


def test_5_a_session_hosted_for_less_than_half_counts_for_nobody() -> None:
    plan = scheduled(hosts=("h",))

    told = run(plan, stay("10:00", "10:50", "h"))

    assert told.scores["a"].standing == "void"
    assert told.scores["a"].void_reason == "window_too_short"
    assert told.scores["a"].findings == ()


@pytest.mark.parametrize(
    ("missing_leave", "attendance", "observed_ms", "inferred_ms"),
    [("session_end", 1.0, 4_500_000, 2_700_000), ("last_seen", 0.625, 4_500_000, 0)],
)
def test_6_a_lost_leave(
    missing_leave: str, attendance: float, observed_ms: int, inferred_ms: int
) -> None:
    log = [joined("10:00", "a"), chat("11:15", "a"), ended("12:00")]

    policy = [f'presence.missing_leave = "{missing_leave}"']
    score = run(scheduled(), log, policy=policy).scores["a"]

    assert score.attendance == attendance
    assert score.observed_ms == observed_ms
    assert score.inferred_ms == inferred_ms


def test_7_a_lost_leave_before_a_later_connection() -> None:
    log = [joined("10:00", "a", "c1"), *stay("10:30", "10:40", "a", "c2"), ended("12:00")]

    score = run(scheduled(), log).scores["a"]

    assert score.attended_ms == 2_400_000
    assert score.observed_ms == 600_000
    assert score.inferred_ms == 1_800_000


def test_8_a_break_is_nobodys_absence() -> None:
    plan = scheduled(ends="13:00", breaks=[("11:20", "11:35")])

    told = run(plan, stay("10:00", "11:20", "a"), stay("11:35", "13:00", "a"), now="16:00")

    assert told.scores["a"].window_ms == 9_900_000
    assert told.scores["a"].attendance == 1.0
    assert told.found() == {}


def test_9_participation_adds_up() -> None:
    log = [*stay("10:00", "12:00", "a"), chat("10:20"), chat("10:21")]
    for minute in SPOKEN:
        log += spoke(f"{minute}:10", f"{minute}:20")
    for number in range(4):
        log += [opened(f"11:{number}0", f"p{number}"), closed(f"11:{number}2", f"p{number}")]
    log += [answered(f"11:{number}1", f"p{number}") for number in range(3)]
    log += [reaction(f"10:{minute}") for minute in range(30, 36)]

    score = run(scheduled(), log).scores["a"]

    assert {name: (c.counted, c.target) for name, c in score.components.items()} == {
        "speaking": (9, 12.0),
        "chat": (2, 8.0),
        "polls": (3, 4.0),
        "reactions": (6, 6.0),
        "shared_work": (0, None),
    }
    assert score.participation == 67.1
    assert score.level == "active"


def test_9_on_a_source_that_reports_chat_only() -> None:
    log = [*stay("10:00", "12:00", "a"), chat("10:20"), chat("10:21")]

    score = run(scheduled(), log).scores["a"]

    assert score.participation is None
    assert score.level == "unknown"
