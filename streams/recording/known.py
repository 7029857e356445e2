"""Known: what is already where the records go, as far as new ones could contradict it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from schemas.care import CareEvent, SessionResult, Staff
from schemas.checking import RefusedError
from schemas.codec import (
    ERRORS,
    decode_care,
    decode_identity,
    decode_room,
    decode_telemetry,
    refusal,
)
from schemas.identity import Identity
from schemas.instants import milliseconds
from schemas.room import Booking
from schemas.telemetry import Identified, Outage, SessionScheduled
from streams.local import CARE_TYPES

RESULT = SessionResult.__struct_config__.tag
IDENTITY = Identity.__struct_config__.tag
BOOKING = Booking.__struct_config__.tag


class Session(NamedTuple):
    """A session as it is planned now; instants in milliseconds."""

    session: str
    program: str
    starts_at: int
    ends_at: int
    cancelled: bool
    people: frozenset[str]


class _Peek(msgspec.Struct):
    type: str = ""


@dataclass
class Known:
    """The newest of each thing. `complete` is false where nothing could be looked up."""

    complete: bool = True
    staff: dict[tuple[str, str, str], Staff] = field(default_factory=dict)
    """By participant, type and entity."""
    plans: dict[str, SessionScheduled] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    bookings: dict[str, Booking] = field(default_factory=dict)
    """By session."""
    outages: dict[tuple[str, str], Outage] = field(default_factory=dict)
    """By session and entity."""
    links: dict[tuple[str, str], Identified] = field(default_factory=dict)
    """Who somebody is in one session, by session and alias."""
    sessions: dict[str, Session] = field(default_factory=dict)
    """Planned sessions, whether from `plans` or from a database."""

    def take(self, value: bytes) -> None:
        """Learn from one record; raises one of `ERRORS` for what is none."""
        kind = _peek(value).type
        if kind in CARE_TYPES:
            self._learn(decode_care(value))
        elif kind == IDENTITY:
            identity = decode_identity(value)
            if _newer(identity, self.identities.get(identity.alias)):
                self.identities[identity.alias] = identity
        elif kind == BOOKING:
            booking = decode_room(value)
            if _newer(booking, self.bookings.get(booking.session)):
                self.bookings[booking.session] = booking
        elif kind != RESULT:
            record = decode_telemetry(value)
            if isinstance(record, SessionScheduled):
                self._plan(record)
            elif isinstance(record, Outage):
                about = (record.session, record.entity)
                if _newer(record, self.outages.get(about)):
                    self.outages[about] = record
            elif isinstance(record, Identified):
                self._link(record)

    def staff_of(self, participant: str) -> Iterable[Staff]:
        """What holds of one person now; what was withdrawn is left out."""
        facts = (each for key, each in self.staff.items() if key[0] == participant)
        return (each for each in facts if not each.withdrawn)

    def _learn(self, record: Any) -> None:
        key = key_of(record)
        if _newer(record, self.staff.get(key)):
            self.staff[key] = record

    def _link(self, record: Identified) -> None:
        key = (record.session, record.alias)
        if _newer(record, self.links.get(key)):
            self.links[key] = record

    def _plan(self, record: SessionScheduled) -> None:
        if not _newer(record, self.plans.get(record.session)):
            return
        self.plans[record.session] = record
        self.sessions[record.session] = Session(
            record.session,
            record.program,
            milliseconds(record.starts_at),
            milliseconds(record.ends_at),
            record.status == "cancelled",
            frozenset(entry.participant for entry in record.roster),
        )


def key_of(record: CareEvent) -> tuple[str, str, str]:
    """What of all staff facts a record is a revision of."""
    return (record.participant, str(record.__struct_config__.tag), record.entity)


def of_lines(lines: Iterable[bytes], file: str) -> Known:
    """What is known from the NDJSON of `file`.

    Raises RefusedError for a line that is no record: nothing is added to such a file.
    """
    known = Known()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            known.take(line)
        except ERRORS as error:
            reason = refusal(error).detail
            raise RefusedError(f"{file}: line {number}: no record: {reason}") from None
    return known


def of_values(values: Iterable[bytes | None], into: Known) -> Known:
    """What is known from the log, where what is no record is the stages' business."""
    for value in values:
        try:
            into.take(value or b"")
        except ERRORS:
            continue
    return into


def with_sessions(known: Known, sessions: Mapping[str, Session]) -> Known:
    """`known`, and sessions that a database knows where a plan does not say more."""
    known.sessions = {**sessions, **known.sessions}
    return known


_peek = msgspec.json.Decoder(_Peek).decode


def _newer(record: Any, known: Any) -> bool:
    return known is None or record.revision >= known.revision
