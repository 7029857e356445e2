"""Violations of the session itself: its host's or its source's, never a person's."""

import pytest

from schemas.telemetry import Event, PersonEvent
from schemas.violation import Violation
from tests.builders import (
    Log,
    admitted,
    chat,
    ended,
    joined,
    left,
    opened,
    paused,
    scheduled,
    stay,
    void,
    waiting,
    when,
)
from tests.live import run

HOSTED = scheduled(hosts=("h",))


def violations(*log: Log, now: str = "15:00", policy: tuple[str, ...] = ()) -> dict[str, Violation]:
    return run(*log, now=now, policy=policy).violations


def spans(violation: Violation) -> list[tuple[str, str | None]]:
    return [
        (f"{e.since:%H:%M:%S}", f"{e.until:%H:%M:%S}" if e.until else None)
        for e in violation.episodes
    ]


class TestNoSignal:
    @pytest.mark.parametrize(("now", "rules"), [("10:09:59.999", set()), ("10:10", {"no_signal"})])
    def test_nothing_by_ten_minutes_after_the_start(self, now: str, rules: set[str]) -> None:
        assert violations(HOSTED, now=now).keys() == rules

    @pytest.mark.parametrize(("at", "rules"), [("10:10", set()), ("10:10:00.001", {"no_signal"})])
    def test_any_signal_in_time_is_enough(self, at: str, rules: set[str]) -> None:
        assert violations(scheduled(), opened(at)).keys() == rules

    def test_it_ends_at_the_first_signal(self) -> None:
        seen = violations(scheduled(), opened("10:30"))["no_signal"]

        assert (seen.status, seen.severity, spans(seen)) == (
            "resolved",
            "warning",
            [("10:10:00", "10:30:00")],
        )

    def test_void_does_not_remove_it(self) -> None:
        assert violations(HOSTED)["no_signal"].status == "stood"

    def test_a_report_may_be_silent(self) -> None:
        assert violations(scheduled(delivery="report", hosts=("h",)), now="11:00") == {}


class TestHostAbsent:
    @pytest.mark.parametrize(
        ("now", "rules"), [("10:09:59.999", set()), ("10:10", {"host_absent"})]
    )
    def test_no_host_by_ten_minutes_after_the_start(self, now: str, rules: set[str]) -> None:
        assert violations(HOSTED, joined("10:00", "a"), now=now).keys() == rules

    @pytest.mark.parametrize(("at", "rules"), [("10:10", set()), ("10:10:00.001", {"host_absent"})])
    def test_a_host_at_the_deadline_is_in_time(self, at: str, rules: set[str]) -> None:
        for now in (at, "10:30", "15:00"):
            log = (HOSTED, joined("10:00", "a"), joined(at, "h"))
            assert violations(*log, now=now).keys() == rules

    def test_it_ends_when_a_host_is_seen(self) -> None:
        log = (HOSTED, joined("10:00", "a"), joined("10:20", "s", role="host"))

        seen = violations(*log)["host_absent"]

        assert (seen.status, spans(seen)) == ("resolved", [("10:10:00", "10:20:00")])

    def test_who_was_there_once_was_there(self) -> None:
        log = (HOSTED, joined("10:00", "a"), stay("09:50", "10:02", "h"))

        assert "host_absent" not in violations(*log)

    def test_who_left_before_the_start_was_not(self) -> None:
        log = (HOSTED, joined("10:00", "a"), stay("09:50", "10:00", "h"))

        assert violations(*log)["host_absent"].status == "stood"

    def test_silence_replaces_it(self) -> None:
        assert violations(HOSTED, now="10:20").keys() == {"no_signal"}

    def test_after_a_silence_it_begins_with_the_first_signal(self) -> None:
        log = (HOSTED, joined("10:30", "a"))

        seen = violations(*log, now="10:40")

        assert seen["no_signal"].status == "resolved"
        assert spans(seen["host_absent"]) == [("10:30:00", None)]

    def test_a_host_who_breaks_the_silence_was_absent_no_longer(self) -> None:
        for now in ("10:30", "10:40"):
            assert violations(HOSTED, joined("10:30", "h"), now=now).keys() == {"no_signal"}

    def test_void_does_not_remove_it(self) -> None:
        told = run(HOSTED, stay("10:00", "10:05", "a"), void(True))

        assert told.scores["a"].standing == "void"
        assert told.violations["host_absent"].status == "stood"

    def test_a_host_after_the_end_was_never_seen(self) -> None:
        log = (HOSTED, stay("10:00", "11:00", "a"), ended("11:00"), stay("11:00:30", "11:01", "h"))

        assert violations(*log)["host_absent"].status == "stood"

    def test_without_named_hosts_nobody_is_missed(self) -> None:
        assert violations(scheduled(), stay("10:00", "12:00", "a")) == {}

    def test_a_cancelled_session_has_none(self) -> None:
        assert violations(scheduled(hosts=("h",), status="cancelled")) == {}


class TestNotAdmitted:
    @pytest.mark.parametrize(
        ("now", "rules"), [("10:06", set()), ("10:06:00.001", {"not_admitted a"})]
    )
    def test_more_than_five_minutes(self, now: str, rules: set[str]) -> None:
        assert violations(scheduled(), waiting("10:01", "a"), now=now).keys() == rules

    def test_only_while_hosted(self) -> None:
        log = (HOSTED, waiting("10:00", "a"), joined("10:10", "h"))

        assert violations(*log, now="10:15") == {}
        assert violations(*log, now="10:15:00.001").keys() == {"not_admitted a"}

    def test_only_after_the_start(self) -> None:
        log = (scheduled(), waiting("09:50", "a"))

        assert violations(*log, now="10:05") == {}
        assert violations(*log, now="10:05:00.001").keys() == {"not_admitted a"}

    def test_it_ends_with_admission(self) -> None:
        log = [waiting("10:01", "a"), admitted("10:10", "a"), joined("10:10:02", "a")]

        seen = violations(scheduled(), log)["not_admitted a"]

        assert (seen.status, seen.participant) == ("resolved", "a")
        assert spans(seen) == [("10:01:00", "10:10:00")]
        assert seen.evidence == {"waited_ms": 540_000, "threshold_ms": 300_000}

    def test_a_join_is_admission(self) -> None:
        log = [waiting("10:01", "a"), joined("10:10", "a")]

        assert violations(scheduled(), log)["not_admitted a"].status == "resolved"

    def test_who_gives_up_was_never_admitted(self) -> None:
        log = [waiting("10:01", "a"), left("10:10", "a")]

        assert violations(scheduled(), log)["not_admitted a"].status == "stood"

    @pytest.mark.parametrize(("inside", "rules"), [("10:06", set()), ("10:06:00.001", {"a"})])
    def test_who_is_seen_inside_waits_no_longer(self, inside: str, rules: set[str]) -> None:
        lost = [waiting("10:01", "a"), chat(inside, "a"), left("12:00", "a")]
        other = [waiting("10:01", "a", "lobby"), *stay(inside, "12:00", "a", "room")]

        for log in (lost, other):
            seen = violations(scheduled(), log)
            assert seen.keys() == {f"not_admitted {who}" for who in rules}
            assert all(each.status == "resolved" for each in seen.values())

    def test_another_device_in_the_waiting_room_keeps_nobody_out(self) -> None:
        log = [*stay("10:00", "12:00", "a", "c1"), waiting("10:30", "a", "c2")]

        assert violations(scheduled(), log) == {}

    def test_the_care_stage_is_told(self) -> None:
        assert run(scheduled(), waiting("10:01", "a"), now="10:10").results["a"].not_admitted

    def test_it_is_counted_to_the_end(self) -> None:
        seen = violations(scheduled(), waiting("11:30", "a"), joined("10:00", "b"))

        assert seen["not_admitted a"].evidence["waited_ms"] == 1_800_000


class TestGroupTooLarge:
    @staticmethod
    def crowd(number: int, at: str = "10:00") -> list[PersonEvent]:
        return [joined(at, f"p{each}") for each in range(number)]

    @pytest.mark.parametrize(("number", "rules"), [(12, set()), (13, {"group_too_large"})])
    def test_more_than_twelve_at_once(self, number: int, rules: set[str]) -> None:
        assert violations(scheduled(()), self.crowd(number)).keys() == rules

    def test_hosts_are_not_counted(self) -> None:
        log = (scheduled((), hosts=("h",)), self.crowd(12), joined("10:00", "h"))

        assert violations(*log) == {}

    def test_who_comes_as_another_goes_makes_no_crowd(self) -> None:
        log = [*self.crowd(12), left("10:30", "p0"), joined("10:30", "p12")]

        assert violations(scheduled(()), log) == {}

    def test_a_change_of_faces_ends_no_crowd(self) -> None:
        log = [*self.crowd(13), left("10:30", "p0"), joined("10:30", "p13"), ended("12:00")]

        seen = violations(scheduled(()), log)["group_too_large"]

        assert spans(seen) == [("10:00:00", "12:00:00")]
        assert seen.evidence["people"] == 13

    def test_only_of_groups(self) -> None:
        assert violations(scheduled((), kind="workshop"), self.crowd(20)) == {}

    def test_it_lasts_while_they_are_too_many(self) -> None:
        log = [*self.crowd(13), left("10:30", "p3")]

        early = violations(scheduled(()), log, now="10:29")["group_too_large"]
        late = violations(scheduled(()), log, now="10:31")["group_too_large"]

        assert (early.status, spans(early)) == ("opened", [("10:00:00", None)])
        assert (late.status, spans(late)) == ("resolved", [("10:00:00", "10:30:00")])
        assert late.severity == "info"

    def test_seen_at_the_instant_of_the_join(self) -> None:
        log = [*self.crowd(12), joined("10:30", "p12")]

        assert violations(scheduled(()), log, now="10:30").keys() == {"group_too_large"}

    def test_the_largest_number_is_the_evidence(self) -> None:
        log = [*self.crowd(14), left("10:30", "p3"), *self.crowd(1, "10:40"), left("11:00", "p4")]

        seen = violations(scheduled(()), log)["group_too_large"]

        assert seen.evidence == {"people": 14, "threshold": 12}

    def test_the_size_is_a_setting(self) -> None:
        log = (scheduled(()), self.crowd(3))

        assert violations(*log, policy=("group.max_size = 2",)).keys() == {"group_too_large"}

    def test_before_the_start_nobody_counts(self) -> None:
        early: list[Event] = [left("09:59", f"p{each}") for each in range(13)]

        assert violations(scheduled(()), self.crowd(13, "09:00"), early) == {}


def test_each_message_explains_itself() -> None:
    seen = violations(HOSTED, joined("10:00", "a"), paused("11:00", "11:10"), now="10:20")

    violation = seen["host_absent"]
    assert violation.label == "no host seen"
    assert violation.evidence == {"threshold_ms": 600_000}
    assert violation.since == when("10:10")
    assert violation.until is None
    assert violation.policy == "test"
    assert violation.program == "evening"
    assert violation.participant is None
    assert violation.revision == 1


def test_an_unscheduled_session_breaks_nothing() -> None:
    assert violations(waiting("10:00", "a"), chat("11:00", "a")) == {}
