"""Room: a booking is planned like a session, or refused."""

import pytest

from schemas.codec import ERRORS, decode_room, encode
from schemas.instants import HOUR_MS, rfc3339
from schemas.topics import ROOMS
from tests.builders import ms

STARTS = ms("18:00")


def written(starts: str, ends: str) -> bytes:
    fields = {
        "type": "booking",
        "id": "evt-1",
        "source": "test",
        "at": "2026-03-01T08:00:00Z",
        "room": "room-1",
        "session": "s1",
        "program": "evening",
        "platform": "zoom",
        "revision": 1,
        "starts_at": starts,
        "ends_at": ends,
    }
    return encode(fields)


@pytest.mark.parametrize("length", [1, 48 * HOUR_MS])
def test_a_booking_is_as_long_as_a_session(length: int) -> None:
    record = decode_room(written(rfc3339(STARTS), rfc3339(STARTS + length)))

    assert decode_room(encode(record)) == record


@pytest.mark.parametrize("length", [-1, 0, 48 * HOUR_MS + 1])
def test_another_length_is_refused(length: int) -> None:
    with pytest.raises(ERRORS):
        decode_room(written(rfc3339(STARTS), rfc3339(STARTS + length)))


def test_an_implausible_year_is_refused() -> None:
    with pytest.raises(ERRORS):
        decode_room(written("1999-12-31T22:00:00Z", "1999-12-31T23:00:00Z"))


def test_bookings_of_a_session_follow_each_other_and_are_kept() -> None:
    assert (ROOMS.key, ROOMS.cleanup) == ("session", "compact")
