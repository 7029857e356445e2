"""Camera: on-time over measured presence, and what a source can tell."""

import msgspec
import pytest

from schemas.score import Score
from tests.builders import (
    Log,
    camera,
    capable,
    joined,
    left,
    place,
    scheduled,
    spoke,
    stay,
)
from tests.live import run

THERE = stay("10:00", "12:00", "a")


def score(*log: Log, policy: tuple[str, ...] = (), now: str = "15:00") -> Score:
    return run(scheduled(), *log, policy=policy, now=now).scores["a"]


@pytest.mark.parametrize(
    ("off", "share"),
    [
        ("12:00", 1.0),
        ("11:00:15", 0.5),
        ("10:00:30", 0.0),
    ],
)
def test_share_of_measured_presence_without_the_grace(off: str, share: float) -> None:
    assert score(THERE, camera("10:00", True), camera(off, False)).camera == share


def test_the_grace_is_taken_from_each_presence_interval() -> None:
    log = [*stay("10:00", "10:10:30", "a"), *stay("10:20", "10:30:30", "a")]

    seen = score(log, camera("10:00:30", True))

    assert seen.camera == 0.5


def test_a_gap_is_not_measured_even_if_bridged() -> None:
    log = [*stay("10:00", "10:30", "a"), *stay("10:30:30", "12:00", "a")]
    on = [camera("10:00", True), camera("10:31", True)]

    seen = score(log, on)

    assert seen.bridged_ms == 30_000
    assert seen.camera == 1.0


def test_a_stream_ends_with_its_connection() -> None:
    log = [*stay("10:00", "11:00:15", "a", "c1"), *stay("10:00", "12:00", "a", "c2")]

    assert score(log, camera("10:00", True)).camera == 0.5


def test_a_camera_on_before_the_join_belongs_to_it() -> None:
    assert score(THERE, camera("09:59:59", True)).camera == 1.0


def test_an_off_without_an_on_is_nothing() -> None:
    log = [camera("10:30", False), camera("11:00:15", True)]

    assert score(THERE, log).camera == 0.5


def test_any_stream_on_is_on() -> None:
    log = [
        camera("10:00", True, stream="front"),
        camera("10:40", False, stream="front"),
        camera("10:30", True, stream="back"),
        camera("11:00:15", False, stream="back"),
        camera("10:50", False),
    ]

    assert score(THERE, log).camera == 0.5


def test_any_device_on_is_on() -> None:
    log = [
        *stay("10:00", "12:00", "a", "c1"),
        *stay("10:00", "12:00", "a", "c2"),
        camera("10:00", True, connection="c1"),
        camera("11:00", False, connection="c1"),
        camera("11:00", True, connection="c2"),
        camera("11:30", False, connection="c1"),
    ]

    assert score(log).camera == 1.0


def test_on_and_off_at_one_instant_cancel_out() -> None:
    log = [camera("10:00", True), camera("10:30", True), camera("10:30", False)]

    assert score(THERE, log).camera == 1.0


@pytest.mark.parametrize(("until", "share"), [("10:10:30", 1.0), ("10:10:29.999", None)])
def test_under_ten_minutes_measured_nothing_is_said(until: str, share: float | None) -> None:
    assert score(stay("10:00", until, "a"), camera("10:00", True)).camera == share


def test_only_the_window_is_measured() -> None:
    log = [*stay("09:30", "12:30", "a"), camera("09:30", True), camera("11:00", False)]

    assert score(log).camera == 0.5


def test_of_the_inferred_time_the_camera_is_asked_too() -> None:
    log = [joined("10:00", "a"), camera("10:00:30", True), camera("11:00:15", False)]

    seen = score(log)

    assert seen.inferred_ms > 0
    assert seen.camera == 0.5


def test_status_without_capabilities_follows_what_anyone_produced() -> None:
    other = [joined("10:00", "g"), camera("10:00", True, "g")]

    assert score(THERE).camera_status == "unknown"
    assert score(THERE).camera is None
    assert score(THERE, other).camera_status == "measured"
    assert score(THERE, other).camera == 0.0


@pytest.mark.parametrize(
    ("told", "status", "share"),
    [
        ("exact", "measured", 1.0),
        ("upper_bound", "upper_bound", 1.0),
        ("none", "unknown", None),
    ],
)
def test_capabilities_decide(told: str, status: str, share: float | None) -> None:
    seen = score(THERE, camera("10:00", True), capable("camera", camera=told))

    assert seen.camera_status == status
    assert seen.camera == share


@pytest.mark.parametrize(("signals", "status"), [(["camera"], "measured"), (["chat"], "unknown")])
def test_a_source_that_says_no_more_reports_cameras_if_they_are_among_its_signals(
    signals: list[str], status: str
) -> None:
    told = msgspec.structs.replace(capable(), signals=tuple(signals), camera=None)

    assert score(THERE, camera("10:00", True), told).camera_status == status


def test_the_newest_capabilities_hold() -> None:
    log = [capable(camera="exact", revision=2), capable(camera="none", revision=1)]

    assert score(THERE, camera("10:00", True), log).camera_status == "measured"


def test_exempt_is_all_that_is_told() -> None:
    plan = scheduled(roster=(place("a", exempt=("camera",)),))

    seen = run(plan, THERE, camera("10:00", True), left("12:00", "a")).scores["a"]

    assert seen.camera_status == "exempt"
    assert seen.camera is None


def test_other_signals_say_nothing_about_cameras() -> None:
    assert score(THERE, spoke("10:10", "10:11")).camera_status == "unknown"
