"""Zoom: webhooks of meetings, with times in RFC 3339.

`uuid` is the occurrence and so the session; the numeric `id` is a room, whose occurrences share
it. `user_id` is one connection, in breakout rooms another one, in the waiting room another one.
Who somebody is: `participant_user_id` or `id` of those signed in, else `registrant_id`, else
`customer_key`, else the e-mail address; never the display name. Events differ in which of these
they carry, so a join also tells that the later ones of this list are the first. Whoever has none
is a guest by their connection.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from schemas.platforms.reading import on_calendar, reader, required, text
from schemas.platforms.room_names import meeting_number, room_of
from schemas.platforms.source import Converted, Naming, NotUnderstoodError, Payload, Source
from schemas.platforms.visit import Cause, Visit, ended
from schemas.platforms.zoom_payload import Kind, Meeting, Message, Participant, Webhook
from schemas.telemetry import Telemetry

NAME = "zoom"
UUID = "$.payload.object.uuid"
END = "$.payload.object.end_time"
PERSON = "$.payload.object.participant"


class Named(NamedTuple):
    """Whose visit it is; `aliases` are other names of the same participant."""

    visit: Visit
    aliases: tuple[str, ...]
    guest: bool

    def links(self, at: datetime) -> tuple[Telemetry, ...]:
        """That all names are one person's."""
        deed, participant = self.visit.at(at), self.visit.participant
        return tuple(deed.belongs_to(participant, each) for each in self.aliases)


_kind = reader(Kind)
_webhook = reader(Webhook)


def convert(payload: Payload, name: Naming) -> Converted:
    """One webhook's body as telemetry."""
    kind = _kind(payload.body).event
    if kind in OF_NO_USE:
        return Converted((), (kind,))
    event = EVENTS.get(kind)
    if event is None:
        return Converted((), ("unknown_event",))
    meeting = _webhook(payload.body).payload.object
    return event(meeting, name)._replace(room=room_of(name, meeting_number(text(meeting.id))))


def _joined(meeting: Meeting, name: Naming) -> Converted:
    """A join, and what else its person is called. Whom the meeting belongs to is its host."""
    person = _person(meeting)
    if person.leave_time is not None:
        # Seen with leave_time equal to join_time: nobody knows which of the two it is.
        raise NotUnderstoodError("contradictory_times", f"{PERSON}.leave_time")
    named = _named(meeting, person, name)
    at = on_calendar(person.join_time, f"{PERSON}.join_time")
    host = text(meeting.host_id) in {text(person.participant_user_id), text(person.id)} - {""}
    return Converted((*named.links(at), named.visit.at(at).joined(host)))


def _left(meeting: Meeting, name: Naming) -> Converted:
    person = _person(meeting)
    if person.join_time is not None:
        # Seen with a user_id that differs by one digit: it would end somebody else's visit.
        raise NotUnderstoodError("contradictory_times", f"{PERSON}.join_time")
    at = on_calendar(person.leave_time, f"{PERSON}.leave_time")
    visit = _named(meeting, person, name).visit
    why = _why(bytes(person.leave_reason))
    if "breakout" in why:
        return Converted((), ("breakout_hop",))
    cause: Cause = next((CAUSES[each] for each in CAUSES if each in why), "unknown")
    return Converted((visit.at(at).left(cause),))


def _why(reason: bytes) -> str:
    """Zoom's own words about a leave; a display name stands before them and is not looked at."""
    _, said, why = reason.rpartition(b"Reason")
    return why.decode().lower() if said else ""


def _waiting(meeting: Meeting, name: Naming) -> Converted:
    person, at = _dated(meeting)
    named = _named(meeting, person, name, "waiting/")
    return Converted((*named.links(at), named.visit.at(at).waiting()))


def _put_in_waiting(meeting: Meeting, name: Naming) -> Converted:
    """Out of the meeting and into the waiting room."""
    person, at = _dated(meeting)
    inside = _named(meeting, person, name).visit
    waiting = _named(meeting, person, name, "waiting/").visit
    return Converted((inside.at(at).left(), waiting.at(at).waiting()))


def _admitted(meeting: Meeting, name: Naming) -> Converted:
    """The end of a guest's waiting; all others are seen to wait no longer by their join.

    Somebody admitted counts as inside, and the connection admitted is never heard of again: the
    join has another `user_id`. So an admission would be a visit that nothing ends.
    """
    person, at = _dated(meeting)
    named = _named(meeting, person, name, "waiting/")
    if named.guest:
        return Converted((named.visit.at(at).left(),))
    return Converted((), ("meeting.participant_admitted",))


def _left_waiting(meeting: Meeting, name: Naming) -> Converted:
    person, at = _dated(meeting)
    return Converted((_named(meeting, person, name, "waiting/").visit.at(at).left(),))


def _in_breakout(meeting: Meeting, name: Naming) -> Converted:
    """No leave and no join: only that they are called by one more `user_id` there."""
    person = _person(meeting)
    at = on_calendar(person.join_time, f"{PERSON}.join_time")
    return Converted(_named(meeting, person, name).links(at), ("breakout_hop",))


def _bound(meeting: Meeting, name: Naming) -> Converted:
    """A telephone is the voice of somebody who is there by video: both are one person.

    A telephone with an identity of its own keeps it: two that differ are not for us to join.
    """
    person, at = _dated(meeting)
    phone = _named(meeting, person, name)
    video = _guest(meeting, required(person.bind_user_id, f"{PERSON}.bind_user_id"), name)
    if not phone.guest or phone.visit.participant == video:
        return Converted((), ("meeting.participant_bind",))
    return Converted((phone.visit.at(at).belongs_to(video),))


def _role(meeting: Meeting, name: Naming) -> Converted:
    """Who becomes host or co-host is told as inside by that role."""
    person, at = _dated(meeting)
    visit = _named(meeting, person, name).visit
    if (person.new_role or "").lower() not in HOSTS:
        return Converted((), ("meeting.participant_role_changed",))
    return Converted((visit.at(at).joined(host=True),))


def _chat(meeting: Meeting, name: Naming) -> Converted:
    """A message. It ends as a connection of its own where it begins.

    It rarely carries the id that its sender joined by, and on another id a message would stand
    for a join that was lost, and hold somebody present whom no leave is ever told of.
    """
    message = meeting.chat_message or Message()
    at = on_calendar(message.date_time, "$.payload.object.chat_message.date_time")
    sender = Participant(user_id=message.sender_session_id, email=message.sender_email)
    visit = _named(meeting, sender, name, "chat/").visit
    return Converted((visit.at(at).chat(), visit.at(at).left()))


def _ended(meeting: Meeting, name: Naming) -> Converted:
    """A hint: a meeting is ended twice or goes on."""
    session = name("session", required(meeting.uuid, UUID))
    return Converted((ended(NAME, session, on_calendar(meeting.end_time, END)),))


def _person(meeting: Meeting) -> Participant:
    if meeting.participant is None:
        raise NotUnderstoodError("missing_field", PERSON)
    return meeting.participant


def _dated(meeting: Meeting) -> tuple[Participant, datetime]:
    person = _person(meeting)
    return person, on_calendar(person.date_time, f"{PERSON}.date_time")


def _named(meeting: Meeting, person: Participant, name: Naming, prefix: str = "") -> Named:
    """The waiting room is a connection of its own: its end must never end a visit inside."""
    connection = required(person.user_id, f"{PERSON}.user_id")
    guest = _guest(meeting, connection, name)
    keys = (
        text(person.participant_user_id) or text(person.id),
        text(person.registrant_id),
        text(person.customer_key),
        text(person.email).lower(),
    )
    first, *others = dict.fromkeys([*(name("participant", key) for key in keys if key), guest])
    session = name("session", text(meeting.uuid))
    visit = Visit(NAME, session, first, name("connection", prefix + connection))
    return Named(visit, tuple(others), first == guest)


def _guest(meeting: Meeting, user_id: str, name: Naming) -> str:
    """The participant by a `user_id`, a small number that comes again in other occurrences."""
    return name("participant", f"{required(meeting.uuid, UUID)}/{user_id}")


CAUSES: Mapping[str, Cause] = {
    "network connection error": "network",
    "removed by host": "removed",
    "host ended": "ended",
    "host closed": "ended",
    "left the meeting": "left",
}
"""By words that Zoom's list of leave reasons has."""

HOSTS = frozenset({"host", "cohost", "co-host", "co_host"})

EVENTS: Mapping[str, Callable[[Meeting, Naming], Converted]] = {
    "meeting.participant_joined": _joined,
    "meeting.participant_left": _left,
    "meeting.participant_joined_waiting_room": _waiting,
    "meeting.participant_left_waiting_room": _left_waiting,
    "meeting.participant_put_in_waiting_room": _put_in_waiting,
    "meeting.participant_admitted": _admitted,
    "meeting.participant_joined_breakout_room": _in_breakout,
    "meeting.participant_bind": _bound,
    "meeting.participant_role_changed": _role,
    "meeting.chat_message_sent": _chat,
    "meeting.ended": _ended,
}
OF_NO_USE = frozenset(
    {
        "endpoint.url_validation",
        "meeting.started",
        "meeting.participant_left_breakout_room",
        "meeting.participant_jbh_waiting",
        "meeting.participant_jbh_waiting_left",
    }
)
"""Known, and nothing that a record could say."""

ZOOM = Source(NAME, signals=("chat",), camera="none", convert=convert, room_name=meeting_number)
