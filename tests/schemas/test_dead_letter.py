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
