"""Revisions of the schedule, walked in order: what may still change once a session began."""

import pytest

from schemas.telemetry import SessionScheduled
from tests.builders import place, scheduled, span, stay
from tests.live import Told, run


def told(*plans: SessionScheduled) -> Told:
    return run(plans, stay("10:00", "12:00", "a"))


def revised(at: str, **fields: object) -> SessionScheduled:
    return scheduled(revision=2, at=at, **fields)  # type: ignore[arg-type]


def test_the_newest_revision_holds_in_whatever_order() -> None:
    plans = (scheduled(), revised("09:00", starts="10:30", ends="12:30"))

    assert told(*plans).scores["a"].window_ms == told(*plans[::-1]).scores["a"].window_ms
    assert told(*plans).results["a"].window == (span("10:30", "12:30"),)


@pytest.mark.parametrize(("at", "ends"), [("10:00", "12:30"), ("10:00:00.001", "12:00")])
def test_after_the_start_the_end_moves_no_later(at: str, ends: str) -> None:
    seen = told(scheduled(), revised(at, ends="12:30"))

    assert seen.results["a"].window == (span("10:00", ends),)


def test_after_the_start_the_end_may_move_earlier() -> None:
    seen = told(scheduled(), revised("11:00", ends="11:30"))

    assert seen.results["a"].window == (span("10:00", "11:30"),)


def test_after_the_start_everything_else_still_changes() -> None:
    seen = told(scheduled(), revised("10:30", ends="12:30", roster=("b",), kind="workshop"))

    assert seen.scores["b"].kind == "workshop"
    assert seen.scores.keys() == {"a", "b"}
    assert seen.scores["a"].guest


def test_a_running_session_is_not_moved_away_from_under_people() -> None:
    seen = told(scheduled(), revised("10:30", starts="14:00", ends="16:00"))

    assert seen.results["a"].window == (span("10:00", "12:00"),)


@pytest.mark.parametrize(("at", "roster"), [("12:00", {"b"}), ("12:00:00.001", {"a", "b"})])
def test_after_the_end_a_revision_only_adds_people(at: str, roster: set[str]) -> None:
    plans = (scheduled(), revised(at, roster=("b",), breaks=[("11:00", "11:30")]))

    seen = told(*plans)

    assert {name for name, score in seen.scores.items() if score.rostered} == roster
    assert (seen.scores["b"].window_ms == 7_200_000) == (roster == {"a", "b"})


def test_after_the_end_known_people_keep_their_entries() -> None:
    seen = told(scheduled(), revised("12:30", roster=(place("a", begins="11:00"), "b")))

    assert seen.scores["a"].personal_from is None
    assert seen.scores["b"].standing == "absent"


@pytest.mark.parametrize(("at", "reason"), [("12:00", "cancelled"), ("12:00:00.001", None)])
def test_a_session_that_already_ran_is_not_cancelled(at: str, reason: str | None) -> None:
    seen = told(scheduled(), revised(at, status="cancelled"))

    assert seen.scores["a"].void_reason == reason


def test_revisions_are_walked_from_the_lowest() -> None:
    """The extension of revision 2 came in time, so revision 3 came before the end."""
    extended = revised("09:00", ends="13:00")
    cut = scheduled(revision=3, at="12:30", ends="12:45")

    assert told(cut, extended, scheduled()).results["a"].window == (span("10:00", "12:45"),)


def test_two_contents_of_one_revision_give_one_order() -> None:
    plans = (scheduled(ends="12:30"), scheduled(ends="13:00"))

    assert told(*plans).scores["a"].window_ms == told(*plans[::-1]).scores["a"].window_ms


def test_a_first_plan_that_comes_late_is_taken_whole() -> None:
    seen = told(scheduled(at="14:00"))

    assert seen.results["a"].window == (span("10:00", "12:00"),)


def test_a_planned_session_can_be_called_off_and_on_again() -> None:
    called_off = revised("08:30", status="cancelled")
    on_again = scheduled(revision=3, at="09:00")

    assert told(scheduled(), called_off).scores["a"].void_reason == "cancelled"
    assert told(scheduled(), called_off, on_again).scores["a"].void_reason is None
