"""Recommendation: something for a person to decide, never an action (measures.md 4)."""

from typing import Literal

from msgspec import Struct

from schemas.instants import Instant, storable
from schemas.publication import Publication
from schemas.score import Figures

RecommendationKind = Literal[
    "reach_out",
    "check_in",
    "offer_make_up",
    "technical_support",
    "care_plan_review",
    "attendance_review",
    "treatment_review",
    "not_scheduled",
    "recognise",
]
Status = Literal["opened", "updated", "resolved", "retracted"]


class Reason(Struct, frozen=True, kw_only=True):
    """Why: the id of a violation, week or enrolment, what it is, and when it began."""

    id: str
    what: str
    began_at: Instant


class Recommendation(Publication, frozen=True, kw_only=True, omit_defaults=True):
    """What someone in `role` should look at until `due_at`, and why.

    Open while a reason lasts that began after the latest check-in or review that names it;
    `resolved` when none does. `newcomer` tells that the due time is the shorter one of a
    person's first weeks.
    """

    id: str
    kind: RecommendationKind
    participant: str
    program: str | None
    role: str
    label: str
    reasons: tuple[Reason, ...]
    began_at: Instant
    due_at: Instant
    newcomer: bool
    evidence: Figures
    policy: str
    acknowledged_at: Instant | None = None
    snoozed_until: Instant | None = None
    status: Status = "opened"
    reason: str | None = None

    def __post_init__(self) -> None:
        if not storable(self.began_at, self.due_at, self.assessed_at):
            raise ValueError("dates must lie between the years 2 and 9998")
