"""Sessions from iCalendar files: occurrences, their changes, and what is no session."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.roster.calendar import Planned, read_calendar
from streams.roster.faults import RosterError
from tests.roster.files import EVENT, calendar, changed, event, span, utc


def sessions(folder: Path, *events: dict[str, str]) -> list[Planned]:
    return read_calendar(calendar(folder, *events), span).sessions


def starts(found: list[Planned]) -> list[str]:
    return utc(each.starts_at for each in found)


def cancelled(found: list[Planned]) -> list[str]:
    return utc(each.starts_at for each in found if each.cancelled)


def faults(folder: Path, *events: dict[str, str]) -> list[str]:
    with pytest.raises(RosterError) as error:
        sessions(folder, *events)
    return [line.removeprefix(f"{folder}/") for line in str(error.value).splitlines()]


PLAIN = ["10-27 22:00", "10-29 22:00", "11-03 23:00", "11-05 23:00", "11-10 23:00", "11-12 23:00"]


def test_a_series_keeps_its_local_time_when_daylight_saving_ends(tmp_path: Path) -> None:
    found = sessions(tmp_path, EVENT)
    assert starts(found) == PLAIN
    assert {each.ends_at - each.starts_at for each in found} == {
        found[0].ends_at - datetime(2026, 10, 27, 22, tzinfo=UTC)
    }
    first = found[0]
    assert (
        first.program,
        first.kind,
        first.series,
        first.room and first.room.code,
        first.delivery,
        first.line,
    ) == (
        *("evening", "group", "tue-thu", "room-1", "live"),
        4,
    )
    assert first.hosts == ("sta-1", "sta-2")
    assert len({each.session for each in found}) == len(found)


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        ("Europe/Berlin", "20261024T180000", ["10-24 16:00", "10-25 17:00"]),
        ("America/New_York", "20261031T180000", ["10-31 22:00", "11-01 23:00"]),
        ("Australia/Sydney", "20261003T180000", ["10-03 08:00", "10-04 07:00"]),
        ("Asia/Kolkata", "20261024T180000", ["10-24 12:30", "10-25 12:30"]),
        ("Pacific/Apia", "20261024T180000", ["10-24 05:00", "10-25 05:00"]),
        ("Eastern Standard Time", "20261031T180000", ["10-31 22:00", "11-01 23:00"]),
    ],
)
def test_zones(tmp_path: Path, zone: str, start: str, expected: list[str]) -> None:
    daily = event(DTSTART=None, DTEND=None, RRULE="FREQ=DAILY;COUNT=2", DURATION="PT2H")
    assert starts(sessions(tmp_path, {**daily, f"DTSTART;TZID={zone}": start})) == expected


def test_a_session_past_midnight_is_one(tmp_path: Path) -> None:
    late = {"DTSTART": "20261027T233000Z", "DTEND": "20261028T013000Z", "RRULE": None}
    (found,) = sessions(tmp_path, event(**late))
    assert (found.ends_at - found.starts_at).total_seconds() == 7_200


def test_a_moved_occurrence_stays_the_same_session(tmp_path: Path) -> None:
    before = sessions(tmp_path, EVENT)
    moved = changed("20261029T180000", DTSTART="20261030T190000", DTEND="20261030T210000")
    after = sessions(tmp_path, EVENT, moved)
    assert starts(after) == [PLAIN[0], "10-30 23:00", *PLAIN[2:]]
    assert [each.session for each in after] == [each.session for each in before]
    # What the change leaves open is as in the series.
    assert (after[1].program, after[1].hosts) == ("evening", ("sta-1", "sta-2"))
    assert after[1].line == 16


def test_an_occurrence_moved_out_of_the_span_is_still_told(tmp_path: Path) -> None:
    moved = changed("20261029T180000", DTSTART="20270129T180000", DTEND="20270129T200000")
    found = sessions(tmp_path, EVENT, moved)
    assert len(found) == len(PLAIN)
    assert starts(found)[-1] == "01-29 23:00"
    (gone,) = {each.session for each in sessions(tmp_path, EVENT)} - {
        each.session for each in found[:-1]
    }
    assert found[-1].session == gone


def test_an_exception_is_a_cancelled_session(tmp_path: Path) -> None:
    before = sessions(tmp_path, EVENT)
    after = sessions(tmp_path, event() | {"EXDATE;TZID=America/New_York": "20261105T180000"})
    assert starts(after) == PLAIN
    assert cancelled(after) == [PLAIN[3]]
    assert [each.session for each in after] == [each.session for each in before]


def test_a_cancelled_occurrence_and_a_cancelled_series(tmp_path: Path) -> None:
    times = {"DTSTART": "20261110T180000", "DTEND": "20261110T200000"}
    one = changed("20261110T180000", STATUS="CANCELLED", **times)
    assert cancelled(sessions(tmp_path, EVENT, one)) == [PLAIN[4]]
    assert cancelled(sessions(tmp_path, event(STATUS="CANCELLED"))) == PLAIN
    assert cancelled(sessions(tmp_path, event(STATUS="CONFIRMED"))) == []


def test_a_single_event_keeps_its_id_wherever_it_is_moved(tmp_path: Path) -> None:
    (before,) = sessions(tmp_path, event(RRULE=None))
    moved = {"DTSTART": "20261103T230000Z", "DTEND": "20261104T010000Z"}
    (after,) = sessions(tmp_path, event(RRULE=None, **moved))
    assert after.session == before.session
    assert after.starts_at != before.starts_at


def test_the_span_has_two_sides(tmp_path: Path) -> None:
    file = calendar(tmp_path, EVENT)
    first, last = (datetime(2026, 10, 29, 22, tzinfo=UTC), datetime(2026, 11, 10, 23, tzinfo=UTC))
    assert starts(read_calendar(file, lambda _: (first, last)).sessions) == PLAIN[1:4]


@pytest.mark.parametrize(
    ("edits", "stamp"),
    [
        ([{}], 1_767_225_600),
        ([{"LAST_MODIFIED": "20260102T000000Z"}], 1_767_312_000),
        ([{"LAST_MODIFIED": None}], 0),
        ([{"LAST_MODIFIED": None, "SEQUENCE": "7"}], 7),
    ],
)
def test_a_stamp_tells_when_the_series_was_edited(
    tmp_path: Path, edits: list[dict[str, str | None]], stamp: int
) -> None:
    assert {each.stamp for each in sessions(tmp_path, *(event(**each) for each in edits))} == {
        stamp
    }


def test_a_changed_occurrence_raises_the_stamp_of_its_series(tmp_path: Path) -> None:
    times = {"DTSTART": "20261110T190000", "DTEND": "20261110T210000"}
    newer = changed("20261110T180000", LAST_MODIFIED="20260102T000000Z", **times)
    assert {each.stamp for each in sessions(tmp_path, EVENT, newer)} == {1_767_312_000}


DAY = {"DTSTART": None, "DTEND": None, "DTSTART;VALUE=DATE": "20261027"}
ZONE = "needs a known time zone: a TZID, or Z for UTC"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (DAY | {"DURATION": "P1D"}, "DTSTART: an all-day event is no session"),
        ({"DTSTART": "20261027T180000"}, f"DTSTART: {ZONE}"),
        ({"DTSTART": None, "DTSTART;TZID=No/Where": "20261027T180000"}, f"DTSTART: {ZONE}"),
        ({"DTSTART": None}, "DTSTART: this is missing"),
        ({"DTEND": None}, "DTEND: this is missing, and DURATION, too"),
        ({"DTEND": "20261027T220000Z"}, "DTEND: must follow DTSTART by at most 48 h"),
        ({"DTEND": "20261029T220001Z"}, "DTEND: must follow DTSTART by at most 48 h"),
        ({"UID": None}, "UID: this is missing"),
        ({"RRULE": "FREQ=HOURLY"}, "RRULE: sessions recur daily at most"),
        ({"RRULE": "FREQ=DAILY;INTERVAL=0"}, "RRULE: INTERVAL must be at least 1"),
        ({"X_ROLLCALL_PROGRAM": None}, "X-ROLLCALL-PROGRAM: this is missing"),
        ({"X_ROLLCALL_KIND": None}, "X-ROLLCALL-KIND: must be one of group, individual, workshop"),
        ({"X_ROLLCALL_DELIVERY": "mail"}, "X-ROLLCALL-DELIVERY: must be one of live, report"),
    ],
)
def test_what_is_no_session(tmp_path: Path, changes: dict[str, str | None], fault: str) -> None:
    fine = {**EVENT, "UID": "another"}
    assert faults(tmp_path, fine, event(**changes)) == [f"sessions.ics: line 16: {fault}"]


@pytest.mark.parametrize("name", ["ROOM", "HOSTS", "PROGRAM"])
def test_names_and_addresses_are_refused(tmp_path: Path, name: str) -> None:
    (fault,) = faults(tmp_path, event(**{f"X_ROLLCALL_{name}": "one@example.org"}))
    assert fault.startswith(f"sessions.ics: line 4: X-ROLLCALL-{name}: must be a pseudonym")


def test_a_series_is_known_even_if_none_of_it_is_wanted(tmp_path: Path) -> None:
    early = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    found = read_calendar(calendar(tmp_path, EVENT), lambda _: early)
    assert found == ([], {("evening", "tue-thu"): 4})


def test_longest_session(tmp_path: Path) -> None:
    (found,) = sessions(tmp_path, event(RRULE=None, DTEND="20261029T220000Z"))
    assert (found.ends_at - found.starts_at).days == 2


def test_two_events_must_not_share_an_id(tmp_path: Path) -> None:
    assert faults(tmp_path, EVENT, EVENT) == [
        "sessions.ics: line 16: UID: the event in line 4 has it already"
    ]


@settings(max_examples=60, deadline=None)
@given(
    line=st.integers(0, 13),
    replacement=st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            [
                *("RRULE:FREQ=DAILY;UNTIL=20261101", "RDATE:20261101T180000Z", "EXDATE:20261101"),
                *("RECURRENCE-ID:20261029T220000Z", "DTEND:99991231T235959Z", "DURATION:-PT2H"),
                *("SEQUENCE:x", "LAST-MODIFIED:20260101", "END:VEVENT", "BEGIN:VEVENT", ""),
            ]
        ),
    ),
)
def test_whatever_a_file_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, line: int, replacement: str
) -> None:
    file = calendar(tmp_path_factory.mktemp("calendar"), EVENT)
    lines = file.read_text().splitlines()
    lines[line] = replacement
    file.write_text("\n".join(lines))
    try:
        found = read_calendar(file, span)
    except RosterError:
        return
    assert len(found.sessions) <= 70
