"""Facts of one participant: session results, and what staff said.

Of every session the newest result by (epoch, revision) holds, of every staff entity the newest
revision; ties are ordered by content. So order and repetition do not matter.

The caps keep the state record of somebody who breaks every rule every time below what the
broker takes; 16 weeks of five sessions a week and half a year planned ahead are 210 results.
"""

import msgspec
from msgspec import Struct

from schemas.care import AbsenceDecided, AbsenceNotified, Accommodation, Override, Waived
from schemas.score import Finding

MOST_RESULTS = 400
MOST_STAFF_FACTS = 1_000

StaffFact = AbsenceNotified | AbsenceDecided | Accommodation | Override | Waived


class Result(Struct, frozen=True, array_like=True):
    """A session result as far as judging needs it; instants in ms."""

    order: tuple[int, int]
    session: str
    program: str | None
    starts_at: int | None
    ends_at: int
    phase: str
    standing: str
    void: bool
    needs_review: bool
    withdrawn: bool
    judged: bool
    """Not a guest nobody knows: only people with a place here can break a rule."""
    unidentified_guests: bool
    scored: tuple[str, ...]
    """Signals that entered the participation score."""
    findings: tuple[Finding, ...]
    window_ms: int
    attended_ms: int
    inferred_ms: int
    before_host_ms: int
    after_host_ms: int
    not_admitted: bool
    correction: bool
    policy: str


class CareFacts(Struct, array_like=True):
    """Everything known about one participant.

    `sealed_before` (ms): sessions that ended earlier were dropped and may not come back.
    """

    results: dict[str, Result] = msgspec.field(default_factory=dict)
    staff: dict[str, StaffFact] = msgspec.field(default_factory=dict)
    sealed_before: int = 0
