"""Builders: telemetry as a platform would send it, with literal times.

Times are read on 2 March 2026, UTC: `"10:02"`, `"10:02:07"`, `"10:02:07.001"`; a day may stand
before them, `"03-05 10:02"`. Everybody and everything is invented.

    scheduled(roster=("a", place("b", begins="10:30"))), *stay("10:02", "12:00", "a")
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from schemas.codec import encode
from schemas.dead_letter import Entry
from schemas.instants import milliseconds
from schemas.telemetry import (
    Admitted,
    Break,
    Camera,
    Capabilities,
    Chat,
    Event,
    Hand,
    Heartbeat,
    Identified,
    Joined,
    Left,
    Outage,
    PersonEvent,
    PollAnswered,
    PollClosed,
    PollOpened,
    Reaction,
    RosterEntry,
    SessionEnded,
    SessionScheduled,
    SharedWork,
    Span,
    Speaking,
    Void,
    Waiting,
)

SESSION = "s1"

Log = Event | Iterable[Event]
"""A record, or several."""


def when(time: str) -> datetime:
    """The instant that a literal time names."""
    day, _, clock = time.rpartition(" ")
    return datetime.fromisoformat(f"2026-{day or '03-02'}T{clock}").replace(tzinfo=UTC)


def ms(time: str) -> int:
    """The same in milliseconds."""
    return milliseconds(when(time))


def _when(time: str | None) -> datetime | None:
    return None if time is None else when(time)


def _event(record: type, at: str, **fields: Any) -> Any:
    return record(
        id=f"{record.__name__}-{at}", source="test", at=when(at), session=SESSION, **fields
    )


def place(
    participant: str,
    begins: str | None = None,
    until: str | None = None,
    enrolled: str | None = None,
    **fields: Any,
) -> RosterEntry:
    """A roster entry."""
    return RosterEntry(
        participant=participant,
        begins=_when(begins),
        until=_when(until),
        enrolled_at=_when(enrolled),
        **fields,
    )


def span(begins: str, ends: str) -> Span:
    """A stretch of time."""
    return Span(begins=when(begins), ends=when(ends))


def scheduled(
    roster: Sequence[str | RosterEntry] = ("a",),
    starts: str = "10:00",
    ends: str = "12:00",
    at: str = "08:00",
    revision: int = 1,
    breaks: Sequence[tuple[str, str]] = (),
    **fields: Any,
) -> SessionScheduled:
    """A revision of the schedule of a group session without named hosts."""
    fields = {"program": "evening", "kind": "group"} | fields
    record: SessionScheduled = _event(
        SessionScheduled,
        at,
        revision=revision,
        starts_at=when(starts),
        ends_at=when(ends),
        roster=tuple(place(each) if isinstance(each, str) else each for each in roster),
        breaks=tuple(span(*each) for each in breaks),
        **fields,
    )
    return record


def ended(at: str) -> SessionEnded:
    record: SessionEnded = _event(SessionEnded, at)
    return record


def outage(begins: str, ends: str, at: str = "09:00", revision: int = 1, **fields: Any) -> Outage:
    fields = {"entity": "outage-1", "revision": revision} | fields
    record: Outage = _event(Outage, at, begins=when(begins), ends=when(ends), **fields)
    return record


def paused(begins: str, ends: str, at: str = "09:00", revision: int = 1, **fields: Any) -> Break:
    fields = {"entity": "break-1", "revision": revision} | fields
    record: Break = _event(Break, at, begins=when(begins), ends=when(ends), **fields)
    return record


def _about(
    kind: type, at: str, participant: str, connection: str | None = "c1", **fields: Any
) -> Any:
    return _event(kind, at, participant=participant, connection=connection, **fields)


def joined(at: str, participant: str, connection: str | None = "c1", **fields: Any) -> PersonEvent:
    record: Joined = _about(Joined, at, participant, connection, **fields)
    return record


def left(at: str, participant: str, connection: str | None = "c1", **fields: Any) -> PersonEvent:
    record: Left = _about(Left, at, participant, connection, **fields)
    return record


def stay(begins: str, ends: str, participant: str, connection: str = "c1") -> list[Event]:
    """A join and its leave."""
    return [joined(begins, participant, connection), left(ends, participant, connection)]


def waiting(at: str, participant: str, connection: str = "c1") -> PersonEvent:
    record: Waiting = _about(Waiting, at, participant, connection)
    return record


def admitted(at: str, participant: str, connection: str = "c1") -> PersonEvent:
    record: Admitted = _about(Admitted, at, participant, connection)
    return record


def camera(at: str, on: bool, participant: str = "a", connection: str = "c1", **fields: Any) -> Any:
    return _about(Camera, at, participant, connection, on=on, **fields)


def speaking(at: str, on: bool, participant: str = "a", connection: str = "c1") -> Any:
    return _about(Speaking, at, participant, connection, on=on)


def spoke(begins: str, ends: str, participant: str = "a", connection: str = "c1") -> list[Event]:
    """Speaking on and off."""
    return [
        speaking(begins, True, participant, connection),
        speaking(ends, False, participant, connection),
    ]


def chat(at: str, participant: str = "a", connection: str = "c1") -> Any:
    return _about(Chat, at, participant, connection)


def reaction(at: str, participant: str = "a", connection: str = "c1") -> Any:
    return _about(Reaction, at, participant, connection)


def hand(at: str, participant: str = "a", connection: str = "c1") -> Any:
    return _about(Hand, at, participant, connection)


def shared_work(at: str, participant: str = "a", connection: str = "c1") -> Any:
    return _about(SharedWork, at, participant, connection)


def heartbeat(at: str, participant: str = "a", connection: str = "c1") -> Any:
    return _about(Heartbeat, at, participant, connection)


def opened(at: str, poll: str = "p1") -> Any:
    return _event(PollOpened, at, poll=poll)


def closed(at: str, poll: str = "p1") -> Any:
    return _event(PollClosed, at, poll=poll)


def answered(at: str, poll: str = "p1", participant: str = "a", connection: str = "c1") -> Any:
    return _about(PollAnswered, at, participant, connection, poll=poll)


def identified(alias: str, participant: str, at: str = "09:00", revision: int = 1, **f: Any) -> Any:
    return _event(Identified, at, alias=alias, participant=participant, revision=revision, **f)


def capable(*signals: str, camera: str = "none", at: str = "09:00", revision: int = 1) -> Any:
    return _event(Capabilities, at, signals=signals, camera=camera, revision=revision)


def void(value: bool, at: str = "14:00", revision: int = 1) -> Any:
    return _event(Void, at, value=value, reason="staff", revision=revision)


def in_session(session: str, records: Iterable[Event]) -> list[Event]:
    """The same records for another session."""
    return [replace(record, session=session) for record in records]


def entry(record: Event, offset: int = 0, appended_at: int | None = None) -> Entry:
    """A record as the log holds it, appended when it happened unless told."""
    happened_at = milliseconds(record.at)
    appended_at = happened_at if appended_at is None else appended_at
    return Entry(offset, appended_at, record.session.encode(), encode(record))


def flat(log: Iterable[Log]) -> list[Event]:
    """A log whose parts may be records or lists of records."""
    return [record for part in log for record in ([part] if isinstance(part, Struct) else part)]
