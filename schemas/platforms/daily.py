"""Daily: webhooks of rooms, with unix seconds as floats.

A leave carries no time: it is `joined_at + duration`, while `event_ts` is when the webhook was
sent. Events of participants name the room and no occurrence, so the room stands for the session.
Source of the shapes: Daily's REST API reference, webhook events.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from schemas.platforms.reading import Key, of_seconds, reader, required, text
from schemas.platforms.room_names import as_written, room_of
from schemas.platforms.source import Converted, Naming, NotUnderstoodError, Payload, Source
from schemas.platforms.visit import Visit, ended

NAME = "daily"


class Kind(Struct):
    """Which event it is; the first delivery to a new webhook has `test` alone."""

    type: str | None = None
    test: str | None = None


class Place(Struct):
    """What every webhook says of its room."""

    room: Key = None


class Person(Place):
    """Somebody in a room, or knocking. `user_id` is what the meeting token says."""

    session_id: Key = None
    user_id: Key = None
    joined_at: float | None = None
    duration: float | None = None
    owner: bool | None = None


class Meeting(Place):
    """A call in a room."""

    end_ts: float | None = None


class PlaceEvent(Struct):
    """A webhook about whatever happened in a room."""

    payload: Place


class PersonEvent(Struct):
    """A webhook about somebody."""

    payload: Person


class MeetingEvent(Struct):
    """A webhook about a call."""

    payload: Meeting


_kind = reader(Kind)
_inside = reader(PlaceEvent)
_person = reader(PersonEvent)
_meeting = reader(MeetingEvent)


def convert(payload: Payload, name: Naming) -> Converted:
    """One webhook's body as telemetry."""
    kind = _kind(payload.body)
    if kind.type is None:
        if kind.test is None:
            raise NotUnderstoodError("missing_field", "$.type")
        return Converted((), ("test",))
    if kind.type in OF_NO_USE:
        return Converted((), (kind.type,))
    event = EVENTS.get(kind.type)
    if event is None:
        return Converted((), ("unknown_event",))
    room = as_written(text(_inside(payload.body).payload.room))
    return event(payload.body, name)._replace(room=room_of(name, room))


def _joined(body: bytes, name: Naming) -> Converted:
    person = _person(body).payload
    return Converted((_visit(person, name).at(_joined_at(person)).joined(person.owner is True),))


def _left(body: bytes, name: Naming) -> Converted:
    """The leave, and the join that it names, in case that was lost."""
    person = _person(body).payload
    visit, since, until = _visit(person, name), _joined_at(person), _left_at(person)
    return Converted((visit.at(since).joined(person.owner is True), visit.at(until).left()))


def _knocked(body: bytes, name: Naming) -> Converted:
    person = _person(body).payload
    return Converted((_visit(person, name, "waiting/").at(_joined_at(person)).waiting(),))


def _gave_up(body: bytes, name: Naming) -> Converted:
    person = _person(body).payload
    visit, since, until = _visit(person, name, "waiting/"), _joined_at(person), _left_at(person)
    return Converted((visit.at(since).waiting(), visit.at(until).left()))


def _ended(body: bytes, name: Naming) -> Converted:
    """A hint: it comes up to 20 s after the last leave, and a room may be opened again."""
    meeting = _meeting(body).payload
    session = name("session", required(meeting.room, "$.payload.room"))
    return Converted((ended(NAME, session, of_seconds(meeting.end_ts, "$.payload.end_ts")),))


def _visit(person: Person, name: Naming, prefix: str = "") -> Visit:
    """Knocking is a connection of its own: its end must never end a visit inside."""
    connection = required(person.session_id, "$.payload.session_id")
    return Visit(
        NAME,
        name("session", required(person.room, "$.payload.room")),
        name("participant", text(person.user_id) or connection),
        name("connection", prefix + connection),
    )


def _joined_at(person: Person) -> datetime:
    return of_seconds(person.joined_at, "$.payload.joined_at")


def _left_at(person: Person) -> datetime:
    _joined_at(person)
    if person.duration is None or person.joined_at is None:
        raise NotUnderstoodError("missing_field", "$.payload.duration")
    if person.duration < 0:
        raise NotUnderstoodError("contradictory_times", "$.payload.duration")
    return of_seconds(person.joined_at + person.duration, "$.payload.duration")


EVENTS: Mapping[str, Callable[[bytes, Naming], Converted]] = {
    "participant.joined": _joined,
    "participant.left": _left,
    "waiting-participant.joined": _knocked,
    "waiting-participant.left": _gave_up,
    "meeting.ended": _ended,
}
OF_NO_USE = frozenset({"meeting.started"})
"""Known, and told better by the first join."""

DAILY = Source(NAME, signals=(), camera="none", convert=convert, room_name=as_written)
