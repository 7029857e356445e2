"""`rollcall roster import --keys`: rooms of platforms become pseudonyms, and are booked."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import decode_room
from schemas.instants import milliseconds
from schemas.platforms.source import Payload
from schemas.platforms.zoom import ZOOM
from schemas.room import Booking
from schemas.topics import ROOMS
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.pseudonyms.keeping import new_ring, rotate
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import read_ring
from streams.reading import read_topic
from streams.rooms import Rooms
from tests.builders import ms
from tests.commands.conftest import Run
from tests.commands.test_roster import FIRST, Place
from tests.roster.files import changed, event

MEETING = "98765432101"
WRITTEN = "zoom:987 6543 2101"
IN_ZOOM = event(X_ROLLCALL_ROOM=WRITTEN)


class Desk(Place):
    """A place with a key ring."""

    def __init__(self, run: Run, folder: Path) -> None:
        super().__init__(run, folder)
        self.keys = folder / "north.keys"
        new_ring(self.keys, ms("00:00"))
        self.write(FIRST, events=(IN_ZOOM,))

    def news(self, *options: str) -> list[dict[str, Any]]:
        before = len(self.records()) if self.to.exists() else 0
        result = self.imported("--keys", str(self.keys), *options)
        assert result.exit_code == 0, result.output
        assert MEETING not in result.output
        return self.records()[before:]

    def room(self, number: str = MEETING) -> str:
        return Pseudonyms(read_ring(self.keys).newest, "zoom")("room", number)


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, tmp_path)


def of_type(kind: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in records if each["type"] == kind]


def test_plans_and_bookings_name_the_room_by_its_pseudonym(desk: Desk) -> None:
    records = desk.news()
    plans, bookings = of_type("session_scheduled", records), of_type("booking", records)

    assert {each["room"] for each in plans} == {desk.room()}
    shared = ("session", "room", "program", "revision", "starts_at", "ends_at")
    assert len(bookings) == 6
    assert [[each[name] for name in shared] for each in bookings] == [
        [each[name] for name in shared] for each in plans
    ]
    assert {each["platform"] for each in bookings} == {"zoom"}
    assert MEETING not in desk.to.read_text()


def test_what_zoom_says_of_the_room_is_about_the_session_booked(desk: Desk) -> None:
    rooms = Rooms()
    for line in of_type("booking", desk.news()):
        rooms.take(decode_room(json.dumps(line).encode()))
    webhook = {
        "event": "meeting.ended",
        "payload": {
            "object": {"id": int(MEETING), "uuid": "u", "end_time": "2026-10-27T23:58:00Z"}
        },
    }
    naming = Pseudonyms(read_ring(desk.keys).newest, "zoom")

    told = ZOOM.convert(Payload(json.dumps(webhook).encode(), 0), naming)

    assert told.room is not None
    found = rooms.session_of(told.room, milliseconds(told.records[0].at))
    assert found is not None
    first = of_type("session_scheduled", desk.records())[0]
    assert (found.session, first["starts_at"]) == (first["session"], "2026-10-27T22:00:00Z")


def test_repeating_says_nothing(desk: Desk) -> None:
    desk.news()

    assert desk.news() == []


def test_a_session_that_moves_in_time_or_is_cancelled_is_booked_anew(desk: Desk) -> None:
    first = of_type("booking", desk.news())[1]
    moved = changed("20261029T180000", DTSTART="20261029T190000", DTEND="20261029T210000")
    desk.write(FIRST, events=(IN_ZOOM, moved))

    plan, booking = desk.news()
    assert (booking["session"], booking["revision"]) == (first["session"], first["revision"] + 1)
    assert (booking["starts_at"], booking["room"]) == (plan["starts_at"], desk.room())

    desk.write(FIRST, events=(IN_ZOOM, {**moved, "STATUS": "CANCELLED"}))
    _, booking = desk.news()
    assert (booking["status"], booking["revision"]) == ("cancelled", first["revision"] + 2)


def test_a_session_in_another_room_is_booked_there(desk: Desk) -> None:
    desk.news()
    desk.write(FIRST, events=(event(X_ROLLCALL_ROOM="zoom:123456789"),))

    assert {each["room"] for each in desk.news()} == {desk.room("123456789")}


def test_a_session_in_no_platforms_room_gives_its_booking_up(desk: Desk) -> None:
    before = of_type("booking", desk.news())
    desk.write(FIRST, events=(event(X_ROLLCALL_ROOM="room-12"),))

    bookings = of_type("booking", desk.news())

    assert [each["status"] for each in bookings] == ["cancelled"] * 6
    assert [each["revision"] for each in bookings] == [each["revision"] + 1 for each in before]
    assert desk.news() == []


def test_sessions_that_are_missing_give_their_bookings_up(desk: Desk) -> None:
    desk.news()
    desk.write(FIRST, events=(event(X_ROLLCALL_ROOM=WRITTEN, RRULE="FREQ=WEEKLY;COUNT=1"),))

    assert desk.news() == []
    assert {each["status"] for each in of_type("booking", desk.news("--complete"))} == {"cancelled"}


def test_under_a_new_key_rooms_are_booked_anew(desk: Desk) -> None:
    old = desk.news()[-1]["room"]
    rotate(desk.keys, ms("01:00"), ms("00:30"))

    bookings = of_type("booking", desk.news())

    assert {each["room"] for each in bookings} == {desk.room()} != {old}


@pytest.mark.parametrize(
    ("room", "keys", "reason"),
    [
        (WRITTEN, False, "a platform's room needs a key ring (--keys)"),
        ("zoom:MARKED", True, "this is no room of zoom"),
        ("zooom:987 6543 2101", True, "what stands before `:` must be a platform"),
    ],
)
def test_a_room_that_cannot_be_is_told_and_nothing_is_written(
    desk: Desk, room: str, keys: bool, reason: str
) -> None:
    desk.write(FIRST, events=(event(X_ROLLCALL_ROOM=room),))

    result = desk.imported(*(("--keys", str(desk.keys)) if keys else ()))

    assert result.exit_code == 1
    assert f"sessions.ics: line 4: X-ROLLCALL-ROOM: {reason}" in result.stderr
    assert "MARKED" not in result.output
    assert "987" not in result.output
    assert not desk.to.exists()


def test_a_ring_that_others_may_read_is_refused(desk: Desk) -> None:
    desk.keys.chmod(0o644)

    result = desk.imported("--keys", str(desk.keys))

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_the_stages_pass_over_bookings(desk: Desk) -> None:
    desk.news("--at", "2026-10-01T00:00:00Z")

    result = desk.run("score", "--json", str(desk.to), "--as-of", "2026-10-01T00:00:00Z")

    assert (result.exit_code, result.stderr) == (0, "")


def test_the_rooms_topic_tells_the_door_what_was_imported(
    desk: Desk, broker: Broker, prefix: str
) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    kafka = ("--kafka", broker.bootstrap, "--topic-prefix", prefix, "--keys", str(desk.keys))

    def booked() -> list[Booking]:
        entries = list(read_topic(broker.bootstrap, prefix + ROOMS.name))
        bookings = [decode_room(each.value) for each in entries]
        assert [each.key for each in entries] == [each.session.encode() for each in bookings]
        return bookings

    assert desk.imported(*kafka).exit_code == 0
    first = booked()
    assert {each.room for each in first} == {desk.room()}
    assert "0 new, 0 changed went to Kafka" in desk.imported(*kafka).stderr
    assert booked() == first

    desk.write(FIRST, events=(event(X_ROLLCALL_ROOM="zoom:123456789"),))
    assert "0 new, 12 changed" in desk.imported(*kafka).stderr
    rooms = Rooms()
    for each in booked():
        rooms.take(each)
    at = milliseconds(first[0].starts_at)
    assert rooms.session_of(desk.room(), at) is None
    assert rooms.session_of(desk.room("123456789"), at) is not None
