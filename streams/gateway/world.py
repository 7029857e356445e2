"""World: what is known when a request comes, and which session a record belongs to."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.instants import milliseconds
from schemas.room import Booking
from schemas.topics import Topic
from streams.pseudonyms.identities import Identities
from streams.rooms import Rooms


class World(NamedTuple):
    """Rooms and aliases, and the time (ms)."""

    rooms: Rooms
    identities: Identities
    now: int

    def booking(self, room: str | None, record: Any) -> Booking | None:
        """The planned session that `room` is at the record's time; None is unscheduled."""
        return None if room is None else self.rooms.session_of(room, milliseconds(record.at))


class Outgoing(NamedTuple):
    """A record for the log, and its key there."""

    topic: Topic
    key: str
    record: Any


def moved(record: Any, booking: Booking | None) -> Any:
    """`record` in the session that is booked; its id says what happened, and stays."""
    return record if booking is None else replace(record, session=booking.session)
