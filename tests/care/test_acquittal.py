"""Waivers, accommodations, and sessions or people that are not judged at all."""

import pytest

from tests.builders import identified, joined, place, scheduled, stay, void
from tests.care.builders import accommodation, decision, finding, notice, override, result, waiver
from tests.care.stages import Both, judged, meeting, reason

LOW = (finding("low_participation"),)
OFF = (finding("camera_off"),)


def test_a_waiver_is_of_one_rule_only() -> None:
    told = Both().look(
        "14:10", result(findings=[finding("late"), *OFF]), waiver("13:00", "camera_off")
    )
    assert told.keys() == {"late"}


def test_facts_about_another_session_say_nothing_here() -> None:
    elsewhere = {"session": "s2"}
    assert (
        judged(
            decision("13:00", True, **elsewhere),
            notice("02-20 10:00", **elsewhere),
            override("13:00", "excused", **elsewhere),
            waiver("13:00", "no_show", **elsewhere),
        )
        == "stood"
    )


@pytest.mark.parametrize(
    ("begins", "until", "held"),
    [
        ("10:00", None, ""),
        ("10:00:00.001", None, "stood"),
        ("09:00", "10:00", "stood"),
        ("09:00", "10:00:00.001", ""),
    ],
)
def test_an_accommodation_counts_if_in_force_at_the_start(
    begins: str, until: str | None, held: str
) -> None:
    camera = accommodation("camera", begins=begins, until=until)
    assert judged(camera, given=result(findings=OFF)) == held


def test_an_accommodation_only_touches_what_it_names() -> None:
    camera = accommodation("camera")
    assert reason(camera, given=result(findings=OFF)) == "exempt"
    assert judged(camera) == "stood"
    assert judged(accommodation("chat"), given=result(findings=OFF)) == "stood"


def test_the_level_is_unknown_where_an_exempted_signal_was_scored() -> None:
    scored = result(findings=LOW, scored=("speaking", "chat"))
    assert judged(given=scored) == "stood"
    assert judged(accommodation("chat", "camera"), given=scored) == ""
    assert judged(accommodation("polls", "camera"), given=scored) == "stood"


def test_a_void_session_is_held_against_nobody() -> None:
    both = meeting(stay("10:12", "12:00", "a"))
    both.look("14:00")
    told = both.look("14:30", void(True, at="14:29"))
    assert {each["reason"] for each in told.values()} == {"session_void"}
    assert {each["status"] for each in told.values()} == {"retracted"}
    both.look("14:40", void(False, at="14:39", revision=2))
    assert both.life("late") == ["stood", "retracted", "stood"]


def test_a_session_without_any_signal_has_no_no_shows() -> None:
    both = Both()
    both.look("10:10", scheduled())
    both.look("12:00")
    assert both.life("no_show") == ["opened", "retracted"]
    assert both.told[-1]["reason"] == "session_void"


def test_a_session_in_review_is_held_against_nobody_until_staff_decide() -> None:
    """No host was ever seen, but most people were there: perhaps an event was lost."""
    both = Both()
    both.tell(
        scheduled(roster=("a", "b"), hosts=("h",)),
        stay("10:00", "12:00", "b"),
        stay("10:20", "12:00", "a"),
    )
    assert both.look("14:00") == {}
    decided = both.look("15:00", void(False, at="14:59"))
    assert decided["late"]["status"] == "stood"
    both.look("15:01", void(True, at="15:00", revision=2))
    assert both.life("late") == ["stood", "retracted"]


def test_review_is_the_reason_of_what_it_takes_back() -> None:
    both = Both()
    both.look("14:00", result())
    told = both.look("14:01", result("14:01", (), revision=2, needs_review="no_host_seen"))
    assert told["no_show"]["reason"] == "session_needs_review"


def test_unidentified_guests_are_not_judged() -> None:
    both = meeting()
    both.look("14:00", stay("10:30", "11:00", "x"))
    assert {each["participant"] for each in both.told} == {"a"}
    both.look("14:10", identified("x", "a"))
    # The guest's own result is withdrawn, and what was held against the person has changed.
    assert both.life("no_show") == ["stood", "resolved"]
    assert both.life("late") == ["stood"]
    assert {each["participant"] for each in both.told} == {"a"}


def test_a_guest_who_is_identified_is_judged() -> None:
    both = meeting(joined("10:20", "x"), identified("x", "c"))
    both.look("10:30")
    assert both.life("late", "c") == ["opened"]
    both.look("10:31", identified("x", "c", revision=2, withdrawn=True))
    assert both.life("late", "c") == ["opened", "retracted"]


def test_somebody_on_the_roster_under_an_alias_is_judged_under_their_own_id_once_known() -> None:
    both = Both()
    both.tell(scheduled(roster=("x", "b")), stay("10:00", "12:00", "b"), joined("10:08", "x"))
    both.look("10:10")
    assert both.life("late", "x") == ["opened"]
    both.look("10:20", identified("x", "a"))
    assert both.life("late", "x") == ["opened", "retracted"]
    assert both.life("late", "a") == ["opened"]
    taken_back = [each for each in both.told if each["participant"] == "x"][-1]
    assert taken_back["reason"] == "not_in_session"


def test_who_is_taken_off_the_roster_is_no_longer_judged() -> None:
    both = meeting()
    both.look("10:10")
    told = both.look("10:20", scheduled(roster=("b",), at="09:55", revision=2))
    assert (told["no_show"]["status"], told["no_show"]["reason"]) == ("retracted", "not_in_session")
    seen = meeting(joined("10:08", "a"))
    seen.look("10:10")
    told = seen.look("10:20", scheduled(roster=("b",), at="09:55", revision=2))
    assert (told["late"]["status"], told["late"]["reason"]) == ("retracted", "unidentified_guest")


def test_times_of_ones_own_narrow_what_is_asked() -> None:
    both = Both()
    both.tell(scheduled(roster=(place("a", begins="10:30"), "b")), stay("10:00", "12:00", "b"))
    assert both.look("10:39:59") == {}
    assert both.look("10:40")["no_show"]["status"] == "opened"
