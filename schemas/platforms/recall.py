"""Recall.ai bot: real-time participant events, and the status of the bot itself.

A bot sits in one meeting of some other platform and numbers who is there, so that a number
means somebody only within its bot: participants are named by both. Names are left out, and
e-mail addresses too, because Recall.ai finds those by comparing display names with a calendar.
Nothing tells one meeting from another but what whoever sent the bot wrote in its metadata: its
text `rollcall_room` names the room, else the bot's id does.
"""

from collections.abc import Callable
from contextlib import suppress

from msgspec import Raw, Struct

from schemas.instants import Instant
from schemas.platforms.reading import Name, on_calendar, reader
from schemas.platforms.room_names import as_written, room_of
from schemas.platforms.source import Converted, Naming, NotUnderstoodError, Payload, Source
from schemas.platforms.visit import Deed, Visit, ended
from schemas.telemetry import Telemetry

NAME = "recall"
PREFIX = "participant_events."

PASSED_OVER = (
    "participant_events.update",
    "participant_events.screenshare_on",
    "participant_events.screenshare_off",
    "transcript.data",
    "transcript.partial_data",
    "bot.joining_call",
    "bot.in_waiting_room",
    "bot.in_call_not_recording",
    "bot.recording_permission_allowed",
    "bot.recording_permission_denied",
    "bot.in_call_recording",
    "bot.breakout_room_entered",
    "bot.breakout_room_left",
    "bot.breakout_room_opened",
    "bot.breakout_room_closed",
    "bot.done",
    "bot.fatal",
)

MEETING_ENDS = (
    "call_ended_by_host",
    "call_ended_by_platform_idle",
    "call_ended_by_platform_max_length",
)
"""Why a bot left, where the meeting was over; for all other reasons only the bot left."""


class Named(Struct, frozen=True):
    event: str


class Numbered(Struct, frozen=True):
    id: Name
    metadata: Raw = Raw()


class Metadata(Struct, frozen=True):
    rollcall_room: str = ""


class Participant(Struct, frozen=True):
    id: int | Name
    is_host: bool | None = None


class Timestamp(Struct, frozen=True):
    absolute: Instant


class Happened(Struct, frozen=True):
    participant: Participant
    timestamp: Timestamp


class Around(Struct, frozen=True, kw_only=True):
    """`bot` is missing for recordings that no bot made; then the recording is the occurrence."""

    bot: Numbered | None = None
    recording: Numbered | None = None


class HappenedIn(Around, frozen=True, kw_only=True):
    data: Happened


class ParticipantEvent(Struct, frozen=True):
    event: str
    data: HappenedIn


class Status(Struct, frozen=True):
    updated_at: Instant
    sub_code: str | None = None


class StatusOf(Around, frozen=True, kw_only=True):
    data: Status


class BotEvent(Struct, frozen=True):
    event: str
    data: StatusOf


named = reader(Named)
participant_event = reader(ParticipantEvent)
bot_event = reader(BotEvent)
metadata = reader(Metadata)


def convert(payload: Payload, naming: Naming) -> Converted:
    """One webhook's body; raises NotUnderstoodError."""
    event = named(payload.body).event
    if event in PASSED_OVER:
        return Converted((), (event,))
    if event == "bot.call_ended":
        return _call_ended(payload.body, naming)
    if not event.startswith(PREFIX):
        return Converted((), ("unknown_event",))
    kind = event.removeprefix(PREFIX)
    if kind not in KINDS:
        return Converted((), ("unknown_event",))
    webhook = participant_event(payload.body)
    return Converted((_told(kind, webhook, naming),), room=_room(webhook.data, naming))


def _occurrence(around: Around) -> str:
    return _numbered(around).id


def _numbered(around: Around) -> Numbered:
    occurrence = around.bot or around.recording
    if occurrence is None:
        raise NotUnderstoodError("missing_field", "$.data.bot")
    return occurrence


def _room(around: Around, naming: Naming) -> str | None:
    """Metadata is anybody's: what else it may be must not have an event refused."""
    occurrence = _numbered(around)
    named = ""
    with suppress(NotUnderstoodError):
        named = as_written(metadata(bytes(occurrence.metadata)).rollcall_room)
    return room_of(naming, named or as_written(occurrence.id))


def _told(kind: str, webhook: ParticipantEvent, naming: Naming) -> Telemetry:
    occurrence = _occurrence(webhook.data)
    participant, timestamp = webhook.data.data.participant, webhook.data.data.timestamp
    visit = Visit(
        NAME,
        naming("session", occurrence),
        naming("participant", f"{occurrence}/{participant.id}"),
        None,
    )
    at = on_calendar(timestamp.absolute, "$.data.data.timestamp.absolute")
    return KINDS[kind](visit.at(at), bool(participant.is_host))


def _call_ended(body: bytes, naming: Naming) -> Converted:
    webhook = bot_event(body)
    if webhook.data.data.sub_code not in MEETING_ENDS:
        return Converted((), (webhook.event,))
    at = on_calendar(webhook.data.data.updated_at, "$.data.data.updated_at")
    record = ended(NAME, naming("session", _occurrence(webhook.data)), at)
    return Converted((record,), room=_room(webhook.data, naming))


KINDS: dict[str, Callable[[Deed, bool], Telemetry]] = {
    "join": lambda visit, host: visit.joined(host),
    "leave": lambda visit, _: visit.left(),
    "webcam_on": lambda visit, _: visit.camera(True),
    "webcam_off": lambda visit, _: visit.camera(False),
    "speech_on": lambda visit, _: visit.speaking(True),
    "speech_off": lambda visit, _: visit.speaking(False),
    "chat_message": lambda visit, _: visit.chat(),
}
"""What happened, by the end of the event's name; the flag says whether it was the host."""

RECALL = Source(NAME, ("camera", "speaking", "chat"), "exact", convert, as_written)
