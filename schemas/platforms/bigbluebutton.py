"""BigBlueButton webhooks: a form with a list of events, raw or mapped.

Raw events (`getRaw`) say when something happened and who did it. Mapped ones say when they
were mapped, and of an answer to a poll they name the poll's owner; they are read where they
can be used. A raw hook gets mapped events too: the leaves that the sender makes up when a
meeting ends. `meeting-created` carries passwords and tells nothing, so it is never read.

Most events name a user by the internal id of one visit alone, so that all do here; whose it is
outside is told at the join, and passed on as `identified`.
"""

from msgspec import Raw, Struct

from schemas.instants import instant
from schemas.platforms import bigbluebutton_mapped as mapped
from schemas.platforms import bigbluebutton_raw as raw
from schemas.platforms.form import unescaped
from schemas.platforms.reading import Milliseconds, reader
from schemas.platforms.room_names import meeting_hash
from schemas.platforms.source import Converted, Naming, NotUnderstoodError, Payload, Source
from schemas.telemetry import Telemetry

MOST_EVENTS = 1_000
"""Events in one delivery; senders put one in each."""


NOTHING = Raw(b"null")


class Event(Struct, frozen=True):
    """A raw event has an envelope and a core, a mapped one has data.

    They are decoded once the event is known: what others hold cannot be wrong.
    """

    envelope: Raw = NOTHING
    core: Raw = NOTHING
    data: Raw = NOTHING


class Events(Struct, frozen=True):
    events: tuple[Event, ...]


class Envelope(Struct, frozen=True):
    name: str


class Sent(Struct, frozen=True):
    timestamp: Milliseconds


class Data(Struct, frozen=True):
    id: str


class Stamp(Struct, frozen=True):
    ts: Milliseconds


class Stamped(Struct, frozen=True):
    attributes: mapped.Attributes
    event: Stamp


events = reader(Events)
envelope = reader(Envelope)
sent = reader(Sent)
data = reader(Data)
stamped = reader(Stamped)


def convert(payload: Payload, naming: Naming) -> Converted:
    """One webhook's body, `domain=…&event=[…]&timestamp=…`; raises NotUnderstoodError."""
    listed = events(b'{"events":%b}' % _field(payload.body, b"event")).events
    if len(listed) > MOST_EVENTS:
        raise NotUnderstoodError("too_many", "event")
    records: list[Telemetry] = []
    ignored: list[str] = []
    rooms: set[str | None] = set()
    for event in listed:
        told = _told(event, naming)
        records += told.records
        ignored += told.ignored
        if told.records:
            rooms.add(told.room)
    # Of several rooms none is told: to take one for another would be worse.
    room = rooms.pop() if len(rooms) == 1 else None
    return Converted(tuple(records), tuple(ignored), room)


def _field(form: bytes, name: bytes) -> bytes:
    for pair in form.split(b"&"):
        key, _, value = pair.partition(b"=")
        if key == name:
            return unescaped(value)
    raise NotUnderstoodError("missing_field", "event")


def _told(event: Event, naming: Naming) -> Converted:
    if event.envelope != NOTHING:
        return _raw(bytes(event.envelope), bytes(event.core), naming)
    if event.data != NOTHING:
        return _mapped(bytes(event.data), naming)
    return Converted((), ("unknown_event",))


def _raw(outer: bytes, core: bytes, naming: Naming) -> Converted:
    name = envelope(outer).name
    read = raw.EVENTS.get(name)
    if read is None:
        return Converted((), (name if name in raw.PASSED_OVER else "unknown_event",))
    at = instant(sent(outer).timestamp)
    raised = raw.Raised(raw.core(core), at, naming)
    records = read(raised)
    return Converted(records, () if records else (name,), raised.room())


def _mapped(inner: bytes, naming: Naming) -> Converted:
    name = data(inner).id
    read = mapped.EVENTS.get(name)
    if read is None:
        return Converted((), (name if name in mapped.PASSED_OVER else "unknown_event",))
    said = stamped(inner)
    told = mapped.Mapped(said.attributes, instant(said.event.ts), naming)
    records = read(told)
    return Converted(records, () if records else (name,), told.room())


BIGBLUEBUTTON = Source(
    raw.NAME, ("camera", "chat", "polls", "reactions"), "exact", convert, meeting_hash
)
"""A hook with raw events. Voices are read, and not promised, since few versions send them."""

BIGBLUEBUTTON_MAPPED = Source(
    "bigbluebutton-mapped", ("camera", "chat", "reactions"), "exact", convert, meeting_hash
)
"""A hook without raw events; its records bear the platform's name like those of the other."""
