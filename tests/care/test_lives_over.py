"""The lives of violations that are judged once a session is over, and what all share."""

from schemas.telemetry import Event
from tests.builders import camera, capable, chat, ms, outage, stay, waiting
from tests.care.builders import notice, result, waiver
from tests.care.stages import Both, edges, meeting, violations

NEVER_HELD = "later facts show that it did not hold"


def filmed(*more: Event) -> Both:
    """A session of exact cameras; `a` is there from the start with the camera on."""
    return meeting(
        capable("camera", camera="exact"), stay("10:00", "12:00", "a"), camera("10:00", True), *more
    )


def test_low_attendance_opens_when_over_and_stands() -> None:
    both = meeting(stay("10:00", "11:00", "a"))
    assert "low_attendance" not in both.look("11:59:59.999")
    opened = both.look("12:00")["low_attendance"]
    assert (opened["status"], opened["severity"]) == ("opened", "warning")
    assert edges(opened) == [("12:00:00", None)]
    assert opened["evidence"] == {
        "attended_ms": 3_600_000,
        "inferred_ms": 0,
        "inferred_share": 0.0,
        "window_ms": 7_200_000,
        "attendance": 0.5,
        "threshold": 0.8,
    }

    assert both.look("12:30", stay("11:30", "11:40", "a", "c2"))["low_attendance"]["status"] == (
        "updated"
    )
    both.look("14:00")
    assert both.life("low_attendance") == ["opened", "updated", "stood"]


def test_low_attendance_is_retracted_and_comes_back_as_a_correction() -> None:
    both = meeting(stay("10:00", "11:00", "a"))
    both.look("14:00")
    retracted = both.look("15:00", outage("11:00", "12:00", at="14:50"))["low_attendance"]
    assert (retracted["status"], retracted["correction"]) == ("retracted", True)
    assert retracted["reason"] == NEVER_HELD

    withdrawn = outage("11:00", "12:00", at="15:00", revision=2, withdrawn=True)
    again = both.look("15:01", withdrawn)["low_attendance"]
    assert (again["status"], again["correction"]) == ("stood", True)
    assert both.life("low_attendance") == ["stood", "retracted", "stood"]


def test_a_camera_off_opens_resolves_opens_again_and_stands() -> None:
    both = filmed(camera("10:20", False))
    assert "camera_off" not in both.look("10:25")
    opened = both.look("10:25:01")["camera_off"]
    assert (opened["status"], opened["severity"]) == ("opened", "info")
    both.look("10:31", camera("10:30", True))
    both.look("11:20", camera("11:00", False))
    assert both.life("camera_off") == ["opened", "resolved", "opened"]

    stood = both.look("14:00")["camera_off"]
    assert [since for since, _ in edges(stood)] == ["10:20:00", "11:00:00"]
    assert stood["evidence"]["camera"] < stood["evidence"]["minimum"] == 0.8
    assert both.life("camera_off")[-1] == "stood"


def test_a_camera_that_was_on_long_enough_leaves_its_violation_resolved() -> None:
    both = filmed(camera("11:50", False))
    both.look("11:56")
    both.look("12:00")
    both.look("14:00")
    assert both.life("camera_off") == ["opened", "resolved"]


def test_a_camera_off_is_retracted_when_the_switch_was_only_late() -> None:
    both = filmed(camera("10:20", False))
    both.look("10:26")
    both.look("10:27", camera("10:21", True))
    assert both.life("camera_off") == ["opened", "retracted"]


def test_low_participation_opens_stands_and_is_retracted_by_what_was_said_after_all() -> None:
    both = meeting(capable("speaking", "chat", "polls"), stay("10:00", "12:00", "a"))
    assert "low_participation" not in both.look("11:59")
    opened = both.look("12:00")["low_participation"]
    assert (opened["status"], opened["severity"]) == ("opened", "info")
    assert opened["evidence"]["participation"] == 0.0
    both.look("12:01", chat("10:30"))
    both.look("14:00")
    assert both.life("low_participation") == ["opened", "updated", "stood"]

    minutes = [chat(f"10:{minute}") for minute in range(31, 39)]
    retracted = both.look("14:01", minutes)["low_participation"]
    assert (retracted["status"], retracted["correction"]) == ("retracted", True)


def test_one_incident_within_a_session_of_a_person_and_no_other() -> None:
    both = meeting(stay("10:12", "10:30", "a"), stay("10:00", "10:30", "c"))
    both.look("14:00", result(session="s2"))
    incidents: dict[tuple[str, str], set[str]] = {}
    for each in both.told:
        incidents.setdefault((each["participant"], each["session"]), set()).add(each["incident"])
    assert incidents.keys() == {("a", "s1"), ("a", "s2")}
    assert sorted(map(len, incidents.values())) == [1, 1]
    assert len(set.union(*incidents.values())) == 2
    assert len({each["id"] for each in both.told}) == 5


def test_being_kept_waiting_belongs_to_the_same_incident() -> None:
    both = meeting(hosts=("h",))
    both.tell(stay("10:00", "12:00", "h"), stay("10:00", "10:10", "a"), waiting("11:00", "a", "c2"))
    both.session.checkpoint(ms("11:00"))
    measured = both.session.checkpoint(ms("11:06"))
    [kept_waiting] = violations(measured.changes)
    assert (kept_waiting["rule"], kept_waiting["participant"]) == ("not_admitted", "a")
    [judged] = Both().look("14:00", result()).values()
    assert judged["incident"] == kept_waiting["incident"]


def test_first_seen_after_the_end_it_is_published_as_it_ended() -> None:
    both = meeting(stay("10:12", "10:30", "a"))
    told = both.look("14:00")
    assert {rule: each["status"] for rule, each in told.items()} == {
        "no_show": "resolved",
        "late": "stood",
        "left_early": "stood",
        "low_attendance": "stood",
    }
    assert {each["revision"] for each in told.values()} == {1}
    assert not any("correction" in each for each in told.values())


def test_a_waiver_and_an_excuse_after_final_are_corrections() -> None:
    both = meeting(stay("10:12", "12:00", "a"))
    both.look("14:00")
    waived = both.look("14:30", waiver("14:30", "late"))["late"]
    assert (waived["status"], waived["reason"]) == ("retracted", "waived")
    assert waived["correction"] is True
    excused = both.look("14:31", notice("09:00", "illness"))["no_show"]
    assert (excused["status"], excused["reason"]) == ("retracted", "notice_illness")
