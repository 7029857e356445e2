"""Gaps: reconnects, what is bridged, and what the network took."""

import pytest

from schemas.score import Score
from tests.builders import (
    Log,
    joined,
    left,
    scheduled,
    span,
    stay,
)
from tests.live import run

SCHEDULED = scheduled()


def score(*log: Log, policy: tuple[str, ...] = (), now: str = "15:00") -> Score:
    return run(SCHEDULED, *log, policy=policy, now=now).scores["a"]


class TestGaps:
    @pytest.mark.parametrize(
        ("back", "bridged_ms", "attended_ms"),
        [("10:31", 60_000, 7_200_000), ("10:31:00.001", 0, 7_139_999)],
    )
    def test_the_grace_is_a_minute(self, back: str, bridged_ms: int, attended_ms: int) -> None:
        seen = score(stay("10:00", "10:30", "a"), stay(back, "12:00", "a"))

        assert (seen.bridged_ms, seen.attended_ms) == (bridged_ms, attended_ms)
        assert seen.reconnects == 1

    def test_only_the_part_inside_the_window_counts(self) -> None:
        plan = scheduled(breaks=[("10:30", "10:45")])
        log = [*stay("10:00", "10:29:30", "a"), *stay("10:45:30", "12:00", "a")]

        seen = run(plan, log).scores["a"]

        assert seen.bridged_ms == 60_000
        assert seen.longest_gap_ms == 60_000
        assert seen.attendance == 1.0

    @pytest.mark.parametrize(("begins", "reconnects"), [("10:30", 0), ("10:29:59.999", 1)])
    def test_reconnects_are_gaps_that_start_inside_the_window(
        self, begins: str, reconnects: int
    ) -> None:
        plan = scheduled(breaks=[("10:30", "10:45")])
        log = [*stay("10:00", begins, "a"), *stay("10:50", "12:00", "a")]

        assert run(plan, log).scores["a"].reconnects == reconnects

    def test_the_shortest_gaps_are_bridged_first_then_the_earliest(self) -> None:
        log = [
            *stay("10:00", "10:10:00", "a"),
            *stay("10:10:50", "10:20:00", "a"),
            *stay("10:20:40", "10:30:00", "a"),
            *stay("10:30:50", "12:00", "a"),
        ]

        result = run(SCHEDULED, log, policy=['presence.bridge_max = "90s"']).results["a"]

        assert result.bridged == (span("10:10:00", "10:10:50"), span("10:20:00", "10:20:40"))

    @pytest.mark.parametrize(("most", "bridged_ms"), [("90s", 90_000), ("89s", 45_000)])
    def test_bridges_have_a_limit_in_sum(self, most: str, bridged_ms: int) -> None:
        log = [
            *stay("10:00", "10:10:00", "a"),
            *stay("10:10:45", "10:20:00", "a"),
            *stay("10:20:45", "12:00", "a"),
        ]

        seen = score(log, policy=(f'presence.bridge_max = "{most}"',))

        assert seen.bridged_ms == bridged_ms

    def test_time_lost_to_the_network(self) -> None:
        log = [
            joined("10:00", "a"),
            left("10:10", "a", cause="network"),
            *stay("10:13", "10:30", "a"),
            *stay("10:34", "12:00", "a"),
        ]

        seen = score(log)

        assert seen.network_lost_ms == 180_000
        assert seen.longest_gap_ms == 240_000
        assert seen.reconnects == 2

    def test_another_device_closes_the_gap(self) -> None:
        log = [
            *stay("10:00", "10:30", "a", "c1"),
            *stay("10:20", "12:00", "a", "c2"),
        ]

        assert score(log).reconnects == 0
