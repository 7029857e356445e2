"""What excuses a person for a session, and from where on it no longer does."""

import pytest

from schemas.care import CareEvent
from tests.builders import admitted, left, scheduled, stay, waiting
from tests.care.builders import decision, notice, override, result
from tests.care.stages import Both, judged, meeting, reason


def test_nobody_said_anything() -> None:
    assert judged() == "stood"


def test_an_accepted_absence_excuses_and_a_refused_one_does_not() -> None:
    assert judged(decision("13:00", True)) == ""
    assert reason(decision("13:00", True)) == "absence_accepted"
    assert judged(decision("13:00", False)) == "stood"


def test_a_refusal_beats_even_an_early_notice() -> None:
    assert judged(notice("02-20 10:00"), decision("13:00", False)) == "stood"


def test_the_latest_decision_holds() -> None:
    accepted, refused = decision("13:00", True), decision("13:01", False, entity="e2")
    assert judged(accepted, refused) == "stood"
    assert judged(decision("13:02", True), refused) == ""


@pytest.mark.parametrize(
    ("said_at", "held"), [("03-01 10:00", ""), ("03-01 10:00:00.001", "stood pending")]
)
def test_a_notice_a_day_ahead_excuses(said_at: str, held: str) -> None:
    assert judged(notice(said_at)) == held


@pytest.mark.parametrize("why", ["illness", "emergency", "technical"])
@pytest.mark.parametrize(("said_at", "held"), [("10:29:59.999", ""), ("10:30", "stood pending")])
def test_an_emergency_excuses_until_half_an_hour_after_the_start(
    why: str, said_at: str, held: str
) -> None:
    assert judged(notice(said_at, why)) == held


def test_notices_name_their_reason() -> None:
    assert reason(notice("03-01 09:00")) == "notice_in_time"
    assert reason(notice("10:29", "technical")) == "notice_technical"


def test_another_reason_is_never_an_emergency() -> None:
    assert judged(notice("09:00", "other")) == "stood pending"


def test_one_good_notice_of_several_is_enough() -> None:
    late, ill = notice("10:40", "illness"), notice("09:00", "illness", entity="e2")
    assert judged(late, ill) == judged(ill, late) == ""


@pytest.mark.parametrize("outcome", ["credited", "excused"])
def test_staff_may_credit_or_excuse_against_everything_else(outcome: str) -> None:
    against = (decision("13:30", False), notice("11:00"))
    assert judged(*against, override("13:00", outcome)) == ""
    assert reason(*against, override("13:00", outcome)) == f"override_{outcome}"


@pytest.mark.parametrize(
    "excuse",
    [
        [decision("13:30", True)],
        [notice("02-20 10:00")],
        [notice("09:00", "illness")],
        [notice("11:00")],
    ],
)
def test_staff_may_hold_it_against_the_person_in_spite_of_everything(
    excuse: list[CareEvent],
) -> None:
    assert judged(*excuse, override("13:00", "unexcused")) == "stood"


def test_unexcused_by_staff_beats_what_the_host_did() -> None:
    kept = result(before_host_ms=300_000, not_admitted=True)
    assert judged(given=kept) == ""
    assert judged(override("13:00", "unexcused"), given=kept) == "stood"


def test_the_latest_override_holds_by_time_and_then_by_id() -> None:
    excused = override("13:00", "excused", id="b")
    later = override("13:01", "unexcused", id="a", entity="e2")
    same_time = override("13:00", "unexcused", id="a", entity="e2")
    assert judged(excused, later) == judged(later, excused) == "stood"
    assert judged(excused, same_time) == judged(same_time, excused) == ""


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [(300_000, 0, ""), (299_999, 0, "stood"), (300_000, 1, "stood")],
)
def test_who_waited_five_minutes_for_a_host_and_left_is_excused(
    before: int, after: int, held: str
) -> None:
    assert judged(given=result(before_host_ms=before, after_host_ms=after)) == held


def test_a_refused_absence_does_not_make_up_for_a_late_host() -> None:
    assert judged(decision("13:00", False), given=result(before_host_ms=300_000)) == ""


def test_who_was_kept_waiting_is_excused() -> None:
    assert judged(given=result(not_admitted=True)) == ""


@pytest.mark.parametrize(("left_at", "held"), [("10:05", True), ("10:04:59.999", False)])
def test_a_late_host_as_measured(left_at: str, held: bool) -> None:
    """Both stages: there before the host for five minutes, or a millisecond less."""
    both = Both()
    both.tell(
        scheduled(roster=("a", "b"), hosts=("h",)),
        stay("10:07", "12:00", "h"),
        stay("10:07", "12:00", "b"),
        stay("10:00", left_at, "a"),
    )
    told = both.look("14:00")
    assert ("no_show" in told) is not held


@pytest.mark.parametrize(("gave_up", "held"), [("10:06:00.001", False), ("10:06", True)])
def test_being_kept_waiting_as_measured(gave_up: str, held: bool) -> None:
    """Both stages: in the waiting room for longer than five minutes, or not."""
    both = meeting(waiting("10:01", "a"), left(gave_up, "a"))
    assert ("low_attendance" in both.look("14:00")) is held


def test_what_was_open_is_retracted_when_somebody_is_kept_waiting() -> None:
    both = meeting(waiting("10:06", "a"))
    both.look("10:08")
    both.look("10:13", admitted("10:12", "a"))
    assert both.life("late") == ["opened", "retracted"]
    assert both.told[-1]["reason"] == "not_admitted"


def test_a_pending_notice_marks_violations_until_staff_decide() -> None:
    both = meeting()
    opened = both.look("10:10", notice("09:00"))["no_show"]
    assert (opened["status"], opened["excuse"]) == ("opened", "pending")

    accepted = both.look("11:00", decision("10:59", True))["no_show"]
    assert (accepted["status"], accepted["reason"]) == ("retracted", "absence_accepted")

    refused = both.look("11:30", decision("11:29", False, revision=1))["no_show"]
    assert refused["status"] == "opened"
    assert "excuse" not in refused


def test_a_refusal_takes_the_mark_away() -> None:
    both = meeting()
    both.look("10:10", notice("09:00"))
    refused = both.look("11:00", decision("10:59", False))["no_show"]
    assert refused["status"] == "updated"
    assert "excuse" not in refused
