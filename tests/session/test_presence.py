"""Presence: connections, what nobody announced, gaps, arrival, and who somebody is."""

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
    paused,
    place,
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


class TestArrival:
    def test_whoever_is_early_arrives_with_the_window(self) -> None:
        seen = score(stay("09:50", "12:00", "a"))

        assert seen.late_ms == 0
        assert seen.left_early_ms == 0

    def test_waiting_is_arrival_but_not_presence(self) -> None:
        log = [waiting("10:01", "a"), admitted("10:09", "a"), joined("10:09", "a")]

        seen = score(log, left("12:00", "a"))

        assert seen.late_ms == 60_000
        assert seen.attended_ms == 111 * 60_000

    def test_whoever_waited_only_before_the_window_has_not_arrived(self) -> None:
        assert score(waiting("09:50", "a"), left("10:00", "a")).arrived_at is None

    def test_late_counts_window_time_only(self) -> None:
        log = (stay("10:20", "12:00", "a"), paused("10:00", "10:15"))

        assert score(*log).late_ms == 300_000

    def test_leaving_early_counts_window_time_only(self) -> None:
        log = (stay("10:00", "11:40", "a"), paused("11:45", "12:00"))

        assert score(*log).left_early_ms == 300_000

    def test_who_never_came_is_not_late(self) -> None:
        seen = score(ended("12:00"))

        assert seen.late_ms is None
        assert seen.left_early_ms is None
        assert seen.attendance == 0.0

    def test_who_comes_after_the_end_has_not_arrived(self) -> None:
        assert score(stay("12:01", "12:10", "a"), ended("12:00")).arrived_at is None

    def test_of_two_devices_that_start_to_wait_together_one_may_still_wait(self) -> None:
        log = [
            waiting("10:00", "a", "c1"),
            waiting("10:00", "a", "c2"),
            admitted("10:02", "a", "c1"),
        ]

        episodes = run(SCHEDULED, log, now="10:30").results["a"].waiting

        assert [(each.admitted, each.until is None) for each in episodes] == [
            (True, False),
            (False, True),
        ]


class TestPersonalTimes:
    def test_the_window_is_narrowed(self) -> None:
        plan = scheduled(roster=(place("a", begins="10:30", until="11:30"),))

        told = run(plan, stay("10:35", "12:00", "a"))

        assert told.results["a"].window == (span("10:30", "11:30"),)
        assert told.scores["a"].late_ms == 300_000
        assert told.scores["a"].attended_ms == 55 * 60_000

    def test_an_empty_personal_window_is_void(self) -> None:
        plan = scheduled(roster=(place("a", begins="12:00"), "b"))

        told = run(plan, stay("10:00", "12:00", "a"))

        assert told.scores["a"].attendance is None
        assert told.scores["a"].standing == "void"
        assert told.scores["a"].void_reason is None
        assert told.found() == {}

    def test_before_their_own_start_nobody_is_missing(self) -> None:
        plan = scheduled(roster=(place("a", begins="10:30"), "b"))

        early = run(plan, now="10:29:59.999")
        late = run(plan, now="10:30")

        assert (early.scores["a"].standing, early.scores["b"].standing) == ("expected", "missing")
        assert late.scores["a"].standing == "missing"


class TestIdentity:
    def test_an_alias_is_joined_to_its_participant(self) -> None:
        log = [*stay("10:00", "11:00", "a"), *stay("11:00", "12:00", "x", "c9")]

        told = run(SCHEDULED, log, identified("x", "a"))

        assert told.scores.keys() == {"a"}
        assert told.scores["a"].attended_ms == 7_200_000
        assert told.scores["a"].identified

    def test_one_connection_name_of_two_ids_is_two_connections(self) -> None:
        log = [joined("10:00", "a"), left("10:30", "x"), joined("10:10", "x"), left("12:00", "a")]

        assert run(SCHEDULED, log, identified("x", "a")).scores["a"].attended_ms == 7_200_000

    def test_chains_are_followed_and_circles_end(self) -> None:
        chain = [identified("y", "x"), identified("x", "a")]
        circle = [identified("y", "x"), identified("x", "y")]
        log = stay("10:00", "12:00", "y")

        assert run(SCHEDULED, log, chain).scores["a"].attended_ms == 7_200_000
        assert run(SCHEDULED, log, circle).scores["x"].attended_ms == 7_200_000

    def test_a_withdrawn_identity_is_none(self) -> None:
        log = [identified("x", "a"), identified("x", "a", revision=2, withdrawn=True)]

        told = run(SCHEDULED, stay("10:00", "12:00", "x"), log)

        assert told.scores["a"].standing == "absent"
        assert told.scores["x"].guest

    def test_the_roster_may_name_an_alias(self) -> None:
        plan = scheduled(roster=("x",))

        told = run(plan, stay("10:00", "12:00", "x"), identified("x", "a"))

        assert told.scores.keys() == {"a"}
        assert told.scores["a"].rostered

    @pytest.mark.parametrize(("known", "guests"), [(True, False), (False, True)])
    def test_guests_are_unidentified_until_told(self, known: bool, guests: bool) -> None:
        log = [identified("x", "y")] if known else []

        told = run(SCHEDULED, stay("10:00", "10:30", "x"), log)

        assert told.scores["a"].unidentified_guests == guests
        assert told.scores["y" if known else "x"].guest

    def test_hosts_have_no_score(self) -> None:
        plan = scheduled(roster=("a", "s"), hosts=("h",))
        log = [*stay("10:00", "12:00", "h"), joined("10:00", "s", role="host")]

        assert run(plan, log).scores.keys() == {"a"}


def test_facts_from_a_clock_ahead_count_when_they_come() -> None:
    log = [joined("10:30", "a"), left("10:40", "a")]

    assert run(SCHEDULED, log, now="10:29").scores["a"].standing == "missing"
    assert run(SCHEDULED, log, now="10:30").scores["a"].standing == "present"
    assert run(SCHEDULED, log, now="10:39").results["a"].observed == (span("10:30", "10:39"),)
