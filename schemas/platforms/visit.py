"""Visit: one connection of one person in one session at one instant, and what it can tell.

The records that adapters make are made here, so that all ids follow one rule: a record's id
comes from the source, the kind of record, the session, the connection, the instant and what
else sets it apart. None of these depends on when or how often a payload is delivered.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from schemas.platforms.source import record_id
from schemas.telemetry import (
    Camera,
    Chat,
    Hand,
    Identified,
    Joined,
    Left,
    PollAnswered,
    Reaction,
    SessionEnded,
    SharedWork,
    Speaking,
)

Cause = Literal["left", "network", "removed", "ended", "unknown"]


class Who(NamedTuple):
    """What every record about a person carries."""

    source: str
    at: datetime
    session: str
    participant: str
    connection: str | None


class Visit(NamedTuple):
    """`who`, by pseudonyms only; without a connection the participant stands for it."""

    who: Who

    def _id(self, kind: str, *parts: str) -> str:
        source, at, session, participant, connection = self.who
        return record_id(source, kind, session, connection or participant, at.isoformat(), *parts)

    def joined(self, host: bool = False) -> Joined:
        role: Literal["participant", "host"] = "host" if host else "participant"
        return Joined(id=self._id("joined"), role=role, **self.who._asdict())

    def left(self, cause: Cause = "unknown") -> Left:
        return Left(id=self._id("left"), cause=cause, **self.who._asdict())

    def camera(self, on: bool, stream: str | None = None) -> Camera:
        kind = "camera_on" if on else "camera_off"
        record = self._id(kind, stream or "")
        return Camera(id=record, on=on, stream=stream, **self.who._asdict())

    def speaking(self, on: bool) -> Speaking:
        kind = "speaking_on" if on else "speaking_off"
        return Speaking(id=self._id(kind), on=on, **self.who._asdict())

    def chat(self) -> Chat:
        return Chat(id=self._id("chat"), **self.who._asdict())

    def hand(self) -> Hand:
        return Hand(id=self._id("hand"), **self.who._asdict())

    def reaction(self) -> Reaction:
        return Reaction(id=self._id("reaction"), **self.who._asdict())

    def shared_work(self) -> SharedWork:
        return SharedWork(id=self._id("shared_work"), **self.who._asdict())

    def answered(self, poll: str) -> PollAnswered:
        record = self._id("poll_answered", poll)
        return PollAnswered(id=record, poll=poll, **self.who._asdict())

    def belongs_to(self, participant: str) -> Identified:
        """Who is called by this visit's participant is `participant`."""
        source, at, session, alias, _ = self.who
        return Identified(
            id=self._id("identified", participant),
            source=source,
            at=at,
            session=session,
            alias=alias,
            participant=participant,
        )


def ended(source: str, session: str, at: datetime) -> SessionEnded:
    """The platform's hint that the meeting is over; nobody's leave."""
    record = record_id(source, "session_ended", session, at.isoformat())
    return SessionEnded(id=record, source=source, at=at, session=session)
