"""Score: what the session stage measured of one person in one session (measures.md 1)."""

from typing import Literal

from msgspec import Struct

from schemas.instants import Instant, storable
from schemas.publication import Publication, Whole
from schemas.telemetry import Kind

Phase = Literal["running", "provisional", "final"]
Standing = Literal[
    "expected", "present", "waiting", "away", "missing", "attended", "partial", "absent", "void"
]
Level = Literal["active", "partial", "passive", "unknown"]
CameraStatus = Literal["measured", "upper_bound", "unknown", "exempt"]
FindingRule = Literal[
    "no_show", "late", "left_early", "low_attendance", "camera_off", "low_participation"
]

Figures = dict[str, int | float | str | None]
"""Named evidence; durations end `_ms`, shares are rounded to four decimals for reading."""


class Component(Struct, frozen=True, kw_only=True):
    """One signal's part of the participation score.

    `value` = min(1, `counted` / `target`), null where the signal is not available or exempt.
    For polls `counted` is answers and `target` the polls offered; else active minutes.
    """

    available: bool
    exempt: bool
    counted: int
    target: float | None
    value: float | None
    weight: int


class Episode(Struct, frozen=True, kw_only=True):
    """One stretch for which a rule held; `until` is null while it still does."""

    since: Instant
    until: Instant | None
    figures: Figures


class Finding(Struct, frozen=True, kw_only=True):
    """A measured fact that a rule looks for, with every stretch of it in order."""

    rule: FindingRule
    episodes: tuple[Episode, ...]


class Score(Publication, frozen=True, kw_only=True, omit_defaults=True):
    """Attendance and participation of one person in one session.

    `attended_ms` = `observed_ms` + `inferred_ms` + `bridged_ms`, all inside the window;
    `attendance` = `attended_ms` / `window_ms`, null over an empty window. `late_ms` is null
    for someone who never arrived, `left_early_ms` for someone never present. `participation`
    is 0 to 100 with one decimal, or null where too little can be observed.
    `withdrawn` is sent once for somebody who no longer belongs to the session.
    """

    id: str
    session: str
    participant: str
    program: str | None
    kind: Kind | None
    delivery: Literal["live", "report"]
    status: Literal["planned", "cancelled", "unscheduled"]
    starts_at: Instant | None
    ends_at: Instant | None
    ended_at: Instant | None
    phase: Phase
    standing: Standing
    void_reason: str | None
    needs_review: str | None
    rostered: bool
    guest: bool
    make_up: bool
    identified: bool
    personal_from: Instant | None
    personal_until: Instant | None
    arrived_at: Instant | None
    window_ms: Whole
    attended_ms: Whole
    observed_ms: Whole
    inferred_ms: Whole
    bridged_ms: Whole
    attendance: float | None
    late_ms: Whole | None
    left_early_ms: Whole | None
    reconnects: Whole
    longest_gap_ms: Whole
    network_lost_ms: Whole
    stray: Whole
    camera: float | None
    camera_status: CameraStatus
    participation: float | None
    level: Level
    components: dict[str, Component]
    ramp: float
    quiet_ms: Whole
    findings: tuple[Finding, ...]
    unidentified_guests: bool
    policy: str
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not storable(
            self.starts_at,
            self.ends_at,
            self.ended_at,
            self.personal_from,
            self.personal_until,
            self.arrived_at,
            self.assessed_at,
        ):
            raise ValueError("dates must lie between the years 2 and 9998")
