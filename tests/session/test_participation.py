"""Participation: targets, what is available, ramp, score, level and quiet."""

import pytest

from schemas.score import Score
from tests.builders import (
    Log,
    capable,
    chat,
    joined,
    left,
    opened,
    place,
    reaction,
    scheduled,
    spoke,
    stay,
)
from tests.live import run

THERE = stay("10:00", "12:00", "a")
ALL = capable("speaking", "chat", "polls", "reactions", "shared_work")
CHAT_ONLY = ("participation.min_weight = 20",)


def score(*log: Log, policy: tuple[str, ...] = (), now: str = "15:00") -> Score:
    return run(scheduled(), *log, policy=policy, now=now).scores["a"]


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
