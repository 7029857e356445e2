"""What belongs to a week at a glance, and who comes first: both sides of each edge."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.recommendation import Recommendation
from schemas.violation import Violation
from schemas.week import ServiceDay, Week
from streams.glance.figures import attendance, bar, blocks
from streams.glance.person import person
from streams.glance.view import STANDINGS, Published, glances
from tests.sinks.rows import STARTS_AT, recommendation, violation, week

ENDS_AT = datetime(2026, 3, 9, 4, tzinfo=UTC)
MS = timedelta(milliseconds=1)
HOUR_MS = 3_600_000


def shown(*records: Violation | Recommendation) -> list[str]:
    """The ids that are shown with the week of 2 March."""
    violations = [each for each in records if isinstance(each, Violation)]
    recommendations = [each for each in records if isinstance(each, Recommendation)]
    [glance] = glances(Published([], violations, recommendations), [week()])
    return [each.id for each in (*glance.violations, *glance.recommendations)]


BELONGS: dict[str, tuple[Violation | Recommendation, bool]] = {
    "open": (violation(), True),
    "open since the week before": (violation(since=STARTS_AT - timedelta(days=9)), True),
    "open since the last moment": (violation(since=ENDS_AT - MS), True),
    "open since the next week": (violation(since=ENDS_AT), False),
    "stands in this week": (violation(status="stood"), True),
    "stands in the week before": (
        violation(status="stood", since=STARTS_AT - timedelta(days=7)),
        False,
    ),
    "stands for this week, since its close": (
        violation(status="stood", session=None, week=date(2026, 3, 2), since=ENDS_AT),
        True,
    ),
    "stands for the next week": (
        violation(status="stood", session=None, week=date(2026, 3, 9)),
        False,
    ),
    "mended": (violation(status="resolved"), False),
    "taken back": (violation(status="retracted"), False),
    "of somebody else": (violation(participant="participant-2"), False),
    "of another program": (violation(program="morning"), False),
    "recommended": (recommendation(), True),
    "recommended again": (recommendation(status="updated"), True),
    "recommended everywhere": (recommendation(program=None), True),
    "recommended later": (recommendation(began_at=ENDS_AT), False),
    "no longer recommended": (recommendation(status="resolved"), False),
}


@pytest.mark.parametrize(("record", "belongs"), BELONGS.values(), ids=BELONGS)
def test_what_belongs_to_a_week(record: Violation | Recommendation, belongs: bool) -> None:
    assert shown(record) == ([record.id] if belongs else [])


def test_the_severest_comes_first() -> None:
    severities = ("info", "critical", "warning")
    found = shown(*(violation(id=each, severity=each) for each in severities))
    assert found == ["critical", "warning", "info"]


def ordered(*weeks: Week, **published: Any) -> list[str]:
    """The people of some weeks, first who needs attention first."""
    found = Published([], published.get("violations", ()), published.get("recommendations", ()))
    return [glance.week.participant for glance in glances(found, weeks)]


def test_people_are_ordered_by_how_their_week_stands() -> None:
    weeks = [week(participant=each, standing=each) for each in reversed(STANDINGS)]
    assert ordered(*weeks) == list(STANDINGS)


def test_safety_comes_before_everything_and_the_earliest_task_before_others() -> None:
    people = ("quiet", "later", "sooner", "unseen")
    weeks = [week(participant=each, standing="met") for each in people[:3]]
    weeks.append(week(participant="unseen", standing="none"))
    critical = violation(participant="unseen", severity="critical")
    tasks = [
        recommendation(participant=each, due_at=STARTS_AT + timedelta(days=days))
        for each, days in (("later", 3), ("sooner", 2))
    ]
    found = ordered(*weeks, violations=[critical], recommendations=tasks)
    assert found == ["unseen", "sooner", "later", "quiet"]


def day(observed_ms: int, to_come_ms: int = 0, on: int = 2) -> ServiceDay:
    return ServiceDay(
        day=date(2026, 3, on),
        observed_ms=observed_ms,
        to_come_ms=to_come_ms,
        asked_ms=3 * HOUR_MS,
        enough=False,
    )


@pytest.mark.parametrize(
    ("observed_ms", "to_come_ms", "cells"),
    [
        (0, 0, "░" * 12),
        (HOUR_MS // 4 - 1, 0, "░" * 12),
        (HOUR_MS // 4, 0, "█" + "░" * 11),
        (HOUR_MS, HOUR_MS, "████▒▒▒▒░░░░"),
        (2 * HOUR_MS, 2 * HOUR_MS, "████████▒▒▒▒"),
        (9 * HOUR_MS, HOUR_MS, "█" * 12),
    ],
)
def test_a_days_bar(observed_ms: int, to_come_ms: int, cells: str) -> None:
    assert bar(day(observed_ms, to_come_ms)) == cells


def test_a_weeks_blocks_stand_on_their_days() -> None:
    days = (day(3 * HOUR_MS, on=2), day(0, HOUR_MS, on=4), day(0, on=8))
    assert blocks(week(days=days)) == "█.▒...▁"


def test_nothing_due_is_said_as_such() -> None:
    assert attendance(week(due=0, earned=0)) == "nothing due"


def test_what_waits_and_who_has_it_is_told() -> None:
    taken = recommendation(
        acknowledged_at=STARTS_AT, snoozed_until=datetime(2026, 3, 4, 13, tzinfo=UTC)
    )
    pending = violation(excuse="pending", label="not seen")
    [glance] = glances(Published([], [pending], [taken]), [week(pending=1, practice_days=2)])

    text = " ".join(" ".join(person(glance)).split())

    assert "not seen in session-1: info, open, since Mon 02 Mar 05:00, waiting for a decision" in (
        text
    )
    assert "taken on, put off until Wed 04 Mar 08:00 (reach_out: no_show)" in text
    assert "1 waiting for a decision" in text
    assert "practice 2 of 4 days" in text
