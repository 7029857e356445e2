"""The lives of violations that open while a session runs, through looks of both stages."""

from tests.builders import identified, joined, left, outage, stay, waiting
from tests.care.builders import finding, result
from tests.care.stages import Both, edges, meeting, shown

NEVER_HELD = "later facts show that it did not hold"


def test_a_no_show_opens_at_its_deadline_and_is_resolved_by_arrival() -> None:
    both = meeting()
    assert both.look("10:09:59.999") == {}

    opened = both.look("10:10")["no_show"]
    assert shown(opened) == "opened warning: not yet seen"
    assert edges(opened) == [("10:10:00", None)]
    assert (opened["since"][11:16], opened["until"]) == ("10:10", None)
    assert opened["evidence"] == {
        "threshold_ms": 600_000,
        "attended_ms": 0,
        "window_ms": 600_000,
        "inferred_share": None,
    }
    about = [opened[name] for name in ("participant", "session", "program", "policy")]
    assert about == ["a", "s1", "evening", "v1"]

    resolved = both.look("10:13", joined("10:12:30", "a"))["no_show"]
    assert edges(resolved) == [("10:10:00", "10:12:30")]
    assert resolved["until"][11:19] == "10:12:30"
    both.look("14:00", left("12:00", "a"))
    # Said once more with the whole session's figures.
    assert both.life("no_show") == ["opened", "resolved", "resolved"]


def test_a_no_show_that_nobody_mends_stands() -> None:
    both = meeting()
    for time in ("10:10", "11:00", "12:00", "13:59:59.999"):
        both.look(time)
    assert both.life("no_show") == ["opened", "updated"]
    assert both.told[-1]["label"] == "not seen"

    stood = both.look("14:00")["no_show"]
    assert (stood["status"], stood["until"], stood["label"]) == ("stood", None, "not seen")
    assert "correction" not in stood


def test_a_no_show_is_retracted_when_an_earlier_arrival_becomes_known() -> None:
    both = meeting()
    both.look("10:10")

    told = both.look("10:11", waiting("10:09", "a"))
    assert told["no_show"]["status"] == "retracted"
    assert told["no_show"]["reason"] == NEVER_HELD
    assert told["late"]["status"] == "opened"


def test_a_no_show_reopens_when_the_arrival_was_somebody_else() -> None:
    both = meeting(joined("10:12", "x"), identified("x", "a"))
    assert both.look("10:20")["no_show"]["status"] == "resolved"

    again = both.look("10:21", identified("x", "a", revision=2, withdrawn=True))["no_show"]
    # `x` is an unidentified guest again, who may be the person looked for.
    assert (again["status"], again["severity"], again["revision"]) == ("opened", "info", 2)
    assert both.look("10:22", identified("x", "c", revision=3))["no_show"]["severity"] == "warning"
    assert both.life("no_show") == ["resolved", "opened", "updated"]


def test_a_no_show_is_information_while_unidentified_guests_are_present() -> None:
    both = meeting()
    assert both.look("10:10")["no_show"]["severity"] == "warning"
    assert both.look("10:12", joined("10:11", "x"))["no_show"]["severity"] == "info"
    assert both.look("10:13", identified("x", "c"))["no_show"]["severity"] == "warning"
    assert both.life("no_show") == ["opened", "updated", "updated"]


def test_lateness_opens_on_arrival_and_stands() -> None:
    both = meeting()
    both.look("10:10")
    opened = both.look("10:12", joined("10:11", "a"))["late"]
    assert shown(opened) == "opened info: arrived late"
    assert edges(opened) == [("10:11:00", None)]
    assert opened["evidence"]["late_ms"] == 660_000

    both.look("12:10", left("12:00", "a"))
    both.look("14:00")
    assert both.life("late") == ["opened", "updated", "stood"]


def test_lateness_goes_and_comes_with_the_outage_that_explains_it() -> None:
    both = meeting(stay("10:08", "12:00", "a"))
    assert both.look("10:30")["late"]["evidence"]["late_ms"] == 480_000

    retracted = both.look("10:31", outage("10:00", "10:02", at="10:30"))["late"]
    assert (retracted["status"], retracted["reason"]) == ("retracted", NEVER_HELD)
    both.look("10:32", outage("10:00", "10:02", at="10:31", revision=2, withdrawn=True))
    assert both.life("late") == ["opened", "retracted", "opened"]


def test_time_away_opens_resolves_opens_again_and_stands_as_left_early() -> None:
    both = meeting(stay("10:00", "10:30", "a"))
    assert both.look("10:35") == {}
    opened = both.look("10:35:00.001")["left_early"]
    assert shown(opened) == "opened warning: time away"
    assert opened["evidence"]["away_ms"] == 300_001

    resolved = both.look("10:41", joined("10:40", "a", "c2"))["left_early"]
    assert edges(resolved) == [("10:30:00", "10:40:00")]
    again = both.look("11:30", left("11:00", "a", "c2"))["left_early"]
    assert edges(again) == [("10:30:00", "10:40:00"), ("11:00:00", None)]
    assert (again["since"][11:16], again["until"]) == ("10:30", None)
    stood = both.look("14:00")["left_early"]
    assert stood["label"] == "left early"
    assert both.life("left_early") == ["opened", "resolved", "opened", "stood"]


def test_a_late_event_edits_one_episode() -> None:
    both = Both()
    away = ("10:30", "10:50"), ("11:00", None)
    shorter = ("10:30", "10:40"), ("11:00", None)
    both.look("11:10", result("11:09", [finding("left_early", *away)], phase="running"))
    told = both.look(
        "11:11", result("11:10", [finding("left_early", *shorter)], phase="running", revision=2)
    )
    assert edges(told["left_early"]) == [("10:30:00", "10:40:00"), ("11:00:00", None)]
    assert both.life("left_early") == ["opened", "updated"]


def test_figures_that_grow_while_the_session_runs_are_no_news() -> None:
    both = Both()
    for minute in range(3):
        both.look(
            f"11:1{minute}",
            result("11:09", phase="running", window_ms=minute, revision=minute + 1),
        )
    assert both.life("no_show") == ["opened"]
    both.look("12:00", result("12:00", phase="provisional", window_ms=3, revision=4))
    both.look("12:01", result("12:01", phase="provisional", window_ms=4, revision=5))
    assert both.life("no_show") == ["opened", "updated", "updated"]


def test_time_away_that_never_was_is_retracted() -> None:
    both = meeting(stay("10:00", "10:30", "a"))
    both.look("10:36")
    both.look("10:37", joined("10:30:30", "a", "c2"))
    assert both.life("left_early") == ["opened", "retracted"]
