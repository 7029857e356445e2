"""Violation: a policy that was not kept, in a form a person can check (measures.md 1.6, 2, 3.5)."""

from datetime import date
from typing import Literal

from schemas.instants import Instant, storable
from schemas.publication import Publication
from schemas.score import Episode, Figures

Severity = Literal["info", "warning", "critical"]
Status = Literal["opened", "updated", "resolved", "stood", "retracted"]
Rule = Literal[
    "no_show",
    "late",
    "left_early",
    "low_attendance",
    "camera_off",
    "low_participation",
    "host_absent",
    "no_signal",
    "not_admitted",
    "group_too_large",
    "weekly_attendance",
    "consecutive_unexcused",
    "absence_not_notified",
    "repeated_lateness",
    "disengaged",
    "participation_falling",
    "goal_missed",
    "technical_barrier",
    "dose_day_short",
    "dose_week_short",
]


class Violation(Publication, frozen=True, kw_only=True, omit_defaults=True):
    """A violation of one person (or, without `participant`, of the session itself).

    `status`: `opened` then `updated` while an episode lasts, `resolved` when all have ended,
    `stood` when the session is final and one has not, `retracted` (with `reason`) when later
    facts show that it never held or is excused. One (participant, session) shares an
    `incident`. `excuse` is `pending` while a notice waits for a decision.
    What is about a person's weeks or several sessions names the `week` or the first `session`.
    `since` is the first episode's begin; `until` the last one's end, null while open.
    """

    id: str
    incident: str
    rule: Rule
    severity: Severity
    label: str
    participant: str | None
    session: str | None
    program: str | None
    since: Instant
    until: Instant | None
    episodes: tuple[Episode, ...]
    evidence: Figures
    policy: str
    status: Status = "opened"
    excuse: Literal["pending"] | None = None
    reason: str | None = None
    week: date | None = None

    def __post_init__(self) -> None:
        if not storable(self.since, self.until, self.assessed_at):
            raise ValueError("dates must lie between the years 2 and 9998")
