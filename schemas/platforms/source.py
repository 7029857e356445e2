"""Source: what every platform adapter is, and what comes out of it.

An adapter reads one payload as the platform sent it (a webhook's body, a report's bytes) and
gives telemetry records. It is pure and order-free: the same payload always gives the same
records with the same ids, so that a redelivery changes nothing. Unknown events and fields are
passed over and counted; what cannot be understood is refused as a whole, without a guess.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from hashlib import blake2b
from typing import Literal, NamedTuple

from schemas.telemetry import Signals, Telemetry

Thing = Literal["participant", "staff", "connection", "session", "room", "code"]
"""What a name can be of; a code is a poll, a stream, an entity or a record."""
Naming = Callable[[Thing, str], str]
"""The pseudonym of something that a platform names; the same for the same name, for ever."""


class Payload(NamedTuple):
    """One payload: its bytes, and when it was received (ms), for what carries no time."""

    body: bytes
    received_at: int


class Converted(NamedTuple):
    """Telemetry, and what was passed over.

    `ignored` has a code for each thing that told nothing: `unknown_event`, or the name of an
    event of the platform that is known and of no use. Never a text out of the payload.
    `room` is the pseudonym of what the platform uses again for its meetings: with the schedule it
    tells which session the records are about. None where a payload does not name one.
    """

    records: tuple[Telemetry, ...]
    ignored: tuple[str, ...] = ()
    room: str | None = None


class NotUnderstoodError(Exception):
    """A payload that cannot be what the platform sends; `code` says why, in no words of its own.

    `where` is a place in it: a field's path, or a line's number.
    """

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{where}: {code}" if where else code)
        self.code = code
        self.where = where


class Source(NamedTuple):
    """One kind of payload of one platform, with the signals that it can report.

    `room_name` gives what a room is called however somebody writes it: the name whose pseudonym
    is the `room` of payloads. Empty for what can be no room of this platform.
    """

    name: str
    signals: Signals
    camera: Literal["exact", "upper_bound", "none"]
    convert: Callable[[Payload, Naming], Converted]
    room_name: Callable[[str], str]

    @property
    def platform(self) -> str:
        """The platform, of which one source has the name alone and others have more of it."""
        return self.name.partition("-")[0]


DateOrder = Literal["dmy", "mdy"]


class Meeting(NamedTuple):
    """What a report does not say of itself, and its reader knows.

    `session` is the id that its records get. `zone` is the one in which local times of the file
    are read, `date_order` how its dates are written where they leave that open. `starts_at` and
    `ends_at` are the plan's.
    """

    session: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: tzinfo | None = None
    date_order: DateOrder | None = None


class Report(NamedTuple):
    """One kind of file that tells about one meeting after the fact: joins and leaves alone.

    `convert` gives a join and a leave of a connection of its own for each row, and one
    `session_ended` that closes the report; it raises NotUnderstoodError.
    """

    name: str
    convert: Callable[[Payload, Meeting, Naming], Converted]
    signals: Signals = ()
    camera: Literal["exact", "upper_bound", "none"] = "none"

    @property
    def platform(self) -> str:
        """What the ids in it are scoped by: a report's people are known by their addresses."""
        return self.name


def record_id(*parts: str) -> str:
    """The id of a record by what makes it one: an event that is sent again has the same id.

    Parts are pseudonyms, instants and event names, so that nothing can be read out of an id.
    """
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
