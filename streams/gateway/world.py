"""World: what is known when a request comes, and which session a record belongs to."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.instants import milliseconds
from schemas.room import Booking
from schemas.telemetry import Admitted, Identified, Joined, Left, Waiting
from schemas.topics import Topic
from streams.pseudonyms.identities import Identities
from streams.rooms import Rooms

ENDING = (Left, Identified)
"""What an earlier session must hear of, or its own end would only be guessed."""

LASTING = (Joined, Waiting, Admitted, Left, Identified)
"""What holds on into a later session."""


class World(NamedTuple):
    """Rooms and aliases, and the time (ms)."""

    rooms: Rooms
    identities: Identities
    now: int

    def sessions(self, room: str | None, record: Any) -> list[str]:
        """The planned sessions that `record`, of a meeting in `room`, tells of; none if none is.

        First that which holds the room at the record's time. Whoever stays in the room through
        sessions back to back joins once and leaves once, and is at each that expects them: so a
        join is told to later ones, too, and a leave to all.
        """
        held = self.booking(room, record)
        if room is None or held is None:
            return []
        earlier, later = self.rooms.back_to_back(room, milliseconds(record.at))
        beside = [
            *(earlier if isinstance(record, ENDING) else ()),
            *(later if isinstance(record, LASTING) else ()),
        ]
        person = getattr(record, "participant", None)
        return [held.session, *(each.session for each in beside if person in each.people)]

    def booking(self, room: str | None, record: Any) -> Booking | None:
        """The planned session that `room` is at the record's time; None is unscheduled."""
        return None if room is None else self.rooms.session_of(room, milliseconds(record.at))


class Outgoing(NamedTuple):
    """A record for the log, and its key there."""

    topic: Topic
    key: str
    record: Any


def moved(record: Any, sessions: Sequence[str]) -> list[Any]:
    """`record` in each of the sessions, or where it is; its id says what happened, and stays."""
    return [replace(record, session=session) for session in sessions] or [record]
