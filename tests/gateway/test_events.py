"""What becomes of the records of producers and of staff, without a network."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import asdict

from schemas.care import AbsenceNotified, Override
from schemas.declared import OutageDeclared
from schemas.identity import Identity
from schemas.instants import milliseconds
from schemas.room import Booking
from schemas.telemetry import Camera, Joined, Outage, RosterEntry, SessionScheduled, Void
from schemas.topics import CARE, IDENTITIES, ROOMS, TELEMETRY
from streams.gateway.config import Caller, Ids, Kind, Role, Tenant
from streams.gateway.events import Taken, taken, told_by_producers
from streams.gateway.staff import ROLES, Said, may_say
from streams.gateway.world import World
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Key, Ring
from streams.rooms import Rooms

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)
NOW = milliseconds(AT)
RING = Ring.of([Key.of(b"k" * 32, NOW - 1)])
OTHER = Ring.of([Key.of(b"o" * 32, NOW - 1)])
ALL: frozenset[Role] = frozenset({"notices", "decisions", "rosters"})


def caller(
    kind: Kind = "producers", ids: Ids = "raw", roles: frozenset[Role] = ALL, ring: Ring = RING
) -> Caller:
    return Caller(Tenant("north", ring, 1_000), "classroom", kind, ids, roles)


def pseudonym(thing: Any, name: str, scope: str = "own", ring: Ring = RING) -> str:
    return Pseudonyms(ring.newest, scope)(thing, name)


def world(*bookings: Booking, identities: Identities | None = None) -> World:
    rooms = Rooms()
    for each in bookings:
        rooms.take(each)
    return World(rooms, identities or Identities(), NOW)


def of(*records: Any, by: Caller | None = None, there: World | None = None) -> Taken:
    by = by or caller()
    may = told_by_producers if by.kind == "producers" else may_say
    return taken(enumerate(records), by, there or world(), may)


def joined(**told: Any) -> Joined:
    given = {"id": "e 1", "source": "s", "at": AT, "session": "S 1", "participant": "MRN 17"}
    return Joined(**{**given, **told})


def plan(**told: Any) -> SessionScheduled:
    given = {"id": "p", "source": "s", "at": AT, "session": "S 1", "revision": 1}
    times = {"starts_at": AT, "ends_at": AT + timedelta(hours=2)}
    return SessionScheduled(**{**given, **times, "program": "evening", "kind": "group", **told})


def booking(session: str, room: str, hours: int = 0, **told: Any) -> Booking:
    begins = AT + timedelta(hours=hours)
    given = {
        "id": "b",
        "source": "s",
        "at": AT,
        "program": "evening",
        "platform": "zoom",
        "revision": 1,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=1),
    }
    return Booking(**{**given, "session": session, "room": room, **told})


class TestNames:
    def test_every_id_becomes_a_pseudonym_and_the_source_is_the_caller(self) -> None:
        [(topic, key, record)] = of(joined(connection="tab 1")).outgoing
        assert (topic, key) == (TELEMETRY, record.session)
        assert asdict(record) == {
            "id": pseudonym("code", "e 1"),
            "source": "classroom",
            "at": AT,
            "session": pseudonym("session", "S 1"),
            "participant": pseudonym("participant", "MRN 17"),
            "connection": pseudonym("connection", "tab 1"),
            "role": "participant",
        }

    def test_a_plan_names_its_people_too(self) -> None:
        roster = ({"participant": "MRN 17"}, {"participant": "person-1@example.org"})
        record = of(plan(hosts=("Dr. 1",), roster=_entries(roster))).outgoing[0].record
        assert record.hosts == (pseudonym("staff", "Dr. 1"),)
        assert [each.participant for each in record.roster] == [
            pseudonym("participant", "MRN 17"),
            pseudonym("participant", "person-1@example.org"),
        ]

    def test_an_alias_is_the_participant_whom_the_roster_knows(self) -> None:
        known = Identities([_identity(pseudonym("participant", "MRN 17"), "par-1")])
        record = of(joined(), there=world(identities=known)).outgoing[0].record
        assert record.participant == "par-1"

    def test_a_name_of_a_platform_is_the_one_that_its_webhooks_have(self) -> None:
        by = caller("staff")
        told = _identity("zoom:reg-1", "MRN 17")
        [(topic, key, record)] = of(told, by=by).outgoing
        assert (topic, key) == (IDENTITIES, record.alias)
        assert record.alias == pseudonym("participant", "reg-1", "zoom")
        assert record.participant == pseudonym("participant", "MRN 17")

    def test_pseudonyms_stay_where_the_config_says_so(self) -> None:
        record = of(joined(id="e1", session="s1", participant="p1"), by=caller(ids="pseudonyms"))
        assert [getattr(record.outgoing[0].record, each) for each in ("id", "session")] == [
            "e1",
            "s1",
        ]

    @pytest.mark.parametrize("told", ["a b", "a@b", "ä", "", "x" * 65, "a\n", "<b>", "a;b", "-a"])
    def test_what_does_not_look_like_a_code_is_refused(self, told: str) -> None:
        given = joined(id="e1", session="s1", participant=told)
        found = of(given, by=caller(ids="pseudonyms"))
        assert [each.reason for each in found.refused] == ["invalid_field"]
        override = Override(
            id="o", source="s", at=AT, participant="p", entity="e", session="s",
            outcome="excused", reason_code=told,
        )  # fmt: skip
        refused = of(override, by=caller("staff")).refused
        assert [each.detail for each in refused] == ["$.reason_code: must be a code"]

    @pytest.mark.parametrize("told", ["a", "a-b_c.d:e", "A1", "x" * 64])
    def test_a_code_is_taken(self, told: str) -> None:
        assert not of(plan(program=told)).refused


class TestSessions:
    ROOM = pseudonym("room", "12345678901", "zoom")

    def test_a_plan_with_a_room_is_a_booking(self) -> None:
        first, second = of(plan(room="zoom:123 4567 8901"), by=caller("staff")).outgoing
        assert first.record.room == self.ROOM
        assert (second.topic, second.key) == (ROOMS, first.record.session)
        booked = second.record
        assert (booked.room, booked.session) == (self.ROOM, first.record.session)
        assert (booked.platform, booked.revision, booked.status) == ("zoom", 1, "planned")

    def test_a_plan_that_names_its_room_no_longer_has_none(self) -> None:
        session = pseudonym("session", "S 1")
        there = world(booking(session, self.ROOM, revision=1))
        plans = [of(plan(revision=number), by=caller("staff"), there=there) for number in (1, 2)]
        assert [[each.topic for each in found.outgoing] for found in plans] == [
            [TELEMETRY],
            [TELEMETRY, ROOMS],
        ]
        left = plans[1].outgoing[1].record
        assert (left.session, left.room, left.revision) == (session, self.ROOM, 2)
        assert left.status == "cancelled"

    def test_what_a_producer_calls_its_room_is_the_session_booked_there(self) -> None:
        there = world(booking("ses-9", pseudonym("room", "blue room"), platform="own"))
        found = of(joined(session="blue room"), there=there)
        assert found.outgoing[0].record.session == found.outgoing[0].key == "ses-9"
        assert found.unscheduled == 0

    def test_a_session_that_nobody_has_planned_is_counted(self) -> None:
        assert of(joined()).unscheduled == 1
        known = world(booking(pseudonym("session", "S 1"), "room-1"))
        assert of(joined(), there=known).unscheduled == 0


class TestOutages:
    DECLARED = OutageDeclared(
        id="o", source="s", at=AT, entity="out 1", revision=3, platform="zoom",
        begins=AT + timedelta(minutes=10), ends=AT + timedelta(minutes=70),
    )  # fmt: skip

    def test_one_outage_for_each_session_that_it_touches(self) -> None:
        room = TestSessions.ROOM
        there = world(
            booking("ses-1", room),
            booking("ses-2", room, hours=1),
            booking("ses-3", room, hours=8),
            booking("ses-4", room, platform="daily"),
            booking("ses-5", pseudonym("room", "1", "zoom", OTHER)),
        )
        found = of(self.DECLARED, by=caller("staff"), there=there).outgoing
        assert [each.key for each in found] == ["ses-1", "ses-2"]
        assert {type(each.record) for each in found} == {Outage}
        assert {(each.record.entity, each.record.revision) for each in found} == {
            (pseudonym("code", "out 1"), 3)
        }
        assert len({each.record.id for each in found}) == len(found)
        assert found == of(self.DECLARED, by=caller("staff"), there=there).outgoing


class TestRoles:
    def test_every_record_takes_a_role(self) -> None:
        assert set(ROLES) == set(Said.__args__)

    @pytest.mark.parametrize(
        ("record", "role"),
        [
            (AbsenceNotified(id="a", source="s", at=AT, participant="p", entity="e", session="s"),
             "notices"),
            (TestOutages.DECLARED, "decisions"),
            (plan(), "rosters"),
        ],
    )  # fmt: skip
    def test_what_is_not_in_a_role_is_refused(self, record: Any, role: Role) -> None:
        assert not of(record, by=caller("staff", roles=frozenset({role}))).refused
        refused = of(record, by=caller("staff", roles=ALL - {role}))
        assert [each.reason for each in refused.refused] == ["not_allowed"]
        assert not refused.outgoing

    def test_a_producer_decides_nothing(self) -> None:
        void = Void(id="v", source="s", at=AT, session="s", value=True, reason="r", revision=1)
        assert [each.reason for each in of(void).refused] == ["not_allowed"]

    def test_facts_of_people_go_to_their_topic(self) -> None:
        notice = AbsenceNotified(
            id="a", source="s", at=AT, participant="p", entity="e", session="s"
        )
        [(topic, key, record)] = of(notice, by=caller("staff")).outgoing
        assert (topic, key) == (CARE, record.participant)


def test_places_of_refused_records_are_told() -> None:
    camera = Camera(
        id="c", source="s", at=AT, session="s", participant="p", on=True, stream="a stream"
    )
    found = of(camera, plan(program="Two Words"), joined())
    assert [(each.index, each.detail) for each in found.refused] == [
        (1, "$.program: must be a code")
    ]


def _identity(alias: str, participant: str) -> Identity:
    return Identity(id="i", source="s", at=AT, alias=alias, participant=participant)


def _entries(roster: Any) -> Any:
    return tuple(RosterEntry(**each) for each in roster)
