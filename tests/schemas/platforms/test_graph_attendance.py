"""Graph: attendance intervals of one or several reports."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.graph_attendance import GRAPH_ATTENDANCE
from schemas.telemetry import Joined
from tests.schemas.platforms.reports import converted, par, refused, told, tried

NAMES = {"00000000-aaaa": "account", "marked-1@example.org": "a", "marked-2@example.org": "b"}


def interval(joined: str | None, left: str | None, seconds: int | None = None) -> dict[str, Any]:
    def at(clock: str | None) -> str | None:
        return clock and f"2026-03-02T{clock}.5240000Z"

    return {"joinDateTime": at(joined), "leaveDateTime": at(left), "durationInSeconds": seconds}


def person(*intervals: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "MARKED-ID",
        "emailAddress": "marked-1@example.org",
        "totalAttendanceInSeconds": 3600,
        "role": "Attendee",
        "identity": {"id": "00000000-aaaa", "displayName": "MARKED-NAME-1", "tenantId": None},
        "attendanceIntervals": list(intervals),
        **fields,
    }


def report(*people: dict[str, Any], ended: str | None = "18:50:00") -> dict[str, Any]:
    return {
        "id": "MARKED-REPORT",
        "totalParticipantCount": len(people),
        "meetingStartDateTime": "2026-03-02T16:58:00.1234567Z",
        "meetingEndDateTime": ended and f"2026-03-02T{ended}.1234567Z",
        "attendanceRecords": list(people),
    }


HOUR = interval("17:00:00", "18:00:00", 3600)
ONE = json.dumps({"value": [report(person(HOUR))]})


def test_an_interval_is_a_join_and_a_leave_to_the_millisecond() -> None:
    done = converted(GRAPH_ATTENDANCE, ONE)

    assert [each.split()[0] for each in told(done)] == ["joined", "left", "session_ended"]
    assert done.records[0].at.isoformat() == "2026-03-02T17:00:00.524000+00:00"
    assert isinstance(done.records[0], Joined)
    assert done.records[0].participant == par("marked-1@example.org")


def test_the_end_that_the_report_states_holds() -> None:
    assert told(converted(GRAPH_ATTENDANCE, ONE))[-1] == "session_ended 18:50:00"[:-3]


@pytest.mark.parametrize(
    "shape",
    [
        report(person(HOUR), ended=None),
        {"value": [person(HOUR)]},
        person(HOUR),
        {"value": [report(person(HOUR), ended=None), report(person(HOUR), ended=None)]},
    ],
)
def test_a_report_alone_its_records_and_one_person(shape: dict[str, Any]) -> None:
    assert told(converted(GRAPH_ATTENDANCE, json.dumps(shape)), NAMES) == [
        "joined 17:00 a",
        "left 18:00 a",
        "session_ended 19:00",
    ]


def test_several_reports_of_one_meeting_are_one() -> None:
    body = {
        "value": [
            report(person(interval("17:00:00", "17:30:00")), ended="17:31:00"),
            report(person(interval("17:40:00", "18:00:00")), ended="18:01:00"),
        ]
    }
    done = converted(GRAPH_ATTENDANCE, json.dumps(body))

    assert told(done, NAMES) == [
        "joined 17:00 a",
        "left 17:30 a",
        "joined 17:40 a",
        "left 18:00 a",
        "session_ended 18:01",
    ]


@pytest.mark.parametrize(
    ("stay", "records"),
    [
        (interval("17:00:00", None, 1800), ["joined 17:00 a", "left 17:30 a"]),
        (interval(None, "17:30:00", 1800), ["joined 17:00 a", "left 17:30 a"]),
        (interval("17:00:00", None), ["joined 17:00 a"]),
        (interval(None, "17:30:00"), ["left 17:30 a"]),
        (interval(None, None, 1800), []),
        ({"joinDateTime": "0001-01-01T00:00:00Z", "leaveDateTime": "0001-01-01T00:00:00Z"}, []),
        ({}, []),
    ],
)
def test_nulls(stay: dict[str, Any], records: list[str]) -> None:
    done = converted(GRAPH_ATTENDANCE, json.dumps(report(person(stay))))

    assert [each for each in told(done, NAMES) if "ended" not in each] == records
    assert done.ignored == (() if records else ("no_times",))


@pytest.mark.parametrize("fields", [{"attendanceIntervals": None}, {"attendanceIntervals": []}])
def test_a_person_without_intervals_was_not_there(fields: dict[str, Any]) -> None:
    done = converted(GRAPH_ATTENDANCE, json.dumps(report(person(**fields))))

    assert [each.split()[0] for each in told(done)] == ["session_ended"]


@pytest.mark.parametrize(
    ("fields", "who"),
    [
        ({"emailAddress": None}, "account"),
        ({"emailAddress": ""}, "account"),
        ({"identity": None, "emailAddress": "marked-2@example.org"}, "b"),
        ({"identity": {"id": None}, "emailAddress": "MARKED-2@example.org"}, "b"),
        ({"identity": {"displayName": "MARKED-NAME"}, "emailAddress": None}, "guest"),
    ],
)
def test_who_it_was(fields: dict[str, Any], who: str) -> None:
    done = converted(GRAPH_ATTENDANCE, json.dumps(report(person(HOUR, **fields))))

    assert told(done, NAMES)[0] == f"joined 17:00 {who}"
    assert done.ignored == (("no_identity",) if who == "guest" else ())


def test_an_account_goes_by_the_address_that_another_record_has() -> None:
    bare = person(interval("18:10:00", "18:20:00"), emailAddress=None)
    done = converted(GRAPH_ATTENDANCE, json.dumps(report(person(HOUR), bare)))

    assert told(done, NAMES)[2] == "joined 18:10 a"


def test_guests_at_the_same_time_are_two_but_a_record_that_stands_twice_is_one() -> None:
    guest = {"identity": None, "emailAddress": None}
    people = [person(HOUR, id=name, **guest) for name in ("MARKED-1", "MARKED-2", "MARKED-1")]
    done = converted(GRAPH_ATTENDANCE, json.dumps(report(*people)))

    assert [each.split()[0] for each in told(done)].count("joined") == 2


def test_the_organizer_is_a_host() -> None:
    done = converted(GRAPH_ATTENDANCE, json.dumps(report(person(HOUR, role="Organizer"))))

    assert isinstance(done.records[0], Joined)
    assert done.records[0].role == "host"


DEEP = '{"value":[' * 200_000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "invalid_json"),
        ("MARKED", "invalid_json"),
        ("[]", "invalid_field"),
        ("{}", "no_attendance"),
        ('{"error":{"code":"MARKED"}}', "no_attendance"),
        (DEEP, "nested_too_deep"),
        ('{"value":[' * 5 + "]}" * 5, "nested_too_deep"),
        ('{"value":[{"role":"\\ud800"}]}', "invalid_json"),
        (b'{"value":[{"role":"\xff"}]}', "invalid_utf8"),
        ('{"value":[{"attendanceIntervals":7}]}', "invalid_field"),
        (ONE.replace("18:00:00.5240000Z", "18:00:00"), "invalid_field"),
        (ONE.replace("T17:00:00", "T18:00:01"), "attendanceIntervals: leave_before_join"),
        (
            ONE.replace("2026-03-02T18:00", "2926-03-02T18:00"),
            "attendanceIntervals: implausible_time",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_without_a_word_of_it(
    body: bytes | str, reason: str
) -> None:
    assert refused(GRAPH_ATTENDANCE, body) == reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "value",
                    "attendanceRecords",
                    "attendanceIntervals",
                    "identity",
                    "id",
                    "joinDateTime",
                    "leaveDateTime",
                    "durationInSeconds",
                    "emailAddress",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=100))
def test_random_values_are_records_or_refused(body: bytes) -> None:
    tried(GRAPH_ATTENDANCE, body)


@given(st.data())
def test_a_damaged_report_is_records_or_refused(data: st.DataObject) -> None:
    body = ONE.encode()
    at = data.draw(st.integers(0, len(body)))
    until = data.draw(st.integers(at, min(len(body), at + 40)))
    tried(GRAPH_ATTENDANCE, body[:at] + data.draw(st.binary(max_size=8)) + body[until:])
