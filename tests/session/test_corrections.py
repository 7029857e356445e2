"""Retractions and corrections: what is taken back, and what changes after final."""

from tests.builders import (
    admitted,
    joined,
    scheduled,
    stay,
    waiting,
)
from tests.live import Live

HOSTED = scheduled(hosts=("h",))


def test_a_retraction_says_what_it_takes_back_and_why() -> None:
    live = Live().take(HOSTED, joined("10:00", "a"))
    opened = live.look("10:10").violations["host_absent"]

    retracted = live.take(joined("10:09", "h")).look("10:11").violations["host_absent"]

    assert retracted.id == opened.id
    assert retracted.reason == "later facts show that it did not hold"
    assert retracted.since == opened.since
    assert retracted.episodes == opened.episodes


def test_a_story_told_at_the_end_is_told_at_once() -> None:
    log = (HOSTED, joined("10:00", "a"), joined("10:15", "h"))

    assert Live().take(*log).look("15:00").words() == ["host_absent resolved 1"]


def test_phases_are_revisions_of_one_score() -> None:
    live = Live().take(scheduled(), stay("10:00", "12:00", "a"))

    told = [live.look(now).scores["a"] for now in ("09:00", "10:00", "12:00", "14:00")]

    assert [(score.phase, score.revision) for score in told] == [
        ("running", 1),
        ("running", 2),
        ("provisional", 3),
        ("final", 4),
    ]
    assert len({score.id for score in told}) == 1


class TestCorrection:
    def test_a_score_changed_after_final_is_a_correction(self) -> None:
        live = Live().take(scheduled(), stay("10:00", "11:00", "a"))
        assert not live.look("14:00").scores["a"].correction

        told = live.take(stay("11:00", "12:00", "a", "c2")).look("15:00")

        assert told.scores["a"].correction
        assert told.results["a"].correction
        assert told.scores["a"].standing == "attended"

    def test_a_change_before_final_is_none(self) -> None:
        live = Live().take(scheduled(), stay("10:00", "11:00", "a"))
        live.look("12:00")

        told = live.take(stay("11:00", "12:00", "a", "c2")).look("13:00")

        assert not told.scores["a"].correction
        assert not live.look("14:00").scores["a"].correction

    def test_a_violation_taken_back_after_final_is_a_correction(self) -> None:
        live = Live().take(HOSTED, joined("10:00", "a"))
        live.look("10:10")
        assert not live.look("14:00").violations["host_absent"].correction

        told = live.take(joined("10:09", "h")).look("15:00")

        assert told.violations["host_absent"].correction

    def test_a_violation_resolved_before_final_too(self) -> None:
        live = Live().take(HOSTED, joined("10:00", "a"), joined("10:15", "h"))
        live.look("10:30")
        assert live.look("14:00").violations == {}

        told = live.take(joined("10:09", "h")).look("15:00")

        assert told.violations["host_absent"].status == "retracted"
        assert told.violations["host_absent"].correction

    def test_a_violation_first_seen_after_final_is_a_correction(self) -> None:
        live = Live().take(scheduled(), stay("10:00", "12:00", "a"))
        live.look("14:00")

        told = live.take(waiting("10:00", "b"), admitted("10:30", "b")).look("15:00")

        assert told.violations["not_admitted b"].correction
        assert told.scores["b"].correction
