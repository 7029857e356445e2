"""BigBlueButton's events.xml: what a recorded meeting tells, after the fact.

Times are `timestampUTC` (ms) inside an event where there is one. Offsets alone are milliseconds
of a monotonic clock: any event with both sets it, else the first event, which is the meeting's
creation, whose time (ms) ends the meeting's id.

A leave is one of the module PARTICIPANT; in VOICE somebody only hung up. Users are those who
joined in the file: who else is named, such as a voter in a secret poll, is passed over.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from schemas.platforms.bigbluebutton_raw import MODERATOR, NAME, opened
from schemas.platforms.bigbluebutton_recording import Event, Recording, parsed
from schemas.platforms.reading import of_milliseconds
from schemas.platforms.room_names import meeting_hash, room_of
from schemas.platforms.source import (
    Converted,
    Naming,
    NotUnderstoodError,
    Payload,
    Source,
    record_id,
)
from schemas.platforms.visit import Deed, Visit, ended
from schemas.telemetry import PollClosed, Telemetry

CREATED = re.compile(r"-([0-9]{13})$", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)

JOIN = "ParticipantJoinEvent"
STATUS = "ParticipantStatusChangeEvent"
CAMERA_STATUS = "hasStream"

NO_REACTION = ("", "none", "away")
"""Emojis that take one back, or say that somebody is away."""

PASSED_OVER = (
    "VOICE/ParticipantJoinedEvent",
    "VOICE/ParticipantLeftEvent",
    "VOICE/ParticipantMutedEvent",
    "AssignPresenterEvent",
    "RecordStatusEvent",
)

Told = tuple[Telemetry, ...]


class Meeting(NamedTuple):
    """What the whole file says; `clock` is the time (ms) of offset zero, if it can be known."""

    naming: Naming
    session: str
    users: dict[str, str]
    """Internal ids, each of one visit, to the ids that users have outside."""
    owner: re.Pattern[str]
    """Finds the internal id inside the name of a stream."""
    clock: int | None
    told_cameras: bool
    """Changes of status tell of cameras; the recorder's own word then only repeats them."""

    def at(self, event: Event) -> datetime:
        where = f"event {event.number}"
        utc = event.fields.get("timestampUTC", "")
        if utc:
            return of_milliseconds(_number(utc, where), where)
        if self.clock is None:
            raise NotUnderstoodError("no_clock", where)
        return of_milliseconds(self.clock + _number(event.offset, where), where)

    def visit(self, event: Event, user: str) -> Deed | None:
        if user not in self.users:
            return None
        participant = self.naming("participant", self.users[user])
        connection = self.naming("connection", user)
        return Visit(NAME, self.session, participant, connection).at(self.at(event))

    def streaming(self, event: Event, stream: str) -> Deed | None:
        """The visit of the one user in whose name `stream` runs."""
        owners = set(self.owner.findall(stream))
        return self.visit(event, owners.pop()) if len(owners) == 1 else None


def convert(payload: Payload, naming: Naming) -> Converted:
    """A whole events.xml; raises NotUnderstoodError, for one that ends early too."""
    recording = parsed(payload.body)
    meeting = _meeting(recording, naming)
    records: list[Telemetry] = []
    ignored: list[str] = []
    for event in recording.events:
        kind = _kind(event)
        read = EVENTS.get(kind)
        told = read(meeting, event) if read else ()
        records += told
        if not told:
            known = read is not None or kind in PASSED_OVER
            ignored.append(kind if known else "unknown_event")
    room = room_of(naming, meeting_hash(recording.meeting))
    return Converted(tuple(records), tuple(ignored), room)


def _kind(event: Event) -> str:
    """The event's name, which other modules than VOICE never share."""
    return f"VOICE/{event.name}" if event.module == "VOICE" else event.name


def _meeting(recording: Recording, naming: Naming) -> Meeting:
    users: dict[str, str] = {}
    told_cameras = False
    for event in recording.events:
        kind, fields = _kind(event), event.fields
        if kind == JOIN and (user := fields.get("userId")):
            users[user] = fields.get("externalUserId") or user
        told_cameras |= kind == STATUS and fields.get("status") == CAMERA_STATUS
    # The longest first: one id can begin another.
    names = "|".join(re.escape(user) for user in sorted(users, key=len, reverse=True))
    owner = re.compile(rf"(?<![A-Za-z0-9])(?:{names})(?![A-Za-z0-9])" if names else "(?!)")
    session = naming("session", recording.meeting)
    return Meeting(naming, session, users, owner, _clock(recording), told_cameras)


def _clock(recording: Recording) -> int | None:
    for event in recording.events:
        utc = event.fields.get("timestampUTC", "")
        if NUMBER.fullmatch(utc) and NUMBER.fullmatch(event.offset):
            return int(utc) - int(event.offset)
    created = CREATED.search(recording.meeting)
    if created is None or not recording.events:
        return None
    return int(created[1]) - _number(recording.events[0].offset, "event 1")


def _number(text: str, where: str) -> int:
    if not NUMBER.fullmatch(text):
        raise NotUnderstoodError("invalid_field", where)
    return int(text)


def _joined(meeting: Meeting, event: Event) -> Told:
    visit = meeting.visit(event, event.fields.get("userId", ""))
    return () if visit is None else (visit.joined(event.fields.get("role") == MODERATOR),)


def _of(user: str, tell: Callable[[Deed, Event], Telemetry]) -> Callable[[Meeting, Event], Told]:
    """Tells of the user whom the field `user` names."""

    def read(meeting: Meeting, event: Event) -> Told:
        visit = meeting.visit(event, event.fields.get(user, ""))
        return () if visit is None else (tell(visit, event),)

    return read


def _status(meeting: Meeting, event: Event) -> Told:
    status, value = event.fields.get("status", ""), event.fields.get("value", "")
    visit = meeting.visit(event, event.fields.get("userId", ""))
    if visit is None:
        return ()
    if status == CAMERA_STATUS:
        on, _, stream = value.partition(",stream=")
        return (visit.camera(on == "true", meeting.naming("connection", stream)),)
    if (status, value) in (("raiseHand", "true"), ("emojiStatus", "raiseHand")):
        return (visit.hand(),)
    if status in ("emojiStatus", "reactionEmoji") and value not in NO_REACTION:
        return (visit.reaction(),)
    return ()


def _camera(on: bool, field: str) -> Callable[[Meeting, Event], Told]:
    def read(meeting: Meeting, event: Event) -> Told:
        stream = event.fields.get(field, "")
        visit = None if meeting.told_cameras else meeting.streaming(event, stream)
        return () if visit is None else (visit.camera(on, meeting.naming("connection", stream)),)

    return read


def _poll_started(meeting: Meeting, event: Event) -> Told:
    return (opened(meeting.session, meeting.at(event), _poll(meeting, event)),)


def _poll(meeting: Meeting, event: Event) -> str:
    poll = event.fields.get("pollId", "")
    if not poll:
        raise NotUnderstoodError("missing_field", f"event {event.number}")
    return meeting.naming("session", poll)


def _poll_stopped(meeting: Meeting, event: Event) -> Told:
    session, poll = meeting.session, _poll(meeting, event)
    record = record_id(NAME, "poll_closed", session, poll)
    at = meeting.at(event)
    return (PollClosed(id=record, source=NAME, at=at, session=session, poll=poll),)


def _answered(meeting: Meeting, event: Event) -> Told:
    visit = meeting.visit(event, event.fields.get("userId", ""))
    return () if visit is None else (visit.answered(_poll(meeting, event)),)


def _ended(meeting: Meeting, event: Event) -> Told:
    return (ended(NAME, meeting.session, meeting.at(event)),)


_drawn = _of("userId", lambda visit, _: visit.shared_work())

EVENTS: dict[str, Callable[[Meeting, Event], Told]] = {
    JOIN: _joined,
    "ParticipantLeftEvent": _of("userId", lambda visit, _: visit.left()),
    "EndAndKickAllEvent": _ended,
    STATUS: _status,
    "VOICE/ParticipantTalkingEvent": _of(
        "participant", lambda visit, event: visit.speaking(event.fields.get("talking") == "true")
    ),
    "PublicChatEvent": _of("senderId", lambda visit, _: visit.chat()),
    "StartWebcamShareEvent": _camera(True, "stream"),
    "StopWebcamShareEvent": _camera(False, "stream"),
    "StartWebRTCShareEvent": _camera(True, "filename"),
    "StopWebRTCShareEvent": _camera(False, "filename"),
    "PollStartedRecordEvent": _poll_started,
    "PollStoppedRecordEvent": _poll_stopped,
    "UserRespondedToPollRecordEvent": _answered,
    "AddShapeEvent": _drawn,
    "AddTldrawShapeEvent": _drawn,
}

BIGBLUEBUTTON_EVENTS = Source(
    "bigbluebutton-events",
    ("camera", "speaking", "chat", "polls", "reactions", "shared_work"),
    "exact",
    convert,
    meeting_hash,
)
