"""Presence: connections, and what nobody announced."""

import pytest

from schemas.score import Score
from schemas.telemetry import Span
from tests.builders import (
    Log,
    admitted,
    chat,
    ended,
    heartbeat,
    identified,
    joined,
    left,
    scheduled,
    span,
    stay,
    waiting,
)
from tests.live import run

SCHEDULED = scheduled()


def score(*log: Log, policy: tuple[str, ...] = (), now: str = "15:00") -> Score:
    return run(SCHEDULED, *log, policy=policy, now=now).scores["a"]


def observed(*log: Log, now: str = "15:00") -> tuple[Span, ...]:
    return run(SCHEDULED, *log, now=now).results["a"].observed


class TestOneConnection:
    def test_present_after_a_join_until_the_next_leave(self) -> None:
        log = [*stay("10:00", "10:20", "a"), left("10:30", "a"), *stay("10:40", "11:00", "a")]

        assert observed(log) == (span("10:00", "10:20"), span("10:40", "11:00"))

    def test_a_repeated_join_changes_nothing(self) -> None:
        log = [joined("10:00", "a"), joined("10:20", "a"), left("10:40", "a")]

        assert observed(log) == (span("10:00", "10:40"),)

    def test_a_join_and_a_leave_at_one_instant_cancel_out(self) -> None:
        alone = [joined("10:00", "a"), left("10:00", "a")]
        within = [*stay("10:00", "11:00", "a"), joined("10:30", "a"), left("10:30", "a")]

        assert observed(alone) == ()
        assert observed(within) == (span("10:00", "11:00"),)

    def test_they_cancel_out_whatever_the_role(self) -> None:
        log = [joined("10:00", "a"), joined("10:00", "a", role="host"), left("10:00", "a")]
        told = run(scheduled(hosts=("h",)), log, joined("10:00", "b"), now="10:20")

        assert told.violations.keys() == {"host_absent"}

    def test_they_cancel_out_whatever_the_cause(self) -> None:
        log = [
            *stay("10:00", "11:00", "a"),
            joined("10:30", "a"),
            left("10:30", "a"),
            left("10:30", "a", cause="network"),
        ]

        assert observed(log) == (span("10:00", "11:00"),)

    def test_without_a_connection_the_participant_stands_for_it(self) -> None:
        log = [joined("10:00", "a", None), left("10:30", "a", None), left("11:00", "a", "a")]

        assert observed(log) == (span("10:00", "10:30"),)

    def test_a_missing_join_starts_at_the_first_sign_of_life(self) -> None:
        log = [chat("10:10"), chat("10:05"), left("10:30", "a")]

        assert observed(log) == (span("10:05", "10:30"),)

    def test_a_missing_join_and_leave(self) -> None:
        seen = score(chat("10:10"), heartbeat("10:40"), ended("12:00"))

        assert seen.observed_ms == 30 * 60_000
        assert seen.inferred_ms == 80 * 60_000

    def test_waiting_is_no_sign_of_being_inside(self) -> None:
        assert observed(waiting("10:00", "a"), left("10:30", "a")) == ()

    def test_being_admitted_is(self) -> None:
        log = [waiting("10:00", "a"), admitted("10:05", "a"), left("10:30", "a")]

        assert observed(log) == (span("10:05", "10:30"),)

    def test_a_leave_without_any_other_sign_is_an_orphan(self) -> None:
        seen = score(left("10:30", "a"))

        assert seen.attended_ms == 0
        assert seen.arrived_at is None
        assert seen.left_early_ms is None

    def test_signs_after_a_leave_never_reopen_it(self) -> None:
        seen = score(stay("10:00", "10:30", "a"), chat("10:40"), ended("12:00"))

        assert seen.attended_ms == 30 * 60_000
        assert seen.stray == 1

    def test_signs_before_a_leave_are_not_stray(self) -> None:
        assert score(stay("10:00", "10:30", "a"), chat("10:30")).stray == 0

    def test_a_rejoin_makes_signs_its_own(self) -> None:
        log = [*stay("10:00", "10:30", "a"), joined("10:40", "a"), chat("11:00")]

        assert score(log).stray == 0


class TestMissingLeave:
    def test_while_running_it_lasts_to_now_and_is_observed(self) -> None:
        seen = score(joined("10:00", "a"), now="11:00")

        assert (seen.observed_ms, seen.inferred_ms) == (3_600_000, 0)

    def test_once_over_it_ends_at_the_end(self) -> None:
        seen = score(joined("10:00", "a"), chat("10:45"), ended("11:30"))

        assert (seen.observed_ms, seen.inferred_ms) == (45 * 60_000, 45 * 60_000)

    def test_or_at_its_last_sign_behind_that(self) -> None:
        result = run(SCHEDULED, joined("10:00", "a"), chat("12:05")).results["a"]

        assert result.observed == (span("10:00", "12:05"),)

    def test_or_at_the_last_leave_of_later_connections(self) -> None:
        log = [
            joined("10:00", "a", "c1"),
            *stay("10:20", "10:30", "a", "c2"),
            *stay("10:40", "10:50", "a", "c2"),
            *stay("10:25", "10:35", "a", "c3"),
        ]

        seen = score(log, ended("12:00"))

        assert seen.attended_ms == 50 * 60_000
        assert seen.observed_ms == 25 * 60_000

    def test_a_sign_behind_the_later_connections_wins(self) -> None:
        log = [joined("10:00", "a", "c1"), *stay("10:20", "10:30", "a", "c2"), chat("11:00")]

        seen = score(log, ended("12:00"))

        assert (seen.observed_ms, seen.inferred_ms) == (3_600_000, 0)

    def test_a_later_connection_still_open_counts_to_the_end(self) -> None:
        log = [joined("10:00", "a", "c1"), joined("10:20", "a", "c2"), chat("10:30", "a", "c2")]

        seen = score(log, ended("12:00"))

        assert seen.attended_ms == 7_200_000
        assert seen.observed_ms == 10 * 60_000

    @pytest.mark.parametrize(("other", "attended"), [("10:00", 120), ("10:00:00.001", 30)])
    def test_later_means_later(self, other: str, attended: int) -> None:
        log = [joined("10:00", "a", "c1"), *stay(other, "10:30", "a", "c2")]

        assert score(log, ended("12:00")).attended_ms == attended * 60_000

    def test_an_earlier_connection_says_nothing(self) -> None:
        log = [*stay("10:00", "10:30", "a", "c1"), joined("10:10", "a", "c2")]

        assert score(log, ended("12:00")).attended_ms == 7_200_000

    def test_connections_of_an_alias_count_as_later(self) -> None:
        log = [joined("10:00", "a", "c1"), *stay("10:20", "10:30", "x", "c2")]

        seen = score(log, ended("12:00"), identified("x", "a"))

        assert seen.attended_ms == 30 * 60_000

    def test_with_heartbeats_it_ends_at_the_last_sign(self) -> None:
        log = [joined("10:00", "a", "c1"), heartbeat("10:50"), *stay("11:00", "11:10", "a", "c2")]

        seen = score(log, policy=('presence.missing_leave = "last_seen"',))

        assert (seen.observed_ms, seen.inferred_ms) == (60 * 60_000, 0)

    def test_observed_wins_over_inferred(self) -> None:
        log = [joined("10:00", "a", "c1"), *stay("10:30", "12:00", "a", "c2")]

        result = run(SCHEDULED, log).results["a"]

        assert result.inferred == (span("10:00", "10:30"),)
        assert result.observed == (span("10:30", "12:00"),)


def test_facts_from_a_clock_ahead_count_when_they_come() -> None:
    log = [joined("10:30", "a"), left("10:40", "a")]

    assert run(SCHEDULED, log, now="10:29").scores["a"].standing == "missing"
    assert run(SCHEDULED, log, now="10:30").scores["a"].standing == "present"
    assert run(SCHEDULED, log, now="10:39").results["a"].observed == (span("10:30", "10:39"),)
