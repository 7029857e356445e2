"""What a dead letter says besides the record itself."""

import pytest

from schemas.dead_letter import DeadLetter, Entry, event_id


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (b'{"id":"e-1","type":"nope"}', "e-1"),
        (b'{"id":"', None),
        (b'{"id":5}', None),
        (b'{"id":""}', None),
        (b'{"id":"\xff"}', None),
        (b'{"x":' + b"[" * 200_000, None),
        (b"", None),
        (None, None),
    ],
)
def test_the_id_is_told_where_it_can_be_read(value: bytes | None, named: str | None) -> None:
    assert event_id(value) == named


def test_original_headers_stay_first_and_untouched() -> None:
    arrival = Entry(7, 0, b"k", b'{"id":"e-1"}', [("traceparent", b"00-1")])

    headers = DeadLetter("unknown_type", "`type`", arrival).headers("t", 3, "2026-03-02T10:00:00Z")

    assert headers[0] == ("traceparent", b"00-1")
    assert dict(headers[1:]) == {
        "__streams.errors.topic": b"t",
        "__streams.errors.partition": b"3",
        "__streams.errors.offset": b"7",
        "__streams.errors.exception": b"unknown_type",
        "__streams.errors.message": b"`type`",
        "rollcall.reason": b"unknown_type",
        "rollcall.attempt": b"1",
        "rollcall.first_failed_at": b"2026-03-02T10:00:00Z",
        "rollcall.event_id": b"e-1",
    }


@pytest.mark.parametrize(
    ("said", "attempt"),
    [
        (b"2", b"2"),
        (b"17", b"17"),
        (b"0", b"1"),
        (b"-3", b"1"),
        (b"two", b"1"),
        (b"9" * 7, b"1"),
        ("²".encode(), b"1"),
        (b"\xff", b"1"),
        (b"", b"1"),
    ],
)
def test_the_attempt_of_a_redriven_record_is_counted_on(said: bytes, attempt: bytes) -> None:
    arrival = Entry(7, 0, b"k", None, [("rollcall.attempt", b"5"), ("rollcall.attempt", said)])

    headers = DeadLetter("null_value", "no value", arrival).headers("t", 3, "2026-03-02T10:00:00Z")

    assert [value for name, value in headers if name == "rollcall.attempt"] == [attempt]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (b"2026-03-01T09:00:00.250Z", True),
        (b"2026-03-01T09:00:00+01:00", True),
        (b"2026-03-01T09:00:00", False),
        (b"yesterday", False),
        (b"\xff", False),
        (b"", False),
    ],
)
def test_a_redriven_record_keeps_when_it_failed_first(said: bytes, kept: bool) -> None:
    arrival = Entry(7, 0, b"k", None, [("rollcall.first_failed_at", said), ("other", b"x")])
    now = "2026-03-02T10:00:00Z"

    headers = DeadLetter("null_value", "no value", arrival).headers("t", 3, now)

    assert headers[0] == ("other", b"x")
    told = [value for name, value in headers if name == "rollcall.first_failed_at"]
    assert told == [said if kept else now.encode()]
