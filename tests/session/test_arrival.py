"""Arrival, personal times, and who somebody is."""

import pytest

from schemas.score import Score
from tests.builders import (
    Log,
    admitted,
    ended,
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
            left("10:02", "a", "c1"),
        ]

        episodes = run(SCHEDULED, log, now="10:30").results["a"].waiting

        assert [(each.admitted, each.until is None) for each in episodes] == [
            (False, False),
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
