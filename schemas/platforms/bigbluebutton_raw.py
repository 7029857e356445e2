"""BigBlueButton raw events: what happened, when, and who did it.

`envelope.timestamp` is when (ms). Who did it is the user in the body where there is one (of an
answer to a poll the header names the poll's owner, the body who answered), else in the header.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from msgspec import Raw, Struct

from schemas.platforms.reading import Name, needed, reader
from schemas.platforms.room_names import meeting_hash, room_of
from schemas.platforms.source import Naming, record_id
from schemas.platforms.visit import Deed, Visit, ended
from schemas.telemetry import PollOpened, Telemetry

NAME = "bigbluebutton"
PUBLIC_CHAT = "MAIN-PUBLIC-GROUP-CHAT"
MODERATOR = "MODERATOR"

NO_REACTION = (b'"none"', b'"away"', b'""')
"""Emojis that take one back, or say that somebody is away."""

RAISED_HAND = b'"raiseHand"'
"""Before 2.7 a raised hand was one of the emojis."""

PASSED_OVER = (
    "MeetingCreatedEvtMsg",
    "ScreenshareRtmpBroadcastStartedEvtMsg",
    "ScreenshareRtmpBroadcastStoppedEvtMsg",
    "SetCurrentPresentationEvtMsg",
    "RecordingStatusChangedEvtMsg",
    "UserMutedVoiceEvtMsg",
    "UserJoinedVoiceConfToClientEvtMsg",
    "UserLeftVoiceConfToClientEvtMsg",
    "PresenterAssignedEvtMsg",
    "PresenterUnassignedEvtMsg",
    "PublishedRecordingSysMsg",
    "UnpublishedRecordingSysMsg",
    "DeletedRecordingSysMsg",
    "PadContentEvtMsg",
)
"""Known, and of no use: shared notes come without an author."""


class Header(Struct, frozen=True, rename="camel"):
    meeting_id: Name | None = None
    user_id: Name | None = None


class Sender(Struct, frozen=True):
    id: Name


class Message(Struct, frozen=True):
    sender: Sender


class Poll(Struct, frozen=True):
    id: Name


class Body(Struct, frozen=True, rename="camel"):
    """Of all events together, what is used; emojis are compared and never decoded."""

    meeting_id: Name | None = None
    int_id: Name | None = None
    ext_id: str | None = None
    user_id: Name | None = None
    role: str | None = None
    stream: Name | None = None
    chat_id: str | None = None
    msg: Message | None = None
    emoji: Raw = Raw(b'""')
    reaction_emoji: Raw = Raw(b'""')
    raise_hand: bool = False
    talking: bool = False
    eject: bool = False
    poll_id: Name | None = None
    poll: Poll | None = None


class Core(Struct, frozen=True):
    header: Header
    body: Body


core = reader(Core)


class Raised(NamedTuple):
    """One raw event, with its instant."""

    core: Core
    at: datetime
    naming: Naming

    def meeting(self) -> str | None:
        return self.core.header.meeting_id or self.core.body.meeting_id

    def session(self) -> str:
        return self.naming("session", needed(self.meeting(), "$.core.header.meetingId"))

    def room(self) -> str | None:
        return room_of(self.naming, meeting_hash(self.meeting() or ""))

    def visit(self, user: str | None = None) -> Deed:
        """Of the internal id `user`, else of who the body or the header names."""
        header, body = self.core.header, self.core.body
        inside = needed(user or body.user_id or header.user_id, "$.core.header.userId")
        return visit_of(inside, self.session(), self.at, self.naming)


def visit_of(inside: str, session: str, at: datetime, naming: Naming) -> Deed:
    """Of the internal id `inside`, which is what every event has, and means one visit."""
    participant, connection = naming("participant", inside), naming("connection", inside)
    return Visit(NAME, session, participant, connection).at(at)


Told = tuple[Telemetry, ...]
"""Nothing, if the event is known and of no use this time."""


def _joined(raised: Raised) -> Told:
    body = raised.core.body
    visit = raised.visit(needed(body.int_id, "$.core.body.intId"))
    return (visit.joined(body.role == MODERATOR), *owner(visit, body.ext_id, raised.naming))


def owner(visit: Deed, outside: str | None, naming: Naming) -> Told:
    """Whose visit it is; who has no id outside gets the internal one there too."""
    participant = naming("participant", outside) if outside else visit.visit.participant
    return () if participant == visit.visit.participant else (visit.belongs_to(participant),)


def _left(raised: Raised) -> Told:
    body = raised.core.body
    visit = raised.visit(body.int_id)
    return (visit.left("removed" if body.eject else "unknown"),)


def _camera(on: bool) -> Callable[[Raised], Told]:
    def read(raised: Raised) -> Told:
        stream = needed(raised.core.body.stream, "$.core.body.stream")
        return (raised.visit().camera(on, raised.naming("connection", stream)),)

    return read


def _talking(raised: Raised) -> Told:
    body = raised.core.body
    return (raised.visit(body.int_id).speaking(body.talking),)


def _chat(raised: Raised) -> Told:
    """Public messages alone: who writes to whom in private is nobody's business here."""
    body = raised.core.body
    if body.chat_id != PUBLIC_CHAT:
        return ()
    message = needed(body.msg, "$.core.body.msg")
    return (raised.visit(message.sender.id).chat(),)


def _emoji(raised: Raised) -> Told:
    body = raised.core.body
    return expressed(raised.visit(), body.emoji, body.reaction_emoji)


def expressed(visit: Deed, *emojis: Raw) -> Told:
    """The reaction or raised hand in `emojis`, JSON texts of which at most one says something."""
    said = [bytes(emoji) for emoji in emojis if bytes(emoji) not in NO_REACTION]
    if not said:
        return ()
    return (visit.hand() if RAISED_HAND in said else visit.reaction(),)


def _hand(raised: Raised) -> Told:
    return (raised.visit().hand(),) if raised.core.body.raise_hand else ()


def _poll_started(raised: Raised) -> Told:
    return (opened(raised.session(), raised.at, _poll(raised)),)


def _poll(raised: Raised) -> str:
    body = raised.core.body
    poll = body.poll_id or needed(body.poll, "$.core.body.pollId").id
    # Names have no kind for polls; one of a poll holds its presentation and its instant.
    return raised.naming("session", poll)


def opened(session: str, at: datetime, poll: str) -> PollOpened:
    record = record_id(NAME, "poll_opened", session, poll)
    return PollOpened(id=record, source=NAME, at=at, session=session, poll=poll)


def _answered(raised: Raised) -> Told:
    voter = needed(raised.core.body.user_id, "$.core.body.userId")
    return (raised.visit(voter).answered(_poll(raised)),)


def _destroyed(raised: Raised) -> Told:
    return (ended(NAME, raised.session(), raised.at),)


EVENTS: dict[str, Callable[[Raised], Told]] = {
    "MeetingDestroyedEvtMsg": _destroyed,
    "UserJoinedMeetingEvtMsg": _joined,
    "UserLeftMeetingEvtMsg": _left,
    "UserBroadcastCamStartedEvtMsg": _camera(True),
    "UserBroadcastCamStoppedEvtMsg": _camera(False),
    "UserTalkingVoiceEvtMsg": _talking,
    "UserEmojiChangedEvtMsg": _emoji,
    "UserReactionEmojiChangedEvtMsg": _emoji,
    "UserRaiseHandChangedEvtMsg": _hand,
    "GroupChatMessageBroadcastEvtMsg": _chat,
    "PollStartedEvtMsg": _poll_started,
    "UserRespondedToPollRespMsg": _answered,
}
