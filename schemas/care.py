"""Care: what is known about one participant, keyed by participant on `rollcall.care.v1`.

Staff facts carry an `entity` and a `revision`: the highest revision of an entity holds,
and `withdrawn` takes it back. `session_result` comes from the session stage.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from schemas.instants import EPOCH, Instant, plausible
from schemas.publication import Publication
from schemas.score import Score
from schemas.telemetry import Identifier, Revision, Signals, Span

EmergencyReason = Literal["illness", "emergency", "technical"]
Judged = Literal[
    "no_show", "late", "left_early", "low_attendance", "camera_off", "low_participation"
]


class CareEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every staff fact carries; `at` is when it was said."""

    id: Identifier
    source: Identifier
    at: Instant
    participant: Identifier
    entity: Identifier
    revision: Revision = 0
    withdrawn: bool = False


class AbsenceNotified(CareEvent, frozen=True, kw_only=True, tag="absence_notified"):
    """The person, or someone for them, said at `at` that they will miss a session."""

    session: Identifier
    reason: Literal["illness", "emergency", "technical", "other"] = "other"


class AbsenceDecided(CareEvent, frozen=True, kw_only=True, tag="absence_decided"):
    """Staff accept or refuse an absence of one session."""

    session: Identifier
    accepted: bool
    reason_code: Identifier


class Accommodation(CareEvent, frozen=True, kw_only=True, tag="accommodation"):
    """Signals that are not asked of this person in `[from, until)`; no until means open end."""

    exempt: Signals
    begins: Instant = field(name="from")
    until: Instant | None = None

    def __post_init__(self) -> None:
        if not plausible(self.begins, self.until):
            raise ValueError("dates must lie between 2000 and 2200")


class Override(CareEvent, frozen=True, kw_only=True, tag="override"):
    """Staff set the outcome of one session; the latest by (at, id) holds before all else."""

    session: Identifier
    outcome: Literal["credited", "excused", "unexcused"]
    reason_code: Identifier


class Waived(CareEvent, frozen=True, kw_only=True, tag="waived"):
    """Staff waive one violation of one session."""

    session: Identifier
    rule: Judged
    reason_code: Identifier


class WaitingEpisode(Struct, frozen=True, kw_only=True):
    """A stay in the waiting room; `until` is null while it lasts."""

    since: Instant
    until: Instant | None
    admitted: bool


class SessionResult(
    Publication,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="session_result",
):
    """What the session stage tells the care stage of one person in one session.

    Spans are whole, not cut to the window. `before_host_ms` and `after_host_ms` are observed
    scheduled time before the first host came and from then on; `not_admitted` tells that the
    person was kept waiting longer than policy allows. `id` with `epoch` and `revision` names
    the message; `assessed_at` is its time.
    """

    id: str
    session: str
    participant: str
    score: Score
    window: tuple[Span, ...]
    observed: tuple[Span, ...]
    inferred: tuple[Span, ...]
    bridged: tuple[Span, ...]
    before_host_ms: int
    after_host_ms: int
    waiting: tuple[WaitingEpisode, ...]
    not_admitted: bool
    withdrawn: bool = False

    @property
    def at(self) -> datetime:
        """When it was said; a bare body was never said."""
        return self.assessed_at or EPOCH


Care = AbsenceNotified | AbsenceDecided | Accommodation | Override | Waived | SessionResult
