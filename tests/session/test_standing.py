"""Standing: where somebody stands before, during and after their session."""

import pytest

from tests.builders import (
    Log,
    admitted,
    ended,
    identified,
    joined,
    left,
    place,
    scheduled,
    stay,
    void,
    waiting,
)
from tests.live import Live, run


def standing(now: str, *log: Log) -> str:
    return run(scheduled(), *log, now=now).scores["a"].standing


@pytest.mark.parametrize(("now", "expected"), [("09:59:59.999", "expected"), ("10:00", "missing")])
def test_nobody_is_missing_before_the_start(now: str, expected: str) -> None:
    assert standing(now) == expected


@pytest.mark.parametrize(("now", "expected"), [("09:59:59.999", "expected"), ("10:00", "present")])
def test_who_is_early_is_present_from_the_start(now: str, expected: str) -> None:
    assert standing(now, joined("09:50", "a")) == expected


def test_present_from_the_instant_of_the_join() -> None:
    assert standing("10:02", joined("10:02", "a")) == "present"


@pytest.mark.parametrize(
    ("now", "expected"), [("10:30", "present"), ("10:31", "present"), ("10:31:00.001", "away")]
)
def test_away_is_beyond_the_reconnect_grace(now: str, expected: str) -> None:
    assert standing(now, stay("10:00", "10:30", "a")) == expected


def test_who_left_before_the_start_is_missing() -> None:
    assert standing("10:00", stay("09:50", "09:59:59", "a")) == "missing"
    assert standing("10:00:30", stay("09:50", "10:00", "a")) == "missing"


def test_waiting_until_admitted() -> None:
    log = [waiting("10:01", "a"), admitted("10:05", "a"), joined("10:05", "a")]

    assert standing("10:01", log) == "waiting"
    assert standing("10:04:59.999", log) == "waiting"
    assert standing("10:05", log) == "present"


def test_who_gave_up_waiting_is_missing() -> None:
    assert standing("10:06", waiting("10:01", "a"), left("10:05", "a")) == "missing"


def test_back_in_the_waiting_room() -> None:
    log = [*stay("10:00", "10:30", "a"), waiting("10:30:05", "a")]

    assert standing("10:40", log) == "waiting"


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("11:36", "attended"),
        ("11:35:59.999", "partial"),
        ("10:30", "partial"),
        ("10:29:59.999", "absent"),
    ],
)
def test_once_over_the_share_decides(until: str, expected: str) -> None:
    assert standing("12:00", stay("10:00", until, "a")) == expected


def test_everybody_on_the_roster_has_a_score_from_the_first_schedule_on() -> None:
    live = Live().take(scheduled(roster=("a", "b"), hosts=("h",)))

    told = live.look("08:00")

    assert {name: score.standing for name, score in told.scores.items()} == {
        "a": "expected",
        "b": "expected",
    }
    assert told.results.keys() == {"a", "b"}


def test_guests_have_one_from_when_they_are_seen() -> None:
    told = run(scheduled(), stay("10:00", "12:00", "g"))

    assert told.results["g"].score.guest
    assert told.scores["g"].standing == "attended"


def test_make_ups_are_marked() -> None:
    told = run(scheduled(roster=(place("a", make_up=True), "b")))

    assert told.scores["a"].make_up
    assert not told.scores["b"].make_up


def test_void_before_all_else() -> None:
    assert standing("10:30", joined("10:00", "a"), void(True, at="10:20")) == "void"


def test_who_is_taken_off_the_roster_is_withdrawn_once() -> None:
    live = Live().take(scheduled(roster=("a", "b")))
    live.look("08:00")

    told = live.take(scheduled(roster=("b",), revision=2, at="09:00")).look("09:00")
    assert told.scores["a"].withdrawn
    assert told.results["a"].withdrawn
    assert told.results["a"].revision == 2

    live.take(joined("10:00", "b"), ended("12:00"))
    later = [live.look(now) for now in ("10:00", "10:05", "11:00", "12:00", "14:00")]
    assert all("a" not in each.scores and "a" not in each.results for each in later)


def test_nothing_is_withdrawn_that_was_never_told() -> None:
    told = run(scheduled(roster=("a", "b")), scheduled(roster=("b",), revision=2, at="09:00"))

    assert told.scores.keys() == {"b"}


def test_an_alias_is_withdrawn_once_identified_and_back_if_that_was_wrong() -> None:
    live = Live().take(scheduled(), joined("10:00", "x"))
    assert live.look("10:01").scores["x"].guest

    told = live.take(identified("x", "a", at="10:02")).look("10:02")
    assert told.scores["x"].withdrawn
    assert told.scores["a"].standing == "present"

    wrong = identified("x", "a", at="10:03", revision=2, withdrawn=True)
    told = live.take(wrong).look("10:03")
    assert not told.scores["x"].withdrawn
    assert told.scores["x"].standing == "present"
    assert told.scores["a"].standing == "missing"


@pytest.mark.parametrize("right", ["a", "b"])
def test_who_was_taken_for_somebody_by_mistake_is_withdrawn(right: str) -> None:
    live = Live().take(scheduled(roster=("a",)), joined("10:00", "x"))
    live.take(identified("x", "b", at="10:01")).look("10:01")

    told = live.take(identified("x", right, at="10:02", revision=2)).look("10:02")
    assert ("b" in told.scores and told.scores["b"].withdrawn) == (right == "a")

    taken_back = identified("x", right, at="10:03", revision=3, withdrawn=True)
    told = live.take(taken_back).look("10:03")
    assert ("b" in told.results and told.results["b"].withdrawn) == (right == "b")


def test_who_takes_over_as_host_is_withdrawn() -> None:
    live = Live().take(scheduled(roster=("a", "s")))
    live.look("08:00")

    told = live.take(joined("10:00", "s", role="host")).look("10:01")

    assert told.scores["s"].withdrawn


def test_time_before_and_after_the_first_host() -> None:
    plan = scheduled(hosts=("h",))
    log = [*stay("09:55", "10:30", "a"), *stay("10:08", "12:00", "h")]

    result = run(plan, log).results["a"]

    assert result.before_host_ms == 8 * 60_000
    assert result.after_host_ms == 22 * 60_000


def test_a_host_who_left_before_the_start_was_not_there() -> None:
    plan = scheduled(hosts=("h",))
    log = [*stay("09:00", "09:10", "h"), *stay("10:00", "10:30", "a"), *stay("10:20", "12:00", "h")]

    assert run(plan, log).results["a"].before_host_ms == 20 * 60_000
