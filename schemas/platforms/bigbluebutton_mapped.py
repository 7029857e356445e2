"""BigBlueButton mapped events: what its webhooks send unless raw events are asked for.

`data.event.ts` is when an event was mapped (ms); but for chat that is all there is. An answer
to a poll names the poll's owner, so that nobody's answers can be read here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from msgspec import Raw, Struct, field

from schemas.instants import instant
from schemas.platforms.bigbluebutton_raw import (
    MODERATOR,
    NAME,
    PUBLIC_CHAT,
    Told,
    expressed,
    opened,
    owner,
    visit_of,
)
from schemas.platforms.reading import Milliseconds, Name, needed
from schemas.platforms.room_names import meeting_hash, room_of
from schemas.platforms.source import Naming
from schemas.platforms.visit import Deed, ended

PASSED_OVER = (
    "meeting-created",
    "meeting-recording-started",
    "meeting-recording-stopped",
    "meeting-recording-unhandled",
    "meeting-screenshare-started",
    "meeting-screenshare-stopped",
    "meeting-presentation-changed",
    "user-audio-voice-enabled",
    "user-audio-voice-disabled",
    "user-audio-muted",
    "user-audio-unmuted",
    "user-audio-unhandled",
    "user-presenter-assigned",
    "user-presenter-unassigned",
    "pad-content",
    "poll-responded",
)
"""Known, and of no use: `meeting-created` carries passwords, `pad-content` names no author."""


class Meeting(Struct, frozen=True):
    internal: Name = field(name="internal-meeting-id")


class User(Struct, frozen=True):
    internal: Name = field(name="internal-user-id")
    external: str | None = field(name="external-user-id", default=None)
    role: str | None = None
    stream: Name | None = None
    emoji: Raw = Raw(b'""')
    raised: bool | None = field(name="raise-hand", default=None)


class Author(Struct, frozen=True):
    internal: Name = field(name="internal-user-id")
    time: Milliseconds | None = None


class Message(Struct, frozen=True):
    sender: Author


class Poll(Struct, frozen=True):
    id: Name


class Attributes(Struct, frozen=True):
    meeting: Meeting
    user: User | None = None
    message: Message | None = field(name="chat-message", default=None)
    chat: str | None = field(name="chat-id", default=None)
    poll: Poll | None = None


class Mapped(NamedTuple):
    """One mapped event; `at` is when it was mapped, which is all there is."""

    told: Attributes
    at: datetime
    naming: Naming

    def user(self) -> User:
        return needed(self.told.user, "$.data.attributes.user")

    def session(self) -> str:
        return self.naming("session", self.told.meeting.internal)

    def room(self) -> str | None:
        return room_of(self.naming, meeting_hash(self.told.meeting.internal))

    def visit(self) -> Deed:
        return visit_of(self.user().internal, self.session(), self.at, self.naming)

    def owner(self) -> Told:
        return owner(self.visit(), self.user().external, self.naming)


def _joined(mapped: Mapped) -> Told:
    return (mapped.visit().joined(mapped.user().role == MODERATOR), *mapped.owner())


def _left(mapped: Mapped) -> Told:
    return (mapped.visit().left(), *mapped.owner())


def _camera(on: bool) -> Callable[[Mapped], Told]:
    def read(mapped: Mapped) -> Told:
        stream = needed(mapped.user().stream, "$.data.attributes.user.stream")
        return (mapped.visit().camera(on, mapped.naming("connection", stream)),)

    return read


def _emoji(mapped: Mapped) -> Told:
    return expressed(mapped.visit(), mapped.user().emoji)


def _hand(mapped: Mapped) -> Told:
    return (mapped.visit().hand(),) if mapped.user().raised else ()


def _chat(mapped: Mapped) -> Told:
    """A public message; alone of all mapped events it says when it was sent."""
    if mapped.told.chat != PUBLIC_CHAT:
        return ()
    sender = needed(mapped.told.message, "$.data.attributes.chat-message").sender
    at = mapped.at if sender.time is None else instant(sender.time)
    return (visit_of(sender.internal, mapped.session(), at, mapped.naming).chat(),)


def _poll_started(mapped: Mapped) -> Told:
    poll = needed(mapped.told.poll, "$.data.attributes.poll").id
    return (opened(mapped.session(), mapped.at, mapped.naming("session", poll)),)


def _ended(mapped: Mapped) -> Told:
    """Nobody's leave: who was still there left with the meeting."""
    return (ended(NAME, mapped.session(), mapped.at),)


EVENTS: dict[str, Callable[[Mapped], Told]] = {
    "meeting-ended": _ended,
    "user-joined": _joined,
    "user-left": _left,
    "user-cam-broadcast-start": _camera(True),
    "user-cam-broadcast-end": _camera(False),
    "user-emoji-changed": _emoji,
    "user-raise-hand-changed": _hand,
    "chat-group-message-sent": _chat,
    "poll-started": _poll_started,
}
