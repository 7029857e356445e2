"""Findings of attendance: both sides of each threshold, and what counts towards it."""

from typing import Any

import pytest

from schemas.score import Finding
from tests.builders import (
    Log,
    admitted,
    ended,
    joined,
    left,
    paused,
    place,
    scheduled,
    stay,
    waiting,
    when,
)
from tests.live import run


def found(*log: Log, now: str = "15:00", policy: tuple[str, ...] = ()) -> dict[str, Any]:
    return run(scheduled(), *log, now=now, policy=policy).found()


def episodes(finding: Finding | None) -> list[tuple[str, str | None]]:
    """Begin and end of each episode as clock times."""
    if finding is None:
        return []
    return [
        (f"{e.since:%H:%M:%S}", f"{e.until:%H:%M:%S}" if e.until else None)
        for e in finding.episodes
    ]


class TestNoShow:
    @pytest.mark.parametrize(
        ("now", "expected"), [("10:09:59.999", []), ("10:10", [("10:10:00", None)])]
    )
    def test_ten_minutes_into_the_window(
        self, now: str, expected: list[tuple[str, str | None]]
    ) -> None:
        assert episodes(found(now=now).get("no_show")) == expected

    @pytest.mark.parametrize(
        ("at", "expected"), [("10:10", []), ("10:10:00.001", [("10:10:00", "10:10:00")])]
    )
    def test_arrival_at_the_deadline_is_in_time(
        self, at: str, expected: list[tuple[str, str | None]]
    ) -> None:
        for now in (at, "10:20", "15:00"):
            assert episodes(found(joined(at, "a"), now=now).get("no_show")) == expected

    def test_the_waiting_room_is_arrival(self) -> None:
        assert "no_show" not in found(waiting("10:10", "a"), now="10:30")

    def test_it_counts_window_time(self) -> None:
        log = paused("10:02", "10:05")

        assert "no_show" not in found(log, now="10:12:59.999")
        assert episodes(found(log, now="10:13")["no_show"]) == [("10:13:00", None)]

    def test_nobody_is_missed_before_the_host_is_there(self) -> None:
        log = (scheduled(hosts=("h",)), joined("10:20", "h"))

        assert run(*log, now="10:29:59.999").found() == {}
        assert run(*log, now="10:30").found().keys() == {"no_show"}

    def test_it_counts_from_a_personal_start(self) -> None:
        plan = scheduled(roster=(place("a", begins="11:00"), "b"))

        assert run(plan, now="11:09:59.999").found() == {}
        assert run(plan, now="11:10").found().keys() == {"no_show"}

    def test_guests_are_not_expected(self) -> None:
        told = run(scheduled(), stay("09:00", "09:30", "g"))

        assert told.found("g") == {}

    def test_a_window_shorter_than_the_deadline_has_none(self) -> None:
        plan = scheduled(roster=(place("a", until="10:09:59.999"), "b"))

        assert "no_show" not in run(plan, joined("10:00", "b")).found()


class TestLate:
    @pytest.mark.parametrize(
        ("at", "expected"), [("10:05", []), ("10:05:00.001", [("10:05:00", None)])]
    )
    def test_more_than_five_minutes(self, at: str, expected: list[tuple[str, str | None]]) -> None:
        for now in (at, "10:20", "15:00"):
            assert episodes(found(joined(at, "a"), now=now).get("late")) == expected

    def test_the_figure_is_window_time(self) -> None:
        finding = found(paused("10:02", "10:05"), joined("10:10", "a"))["late"]

        assert finding.episodes[0].figures == {"late_ms": 420_000, "threshold_ms": 300_000}

    def test_who_never_comes_is_not_late(self) -> None:
        assert "late" not in found(ended("12:00"))


class TestLeftEarly:
    @pytest.mark.parametrize(
        ("now", "expected"), [("10:35", []), ("10:35:00.001", [("10:30:00", None)])]
    )
    def test_time_away_while_running(
        self, now: str, expected: list[tuple[str, str | None]]
    ) -> None:
        assert episodes(found(stay("10:00", "10:30", "a"), now=now).get("left_early")) == expected

    @pytest.mark.parametrize(
        ("back", "expected"), [("10:35", []), ("10:35:00.001", [("10:30:00", "10:35:00")])]
    )
    def test_it_ends_on_return(self, back: str, expected: list[tuple[str, str | None]]) -> None:
        log = (stay("10:00", "10:30", "a"), stay(back, "12:00", "a"))

        assert episodes(found(*log).get("left_early")) == expected

    @pytest.mark.parametrize(
        ("leaves", "expected"), [("11:55", []), ("11:54:59.999", [("11:54:59", None)])]
    )
    def test_before_the_end(self, leaves: str, expected: list[tuple[str, str | None]]) -> None:
        assert episodes(found(stay("10:00", leaves, "a")).get("left_early")) == expected

    def test_breaks_are_nobodys_absence(self) -> None:
        log = (stay("10:00", "10:30", "a"), stay("10:55", "12:00", "a"), paused("10:30", "10:50"))

        assert "left_early" not in found(*log)

    def test_each_stretch_is_an_episode(self) -> None:
        log = [
            *stay("10:00", "10:20", "a"),
            *stay("10:30", "10:40", "a"),
            *stay("10:50", "11:00", "a"),
        ]

        assert episodes(found(log)["left_early"]) == [
            ("10:20:00", "10:30:00"),
            ("10:40:00", "10:50:00"),
            ("11:00:00", None),
        ]

    def test_time_before_arrival_is_lateness(self) -> None:
        log = (stay("09:30", "09:40", "a"), stay("10:20", "12:00", "a"))

        assert found(*log).keys() == {"no_show", "late"}

    def test_being_kept_waiting_is_not_leaving(self) -> None:
        log = (stay("09:30", "09:40", "a"), waiting("10:02", "a", "c2"))

        assert "left_early" not in found(*log, now="10:30")

    def test_who_never_came_did_not_leave(self) -> None:
        assert "left_early" not in found(stay("09:30", "09:40", "a"))


class TestLowAttendance:
    @pytest.mark.parametrize(("leaves", "low"), [("11:36", False), ("11:35:59.999", True)])
    def test_under_four_fifths(self, leaves: str, low: bool) -> None:
        assert ("low_attendance" in found(stay("10:00", leaves, "a"))) == low

    def test_only_once_over(self) -> None:
        log = stay("10:00", "10:20", "a")

        assert "low_attendance" not in found(log, now="11:59:59.999")
        assert episodes(found(log, now="12:00")["low_attendance"]) == [("12:00:00", None)]

    def test_who_never_came_is_a_no_show(self) -> None:
        assert found(ended("12:00")).keys() == {"no_show"}

    def test_the_evidence(self) -> None:
        log = [joined("10:00", "a", "c1"), *stay("10:30", "11:00", "a", "c2")]

        assert found(log)["low_attendance"].episodes[0].figures == {
            "attended_ms": 3_600_000,
            "inferred_ms": 1_800_000,
            "window_ms": 7_200_000,
            "attendance": 0.5,
            "threshold": 0.8,
        }


def test_waiting_and_admission_are_told_to_the_care_stage() -> None:
    log = [waiting("10:01", "a"), admitted("10:04", "a"), *stay("10:04", "12:00", "a")]

    result = run(scheduled(), log, left("12:00", "a")).results["a"]

    assert [(e.since, e.until, e.admitted) for e in result.waiting] == [
        (when("10:01"), when("10:04"), True)
    ]
    assert not result.not_admitted
