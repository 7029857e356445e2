"""Visit: one connection of somebody, and the records about it.

The records that adapters make are made here, so that all ids follow one rule: a record's id is
made of what the record says. Whatever tells it once more, a redelivery or a summary at the end,
tells it with the same id.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from schemas.instants import milliseconds
from schemas.platforms.source import record_id
from schemas.telemetry import (
    Camera,
    Chat,
    Hand,
    Heartbeat,
    Identified,
    Joined,
    Left,
    PollAnswered,
    Reaction,
    SessionEnded,
    SharedWork,
    Speaking,
    Waiting,
)

Cause = Literal["left", "network", "removed", "ended", "unknown"]


class Visit(NamedTuple):
    """A connection of the platform `source`, by pseudonyms only.

    Without a connection the participant stands for it.
    """

    source: str
    session: str
    participant: str
    connection: str | None

    def at(self, instant: datetime) -> "Deed":
        """What happens in this visit at an instant."""
        return Deed(self, instant)


class Deed(NamedTuple):
    """Somebody at an instant; each method is the record of one thing they did."""

    visit: Visit
    instant: datetime

    def _id(self, kind: str, *parts: str) -> str:
        source, session, participant, connection = self.visit
        place = (source, session, participant, connection or participant)
        return record_id(*place, kind, str(milliseconds(self.instant)), *parts)

    def joined(self, host: bool = False) -> Joined:
        role: Literal["participant", "host"] = "host" if host else "participant"
        told = self._id("joined", role)
        return Joined(id=told, at=self.instant, role=role, **self.visit._asdict())

    def left(self, cause: Cause = "unknown") -> Left:
        told = self._id("left")
        return Left(id=told, at=self.instant, cause=cause, **self.visit._asdict())

    def waiting(self) -> Waiting:
        return Waiting(id=self._id("waiting"), at=self.instant, **self.visit._asdict())

    def seen(self) -> Heartbeat:
        return Heartbeat(id=self._id("seen"), at=self.instant, **self.visit._asdict())

    def camera(self, on: bool, stream: str | None = None) -> Camera:
        told = self._id("camera_on" if on else "camera_off", stream or "")
        return Camera(id=told, at=self.instant, on=on, stream=stream, **self.visit._asdict())

    def speaking(self, on: bool) -> Speaking:
        told = self._id("speaking_on" if on else "speaking_off")
        return Speaking(id=told, at=self.instant, on=on, **self.visit._asdict())

    def chat(self) -> Chat:
        return Chat(id=self._id("chat"), at=self.instant, **self.visit._asdict())

    def hand(self) -> Hand:
        return Hand(id=self._id("hand"), at=self.instant, **self.visit._asdict())

    def reaction(self) -> Reaction:
        return Reaction(id=self._id("reaction"), at=self.instant, **self.visit._asdict())

    def shared_work(self) -> SharedWork:
        return SharedWork(id=self._id("shared_work"), at=self.instant, **self.visit._asdict())

    def answered(self, poll: str) -> PollAnswered:
        told = self._id("poll_answered", poll)
        return PollAnswered(id=told, at=self.instant, poll=poll, **self.visit._asdict())

    def belongs_to(self, participant: str, alias: str | None = None) -> Identified:
        """Who is called by this visit's participant, or by `alias`, is `participant`."""
        alias = alias or self.visit.participant
        return Identified(
            id=self._id("identified", alias, participant),
            source=self.visit.source,
            at=self.instant,
            session=self.visit.session,
            alias=alias,
            participant=participant,
        )


def ended(source: str, session: str, at: datetime) -> SessionEnded:
    """The platform's hint that the meeting is over; nobody's leave."""
    told = record_id(source, session, "ended", str(milliseconds(at)))
    return SessionEnded(id=told, source=source, at=at, session=session)
