"""Which session and which person a platform's webhook tells of."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.identity import Identity
from schemas.instants import milliseconds
from schemas.platforms.bigbluebutton import BIGBLUEBUTTON, BIGBLUEBUTTON_MAPPED
from schemas.platforms.source import Payload
from schemas.platforms.zoom import ZOOM
from schemas.room import Booking
from schemas.telemetry import Chat, Identified, Joined, Left, SessionEnded, Telemetry
from streams.gateway.webhooks import Told, capabilities, told
from streams.gateway.world import World
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Key, Ring
from streams.rooms import Rooms
from tests.builders import ms, scheduled, when
from tests.live import run

OLD = Key.of(b"o" * 32, ms("01:00"))
NEW = Key.of(b"n" * 32, ms("11:00"))
RING = Ring.of([OLD])
ROTATED = Ring.of([OLD, NEW])
MEETING = "98765432101"


def pseudonym(thing: Any, name: str, key: Key = OLD, scope: str = "zoom") -> str:
    return Pseudonyms(key, scope)(thing, name)


def booking(session: str, starts: str, ends: str, key: Key = OLD, *people: str) -> Booking:
    return Booking(
        id=session,
        source="test",
        at=when("08:00"),
        room=pseudonym("room", MEETING, key),
        session=session,
        program="evening",
        platform="zoom",
        revision=1,
        starts_at=when(starts),
        ends_at=when(ends),
        people=people,
    )


def world(*bookings: Booking, aliases: Iterable[tuple[str, str]] = (), now: str = "12:00") -> World:
    rooms = Rooms()
    for each in bookings:
        rooms.take(each)
    identities = Identities(
        Identity(id="i", source="test", at=when("08:00"), alias=alias, participant=participant)
        for alias, participant in aliases
    )
    return World(rooms, identities, ms(now))


def zoom(kind: str, at: str, person: str = "reg-1", email: str = "", user: str = "u1") -> bytes:
    time = "join_time" if kind.endswith("joined") else "leave_time"
    participant = {"user_id": user, "registrant_id": person, "email": email}
    participant[time] = when(at).isoformat()
    if kind == "meeting.ended":
        meeting = {"end_time": when(at).isoformat()}
    else:
        meeting = {"participant": participant}
    meeting |= {"id": MEETING, "uuid": "occurrence=="}
    return json.dumps({"event": kind, "payload": {"object": meeting}}).encode()


def of(body: bytes, there: World, ring: Ring = RING, received: str = "10:00") -> Told:
    return told(ZOOM, Payload(body, ms(received)), ring, there)


JOINED, LEFT = "meeting.participant_joined", "meeting.participant_left"


class TestSessions:
    def test_what_is_booked_has_the_session_of_the_plan(self) -> None:
        found = of(zoom(JOINED, "10:05"), world(booking("ses-1", "10:00", "12:00")))
        assert {record.session for record in found.records} == {"ses-1"}
        assert found.unscheduled == 0

    def test_what_is_not_is_unscheduled_under_the_occurrence(self) -> None:
        found = of(zoom(JOINED, "10:05"), world())
        assert {record.session for record in found.records} == {
            pseudonym("session", "occurrence==")
        }
        assert found.unscheduled == len(found.records) > 0

    def test_a_record_keeps_its_id_in_whatever_session_it_is(self) -> None:
        body = zoom(JOINED, "10:05")
        stray = of(body, world()).records
        planned = of(body, world(booking("ses-1", "10:00", "12:00"))).records
        assert [replace(each, session="") for each in stray] == [
            replace(each, session="") for each in planned
        ]


class TestRotation:
    """A key comes into force at 11:00, while the session runs."""

    def test_the_leave_ends_the_connection_that_the_join_began(self) -> None:
        there = world(booking("ses-1", "10:00", "12:00"))
        begun = of(zoom(JOINED, "10:05"), there, ROTATED).records
        ended = of(zoom(LEFT, "11:55"), there, ROTATED, "11:55").records
        [joined] = [each for each in begun if isinstance(each, Joined)]
        [left] = [each for each in ended if isinstance(each, Left)]
        assert (joined.session, joined.participant, joined.connection) == (
            *(left.session, left.participant, left.connection),
        )

    def test_a_room_that_was_booked_under_the_older_key_is_found(self) -> None:
        there = world(booking("ses-2", "13:00", "14:00"))
        found = of(zoom(JOINED, "13:05"), there, ROTATED, "13:05").records
        assert {record.session for record in found} == {"ses-2"}
        [joined] = [each for each in found if isinstance(each, Joined)]
        assert joined.connection == pseudonym("connection", "u1", NEW)

    def test_a_room_that_is_booked_under_the_key_to_come_is_found(self) -> None:
        there = world(booking("ses-1", "10:00", "10:50", NEW))
        found = of(zoom(JOINED, "10:05"), there, ROTATED).records
        assert {record.session for record in found} == {"ses-1"}
        [joined] = [each for each in found if isinstance(each, Joined)]
        assert joined.connection == pseudonym("connection", "u1", OLD)

    def test_without_a_plan_the_key_is_that_of_the_event(self) -> None:
        early = of(zoom(JOINED, "10:59:59"), world(), ROTATED, "11:30").records
        late = of(zoom(JOINED, "11:00"), world(), ROTATED, "11:30").records
        assert early[0].session == pseudonym("session", "occurrence==", OLD)
        assert late[0].session == pseudonym("session", "occurrence==", NEW)


class TestPeople:
    def test_whom_the_roster_knows_by_address_is_that_person(self) -> None:
        address = pseudonym("participant", "person-1@example.org")
        there = world(booking("ses-1", "10:00", "12:00"), aliases=[(address, "par-1")])
        body = zoom(JOINED, "10:00", email="Person-1@example.org")
        left = zoom(LEFT, "12:00")
        log = [*of(body, there).records, *of(left, there, received="12:00").records]
        plan = replace(scheduled(("par-1",), "10:00", "12:00"), session="ses-1")
        told = run(plan, *log, now="12:30")
        assert told.scores["par-1"].standing == "attended"
        assert set(told.scores) == {"par-1"}

    def test_raw_and_mapped_webhooks_call_somebody_the_same(self) -> None:
        assert BIGBLUEBUTTON.platform == BIGBLUEBUTTON_MAPPED.platform == "bigbluebutton"


class TestBackToBack:
    """a from 10:00 to 11:00, b to 12:00; both expect par-1, a alone par-2, b alone par-3."""

    ALIASES = tuple((pseudonym("participant", f"reg-{n}"), f"par-{n}") for n in (1, 2, 3))
    THERE = world(
        booking("ses-a", "10:00", "11:00", OLD, "par-1", "par-2"),
        booking("ses-b", "11:00", "12:00", OLD, "par-1", "par-3"),
        aliases=ALIASES,
    )

    def told(self, *bodies: bytes) -> Sequence[Telemetry]:
        return [each for body in bodies for each in of(body, self.THERE).records]

    def sessions(self, body: bytes, kind: type = object) -> list[str]:
        return [each.session for each in self.told(body) if isinstance(each, kind)]

    @pytest.mark.parametrize(
        ("person", "kind", "at", "record", "sessions"),
        [
            ("reg-1", JOINED, "10:05", Joined, ["ses-a", "ses-b"]),
            ("reg-1", JOINED, "11:00", Joined, ["ses-b"]),
            ("reg-1", LEFT, "10:55", Left, ["ses-a", "ses-b"]),
            ("reg-1", LEFT, "11:55", Left, ["ses-b", "ses-a"]),
            ("reg-2", JOINED, "10:05", Joined, ["ses-a"]),
            ("reg-2", LEFT, "11:05", Left, ["ses-b", "ses-a"]),
            ("reg-3", JOINED, "10:55", Joined, ["ses-a", "ses-b"]),
            ("reg-3", LEFT, "11:55", Left, ["ses-b"]),
            ("reg-9", JOINED, "10:05", Joined, ["ses-a"]),
            ("reg-9", LEFT, "11:05", Left, ["ses-b"]),
            ("reg-1", "meeting.ended", "10:58", SessionEnded, ["ses-a"]),
        ],
    )
    def test_who_is_told_where(
        self, person: str, kind: str, at: str, record: type, sessions: list[str]
    ) -> None:
        assert self.sessions(zoom(kind, at, person), record) == sessions

    def test_who_stays_attends_both_and_who_left_does_not(self) -> None:
        log = self.told(
            zoom(JOINED, "10:00", "reg-1", user="u1"),
            zoom(JOINED, "10:00", "reg-2", user="u2"),
            zoom(LEFT, "11:00", "reg-2", user="u2"),
            zoom(JOINED, "10:55", "reg-3", user="u3"),
            zoom(LEFT, "12:00", "reg-1", user="u1"),
            zoom(LEFT, "12:00", "reg-3", user="u3"),
        )
        first = replace(scheduled(("par-1", "par-2"), "10:00", "11:00"), session="ses-a")
        second = replace(scheduled(("par-1", "par-3"), "11:00", "12:00"), session="ses-b")
        in_a = run(first, *(each for each in log if each.session == "ses-a"), now="13:00").scores
        in_b = run(second, *(each for each in log if each.session == "ses-b"), now="13:00").scores
        assert {name: (score.standing, score.attended_ms) for name, score in in_a.items()} == {
            "par-1": ("attended", 3_600_000),
            "par-2": ("attended", 3_600_000),
            "par-3": ("absent", 300_000),
        }
        assert {
            name: (score.standing, score.attended_ms)
            for name, score in in_b.items()
            if score.rostered
        } == {"par-1": ("attended", 3_600_000), "par-3": ("attended", 3_600_000)}

    def test_a_sign_of_life_is_of_the_session_that_runs(self) -> None:
        message = {"date_time": when("10:30").isoformat(), "sender_session_id": "u1"}
        meeting = {"id": MEETING, "uuid": "occurrence==", "chat_message": message}
        body = {"event": "meeting.chat_message_sent", "payload": {"object": meeting}}
        assert self.sessions(json.dumps(body).encode(), Chat) == ["ses-a"]

    def test_who_somebody_is_holds_in_each(self) -> None:
        body = zoom(JOINED, "10:05", "reg-1", "person-1@example.org")
        found = [each for each in self.told(body) if isinstance(each, Identified)]
        assert {each.session for each in found} == {"ses-a", "ses-b"}


def test_capabilities_are_told_once_for_each_session() -> None:
    records = of(zoom(JOINED, "10:05"), world(booking("ses-1", "10:00", "12:00"))).records
    [found] = capabilities(ZOOM, records)
    assert (found.session, found.signals, found.camera) == ("ses-1", ("chat",), "none")
    assert milliseconds(found.at) == ms("10:05")
