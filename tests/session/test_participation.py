"""Participation: active minutes, polls, what is available, ramp, score and level."""

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
    left,
    opened,
    place,
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
CHAT_ONLY = ("participation.min_weight = 20",)


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


class TestTarget:
    def test_targets_are_per_hour_attended(self) -> None:
        seen = score(ALL, stay("10:00", "11:30", "a"))

        assert {name: part.target for name, part in seen.components.items()} == {
            "speaking": 9.0,
            "chat": 6.0,
            "polls": None,
            "reactions": 4.5,
            "shared_work": 4.5,
        }

    def test_a_component_is_at_most_one(self) -> None:
        log = [chat(f"10:{n}") for n in range(10, 30)]

        assert score(THERE, log).components["chat"].value == 1.0

    def test_nothing_is_asked_of_who_was_not_there(self) -> None:
        part = score(ALL).components["chat"]

        assert (part.available, part.target, part.value) == (True, None, None)

    @pytest.mark.parametrize(
        ("enrolled", "ramp"),
        [
            (None, 1.0),
            ("03-09 10:00", 0.25),
            ("02-23 10:00:00.001", 0.25),
            ("02-23 10:00", 0.5),
            ("02-16 10:00:00.001", 0.5),
            ("02-16 10:00", 0.75),
            ("02-09 10:00:00.001", 0.75),
            ("02-09 10:00", 1.0),
            ("01-01 10:00", 1.0),
        ],
    )
    def test_newcomers_arrive_gradually(self, enrolled: str | None, ramp: float) -> None:
        plan = scheduled(roster=(place("a", enrolled=enrolled),))

        seen = run(plan, THERE, ALL).scores["a"]

        assert seen.ramp == ramp
        assert seen.components["chat"].target == 8 * ramp


class TestAvailable:
    @pytest.mark.parametrize(
        ("signals", "known"),
        [
            (("speaking", "chat"), True),
            (("speaking", "reactions", "shared_work"), False),
            (("chat", "reactions", "shared_work"), False),
            ((), False),
        ],
    )
    def test_sixty_of_a_hundred_must_be_available(
        self, signals: tuple[str, ...], known: bool
    ) -> None:
        seen = score(THERE, capable(*signals))

        assert (seen.participation is not None) == known
        assert (seen.level != "unknown") == known

    @pytest.mark.parametrize(("weight", "known"), [(60, True), (61, False)])
    def test_the_weight_asked_is_a_setting(self, weight: int, known: bool) -> None:
        policy = (f"participation.min_weight = {weight}",)

        seen = score(THERE, capable("speaking", "chat"), policy=policy)

        assert (seen.participation is not None) == known

    def test_what_the_source_cannot_report_is_not_scored(self) -> None:
        assert not score(THERE, capable("speaking"), chat("10:20")).components["chat"].available

    def test_without_capabilities_anyone_shows_what_is_available(self) -> None:
        others = [joined("10:00", "g"), chat("10:20", "g"), *spoke("10:30", "10:31", "g")]

        seen = score(THERE, others)

        assert {name for name, part in seen.components.items() if part.available} == {
            "speaking",
            "chat",
        }
        assert seen.participation == 0.0

    def test_of_the_exempt_it_is_not_asked(self) -> None:
        plan = scheduled(roster=(place("a", exempt=("speaking",)), "b"))

        told = run(plan, ALL, THERE, opened("10:20"), stay("10:00", "12:00", "b"))

        part = told.scores["a"].components["speaking"]
        assert (part.exempt, part.available, part.value) == (True, False, None)
        assert told.scores["a"].participation == 0.0
        assert not told.scores["b"].components["speaking"].exempt

    def test_the_exempt_may_leave_too_little(self) -> None:
        plan = scheduled(roster=(place("a", exempt=("speaking",)),))

        assert run(plan, ALL, THERE).scores["a"].participation is None

    def test_an_individual_session_counts_speaking_alone(self) -> None:
        plan = scheduled(kind="individual")
        log = [*spoke("10:10", "10:15"), chat("10:20")]

        seen = run(plan, THERE, log).scores["a"]

        assert not seen.components["chat"].available
        assert seen.participation == 41.7

    def test_of_its_own_list_all_must_be_available(self) -> None:
        plan = scheduled(kind="individual", roster=(place("a", exempt=("speaking",)),))

        assert run(plan, THERE, ALL).scores["a"].participation is None

    def test_a_policy_may_name_a_list_for_any_kind(self) -> None:
        policy = ['participation.signals = { group = ["chat", "reactions"] }']

        both = run(scheduled(), THERE, chat("10:20"), reaction("10:21"), policy=policy)
        one = run(scheduled(), THERE, chat("10:20"), policy=policy)

        assert both.scores["a"].participation == 13.9
        assert one.scores["a"].participation is None

    @pytest.mark.parametrize(("until", "known"), [("10:10", True), ("10:09:59.999", False)])
    def test_ten_minutes_must_be_attended(self, until: str, known: bool) -> None:
        seen = score(ALL, stay("10:00", until, "a"))

        assert (seen.participation is not None) == known

    def test_attending_nothing_is_never_scored(self) -> None:
        assert score(ALL, policy=('participation.min_attended = "0s"',)).participation is None


class TestLevel:
    @pytest.mark.parametrize(
        ("until", "said", "level"),
        [
            ("11:00", 3, "active"),
            ("11:00:00.001", 3, "partial"),
            ("10:48", 1, "partial"),
            ("10:48:00.001", 1, "passive"),
            ("11:00", 0, "passive"),
        ],
    )
    def test_edges_are_exact(self, until: str, said: int, level: str) -> None:
        log = [chat(f"10:{n}") for n in range(20, 20 + said)]
        policy = (*CHAT_ONLY, "participation.targets.chat = 5")

        seen = score(capable("chat"), stay("10:00", until, "a"), log, policy=policy)

        assert seen.level == level

    def test_the_score_is_rounded_half_up_to_one_decimal(self) -> None:
        policy = (*CHAT_ONLY, "participation.targets.chat = 16")

        seen = score(capable("chat"), stay("10:00", "11:00", "a"), chat("10:20"), policy=policy)

        assert seen.participation == 6.3

    def test_the_level_follows_the_exact_fraction(self) -> None:
        policy = (*CHAT_ONLY, "participation.targets.chat = 5")
        log = [chat(f"10:{n}") for n in range(20, 23)]

        there = stay("10:00", "11:00:00.001", "a")
        seen = score(capable("chat"), there, log, policy=policy)

        assert seen.participation == 60.0
        assert seen.level == "partial"


class TestQuiet:
    def test_the_longest_stretch_without_an_active_minute(self) -> None:
        log = [chat("10:20:30"), *spoke("11:30", "11:31"), reaction("11:40")]

        assert score(THERE, log).quiet_ms == 69 * 60_000

    def test_who_is_always_quiet_is_quiet_as_long_as_present(self) -> None:
        assert score(stay("10:30", "11:00", "a"), left("11:10", "a")).quiet_ms == 30 * 60_000
