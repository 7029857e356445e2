"""Findings of cameras and participation: both sides of each threshold."""

from typing import Any

import pytest

from schemas.score import Finding
from tests.builders import (
    Log,
    camera,
    capable,
    chat,
    joined,
    place,
    scheduled,
    stay,
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
        assert finding.episodes[0].figures == {"participation": 0.0, "threshold": 25}

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
