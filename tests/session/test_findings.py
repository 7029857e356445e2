"""Findings: both sides of each threshold, and what counts towards it."""

from typing import Any

import pytest

from schemas.score import Finding
from tests.builders import (
    Log,
    admitted,
    camera,
    capable,
    chat,
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

EXACT = capable("camera", camera="exact")


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


class TestCameraOff:
    @pytest.mark.parametrize(
        ("now", "expected"), [("10:35", []), ("10:35:00.001", [("10:30:00", None)])]
    )
    def test_more_than_five_minutes(self, now: str, expected: list[tuple[str, str | None]]) -> None:
        log = [joined("10:00", "a"), camera("10:00", True), camera("10:30", False)]

        assert episodes(found(log, now=now).get("camera_off")) == expected

    @pytest.mark.parametrize(
        ("now", "expected"), [("10:05:30", []), ("10:05:30.001", [("10:00:30", None)])]
    )
    def test_the_grace_comes_before(self, now: str, expected: list[tuple[str, str | None]]) -> None:
        log = (EXACT, joined("10:00", "a"))

        assert episodes(found(*log, now=now).get("camera_off")) == expected

    def test_it_ends_when_the_camera_comes_on(self) -> None:
        log = (EXACT, joined("10:00", "a"), camera("10:10", True))

        assert episodes(found(*log, now="10:20")["camera_off"]) == [("10:00:30", "10:10:00")]

    @pytest.mark.parametrize(("off", "until"), [("11:36:06", "12:00:00"), ("11:36:05.999", None)])
    def test_once_over_it_stays_if_the_share_was_missed(self, off: str, until: str | None) -> None:
        log = (stay("10:00", "12:00", "a"), camera("10:00", True), camera(off, False))

        finding = found(*log)["camera_off"]

        assert [e.until for e in finding.episodes] == [when(until) if until else None]

    def test_without_a_share_it_does_not_stay(self) -> None:
        log = (EXACT, stay("10:00", "10:10:29.999", "a"))

        assert episodes(found(*log)["camera_off"]) == [("10:00:30", "10:10:29")]

    @pytest.mark.parametrize(("kind", "asked"), [("group", False), ("workshop", True)])
    def test_only_where_it_is_required(self, kind: str, asked: bool) -> None:
        plan = scheduled(kind=kind)
        policy = ['camera.required_for = ["workshop", "individual"]']

        told = run(plan, EXACT, stay("10:00", "12:00", "a"), policy=policy)

        assert ("camera_off" in told.found()) == asked

    @pytest.mark.parametrize(("source", "asked"), [("upper_bound", True), ("none", False)])
    def test_only_where_it_is_known(self, source: str, asked: bool) -> None:
        log = (capable("camera", camera=source), stay("10:00", "12:00", "a"))

        assert ("camera_off" in found(*log)) == asked

    def test_not_of_the_exempt(self) -> None:
        plan = scheduled(roster=(place("a", exempt=("camera",)),))

        assert "camera_off" not in run(plan, EXACT, stay("10:00", "12:00", "a")).found()

    def test_outside_the_window_nobody_looks(self) -> None:
        log = (EXACT, stay("09:00", "12:00", "a"), camera("10:05", True))

        assert "camera_off" not in found(*log)


class TestLowParticipation:
    ALL = capable("speaking", "chat", "polls", "reactions", "shared_work")

    def test_passive_once_over(self) -> None:
        log = (self.ALL, stay("10:00", "12:00", "a"))

        assert "low_participation" not in found(*log, now="11:59:59.999")
        finding = found(*log, now="12:00")["low_participation"]
        assert episodes(finding) == [("12:00:00", None)]
        assert finding.episodes[0].figures == {"participation": 0.0}

    @pytest.mark.parametrize(("until", "low"), [("10:48", False), ("10:48:00.001", True)])
    def test_partial_is_enough(self, until: str, low: bool) -> None:
        policy = ("participation.min_weight = 20", "participation.targets.chat = 5")
        log = (capable("chat"), stay("10:00", until, "a"), chat("10:20"))

        assert ("low_participation" in found(*log, policy=policy)) == low

    @pytest.mark.parametrize(
        ("enrolled", "low"), [("02-09 10:00:00.001", False), ("02-09 10:00", True)]
    )
    def test_newcomers_are_not_asked(self, enrolled: str, low: bool) -> None:
        plan = scheduled(roster=(place("a", enrolled=enrolled),))

        told = run(plan, self.ALL, stay("10:00", "12:00", "a"))

        assert ("low_participation" in told.found()) == low

    def test_silence_of_the_source_is_nobodys(self) -> None:
        assert "low_participation" not in found(stay("10:00", "12:00", "a"))


def test_waiting_and_admission_are_told_to_the_care_stage() -> None:
    log = [waiting("10:01", "a"), admitted("10:04", "a"), *stay("10:04", "12:00", "a")]

    result = run(scheduled(), log, left("12:00", "a")).results["a"]

    assert [(e.since, e.until, e.admitted) for e in result.waiting] == [
        (when("10:01"), when("10:04"), True)
    ]
    assert not result.not_admitted
