"""Activity: active minutes, speech and polls."""

import pytest

from schemas.score import Score
from tests.builders import (
    Log,
    answered,
    capable,
    chat,
    closed,
    hand,
    identified,
    joined,
    opened,
    reaction,
    scheduled,
    shared_work,
    speaking,
    spoke,
    stay,
)
from tests.live import run

THERE = stay("10:00", "12:00", "a")
ALL = capable("speaking", "chat", "polls", "reactions", "shared_work")


def score(*log: Log, policy: tuple[str, ...] = (), now: str = "15:00") -> Score:
    return run(scheduled(), *log, policy=policy, now=now).scores["a"]


def minutes(signal: str, *log: Log) -> int:
    return score(*log).components[signal].counted


class TestActiveMinutes:
    def test_bursts_buy_nothing(self) -> None:
        assert minutes("chat", THERE, [chat(f"10:20:{n:02}") for n in range(10)]) == 1

    def test_minutes_are_clock_minutes(self) -> None:
        assert minutes("chat", THERE, chat("10:20:59.999"), chat("10:21:00.000")) == 2

    @pytest.mark.parametrize(
        ("at", "counted"), [("09:59:59.999", 0), ("10:00", 1), ("11:59:59.999", 1), ("12:00", 0)]
    )
    def test_only_minutes_of_the_window_count(self, at: str, counted: int) -> None:
        assert minutes("chat", stay("09:50", "12:10", "a"), chat(at)) == counted

    @pytest.mark.parametrize(("leaves", "counted"), [("10:31:00.001", 1), ("10:31:00.000", 0)])
    def test_a_minute_counts_if_presence_meets_it(self, leaves: str, counted: int) -> None:
        assert minutes("chat", stay("10:00", leaves, "a"), chat("10:31:30")) == counted

    def test_hands_are_reactions(self) -> None:
        log = [reaction("10:20"), hand("10:21"), hand("10:21:10")]

        assert minutes("reactions", THERE, log) == 2

    def test_shared_work(self) -> None:
        assert minutes("shared_work", THERE, shared_work("10:20"), shared_work("10:40")) == 2

    def test_devices_and_aliases_are_one_person(self) -> None:
        log = [chat("10:20", "a", "c1"), chat("10:20:30", "a", "c2"), chat("10:21", "x")]

        assert minutes("chat", THERE, log, identified("x", "a")) == 2

    def test_signals_that_come_early_or_late_shift_nothing(self) -> None:
        log = [chat("11:50"), chat("10:50"), chat("10:01"), chat("11:50:10")]

        assert minutes("chat", THERE, log) == minutes("chat", THERE, log[::-1]) == 3


class TestSpeaking:
    @pytest.mark.parametrize(("off", "counted"), [("10:20:03", 1), ("10:20:02.999", 0)])
    def test_three_seconds_make_a_minute_active(self, off: str, counted: int) -> None:
        assert minutes("speaking", THERE, spoke("10:20", off)) == counted

    def test_bursts_of_one_minute_add_up(self) -> None:
        log = spoke("10:20:10", "10:20:11") + spoke("10:20:40", "10:20:42")

        assert minutes("speaking", THERE, log) == 1

    @pytest.mark.parametrize(
        ("on", "off", "counted"),
        [
            ("10:20:58.500", "10:21:01.500", 0),
            ("10:20:57", "10:21:02.999", 1),
            ("10:20:57", "10:21:03", 2),
        ],
    )
    def test_three_seconds_are_asked_of_each_minute(self, on: str, off: str, counted: int) -> None:
        assert minutes("speaking", THERE, spoke(on, off)) == counted

    @pytest.mark.parametrize(("leaves", "counted"), [("10:20:03", 1), ("10:20:02.999", 0)])
    def test_only_speech_while_present_counts(self, leaves: str, counted: int) -> None:
        log = (stay("10:00", leaves, "a"), spoke("10:20", "10:20:30"))

        assert minutes("speaking", *log) == counted

    def test_a_lost_off_closes_after_two_minutes(self) -> None:
        assert minutes("speaking", THERE, speaking("10:20:30", True)) == 3

    def test_a_lost_off_closes_with_the_next_on(self) -> None:
        log = [speaking("10:20", True), *spoke("10:21:02", "10:21:02.500")]

        assert minutes("speaking", THERE, log) == 1

    def test_a_long_speech_that_ends_is_no_lost_off(self) -> None:
        assert minutes("speaking", THERE, spoke("10:20", "10:40")) == 20

    def test_an_off_without_an_on_is_nothing(self) -> None:
        assert minutes("speaking", THERE, speaking("10:20", False)) == 0

    def test_off_and_on_at_one_instant_go_on(self) -> None:
        log = spoke("10:20:00", "10:20:02") + spoke("10:20:02", "10:20:03")

        assert minutes("speaking", THERE, log) == 1

    def test_two_devices_that_hear_one_voice_count_once(self) -> None:
        log = spoke("10:20", "10:20:02") + spoke("10:20", "10:20:02", connection="c2")

        assert minutes("speaking", THERE, joined("10:00", "a", "c2"), log) == 0


class TestPolls:
    @pytest.mark.parametrize(
        ("log", "offered"),
        [
            ([opened("10:20"), closed("10:20:30")], 1),
            ([opened("10:20"), closed("10:20:29.999")], 0),
            ([opened("11:59:30")], 1),
            ([opened("11:59:30.001")], 0),
            ([opened("09:55:30")], 1),
            ([opened("09:55:29.999")], 0),
            ([closed("10:20")], 0),
            ([opened("10:20"), closed("10:10")], 1),
            ([answered("10:20")], 0),
        ],
    )
    def test_offered_is_what_one_was_there_for_half_a_minute(
        self, log: list[Log], offered: int
    ) -> None:
        polls = score(ALL, THERE, *log).components["polls"]

        assert polls.target == (offered or None)
        assert polls.available == bool(offered)

    def test_answers_count_once_and_only_to_what_was_offered(self) -> None:
        log = [opened("10:20", "p1"), opened("10:30", "p2"), opened("13:00", "p3")]
        said = [answered("10:21", "p1"), answered("10:22", "p1"), answered("13:01", "p3")]

        polls = score(THERE, log, said, answered("10:40", "p4")).components["polls"]

        assert (polls.counted, polls.target, polls.value) == (1, 2.0, 0.5)

    def test_the_earliest_opening_and_closing_count(self) -> None:
        log = [opened("10:20"), opened("10:10"), closed("10:10:31"), closed("10:40")]

        assert score(stay("10:15", "12:00", "a"), log).components["polls"].target is None

    def test_an_open_poll_lasts_to_now(self) -> None:
        log = (THERE[:1], opened("10:20"))

        assert score(*log, now="10:20:29.999").components["polls"].target is None
        assert score(*log, now="10:20:30").components["polls"].target == 1.0
