"""View: one person's week in one program, with what is held against it and what to look at."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from msgspec import to_builtins

from schemas.outputs import Output
from schemas.publication import Publication
from schemas.recommendation import Recommendation
from schemas.violation import Violation
from schemas.week import Week

WEEK = timedelta(days=7)
OPEN = ("opened", "updated")
SEVERITIES = ("critical", "warning", "info")
STANDINGS = (
    "unreachable",
    "needs_make_up",
    "below",
    "at_risk",
    "on_track",
    "passed",
    "met",
    "none",
)
"""Who needs attention first."""
PUBLICATION = frozenset(Publication.__struct_fields__)


class Published(NamedTuple):
    """The last records of people: their weeks, and whatever was said about them."""

    weeks: Sequence[Week]
    violations: Sequence[Violation]
    recommendations: Sequence[Recommendation]


class Glance(NamedTuple):
    """A week with the violations in it that are open or stand, and open recommendations."""

    week: Week
    violations: list[Violation]
    recommendations: list[Recommendation]

    @property
    def open(self) -> int:
        """Violations that can still be mended."""
        return sum(each.status in OPEN for each in self.violations)

    @property
    def to_go_ms(self) -> int:
        """Service still missing of what is asked for."""
        return max(0, self.week.asked_ms - self.week.observed_ms)

    @property
    def offered_ms(self) -> int:
        """Service that can still be had this week."""
        return sum(day.to_come_ms for day in self.week.days)

    def record(self) -> dict[str, Any]:
        """All of it for a machine, without how and when it was published."""
        return {
            "record": "week",
            **_bare(self.week),
            "to_go_ms": self.to_go_ms,
            "offered_ms": self.offered_ms,
            "violations": [_bare(each) | {"status": each.status} for each in self.violations],
            "recommendations": [
                _bare(each) | {"status": each.status} for each in self.recommendations
            ],
        }


def glances(published: Published, weeks: Iterable[Week]) -> list[Glance]:
    """Each of `weeks` with what belongs to it, who needs attention first."""
    found = [
        Glance(
            week,
            sorted(
                (each for each in published.violations if _in_week(each, week)),
                key=lambda each: (SEVERITIES.index(each.severity), each.since, each.id),
            ),
            sorted(
                (each for each in published.recommendations if _now(each, week)),
                key=lambda each: (each.due_at, each.id),
            ),
        )
        for week in weeks
    ]
    return sorted(found, key=_urgency)


def _urgency(glance: Glance) -> tuple[Any, ...]:
    week = glance.week
    critical = any(each.severity == "critical" for each in glance.violations)
    due = min((each.due_at for each in glance.recommendations), default=week.ends_at + 52 * WEEK)
    return (
        not critical,
        STANDINGS.index(week.standing),
        not glance.recommendations,
        due,
        -len(glance.violations),
        week.participant,
        week.program,
    )


def _in_week(violation: Violation, week: Week) -> bool:
    """Open ones last into later weeks; one that stands belongs to the week it was in."""
    if (violation.participant, violation.program) != (week.participant, week.program):
        return False
    if violation.week is not None and violation.week >= week.week + WEEK:
        return False
    if violation.status in OPEN:
        return violation.since < week.ends_at
    if violation.status != "stood":
        return False
    if violation.week is not None:
        return week.week <= violation.week < week.week + WEEK
    return week.starts_at <= violation.since < week.ends_at


def _now(recommendation: Recommendation, week: Week) -> bool:
    return (
        recommendation.participant == week.participant
        and recommendation.program in (None, week.program)
        and recommendation.status in OPEN
        and recommendation.began_at < week.ends_at
    )


def _bare(record: Output) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(record)
    return {key: value for key, value in fields.items() if key not in PUBLICATION}
