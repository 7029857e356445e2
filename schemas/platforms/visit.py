"""Visit: one connection of somebody, and the records about it.

The id of a record is made of what the record says, so that whatever tells it once more, a
redelivery or a summary at the end, tells it with the same id.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from schemas.instants import milliseconds
from schemas.platforms.source import record_id
from schemas.telemetry import Chat, Joined, Left, SessionEnded, Waiting

Cause = Literal["left", "network", "removed", "ended", "unknown"]


class Visit(NamedTuple):
    """A connection by pseudonyms, of the platform `source`."""

    source: str
    session: str
    participant: str
    connection: str

    def joined(self, at: datetime, host: bool = False) -> Joined:
        role: Literal["host", "participant"] = "host" if host else "participant"
        return Joined(id=self.id("joined", at, role), at=at, role=role, **self._asdict())

    def left(self, at: datetime, cause: Cause = "unknown") -> Left:
        return Left(id=self.id("left", at), at=at, cause=cause, **self._asdict())

    def waiting(self, at: datetime) -> Waiting:
        return Waiting(id=self.id("waiting", at), at=at, **self._asdict())

    def chat(self, at: datetime) -> Chat:
        return Chat(id=self.id("chat", at), at=at, **self._asdict())

    def id(self, kind: str, at: datetime, *more: str) -> str:
        """The id of a record of this visit."""
        return record_id(*self, kind, str(milliseconds(at)), *more)


def ended(source: str, session: str, at: datetime) -> SessionEnded:
    """The hint that a session ended."""
    told = record_id(source, session, "ended", str(milliseconds(at)))
    return SessionEnded(id=told, source=source, at=at, session=session)
