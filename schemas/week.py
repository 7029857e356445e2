"""Week: one person's week in one program, as counted so far (measures.md 3)."""

from datetime import date
from typing import Literal

from msgspec import Struct

from schemas.instants import Instant, storable
from schemas.publication import Publication, Whole
from schemas.score import Standing
from schemas.telemetry import Kind

Outcome = Literal["credited", "made_up", "switched", "excused", "pending", "unexcused", "to_come"]
WeekStanding = Literal[
    "on_track", "at_risk", "needs_make_up", "unreachable", "met", "passed", "below", "none"
]


class SessionOutcome(Struct, frozen=True, kw_only=True):
    """What one session counts as. `reason` says why it is excused, or by whom it was set.

    `mended_by` is the session that made up for a missed one, or that was attended in its place.
    `overlap` tells that the person was in another session at the same time.
    """

    session: str
    kind: Kind | None
    starts_at: Instant
    outcome: Outcome
    standing: Standing
    attended_ms: Whole
    window_ms: Whole
    reason: str | None
    mended_by: str | None
    overlap: bool


class ServiceDay(Struct, frozen=True, kw_only=True):
    """Observed presence on one local day, over all sessions that start on it."""

    day: date
    observed_ms: Whole
    to_come_ms: Whole
    asked_ms: Whole
    enough: bool


class Week(Publication, frozen=True, kw_only=True, omit_defaults=True):
    """Attendance, dose, participation and practice of one week.

    `due`, `earned`, `to_come`, `pending` and `arranged` are sessions, or milliseconds where
    `by` says minutes. `rate` = earned / due; `base` adds what is to come and pending; `best`
    adds arranged make-ups. Ratios are null over a `due` of nothing. `participation` is the mean
    of the week's scored sessions weighted by attended time; `trend` its distance from the
    median of the weeks before. `closes_at` is when the week is counted for good, except for
    corrections. `withdrawn` is sent once for a week whose last session was moved away.
    """

    id: str
    participant: str
    program: str
    week: date
    zone: str
    starts_at: Instant
    ends_at: Instant
    closes_at: Instant
    phase: Literal["running", "closed"]
    standing: WeekStanding
    by: Literal["sessions", "minutes"]
    due: Whole
    earned: Whole
    to_come: Whole
    pending: Whole
    arranged: Whole
    missed: Whole
    excused: Whole
    rate: float | None
    base: float | None
    best: float | None
    minimum: float
    goal: float
    outcomes: tuple[SessionOutcome, ...]
    days: tuple[ServiceDay, ...]
    attended_ms: Whole
    observed_ms: Whole
    asked_ms: Whole
    qualifying_days: Whole
    participation: float | None
    scored_sessions: Whole
    baseline: float | None
    trend: float | None
    practice_days: Whole
    practice_goal: Whole | None
    participation_goal: Whole | None
    remarks: tuple[str, ...]
    policy: str
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not storable(self.starts_at, self.ends_at, self.closes_at, self.assessed_at):
            raise ValueError("dates must lie between the years 2 and 9998")
