"""Records of every table for the tests of the database, all invented, and rows it refuses."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table

from schemas.outputs import Output
from schemas.recommendation import Reason, Recommendation
from schemas.score import Component, Episode, Finding, Score
from schemas.violation import Violation
from schemas.week import ServiceDay, SessionOutcome, Week
from sinks.database import Database

STARTS_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


def forbid(database: Database, table: Table, column: str, value: str) -> None:
    """Make a real database refuse every row with this value."""
    engine = database._engine
    if engine.dialect.name == "sqlite":
        statement = (
            f"CREATE TRIGGER forbidden BEFORE INSERT ON {table.name}"
            f" WHEN NEW.{column} = '{value}' BEGIN SELECT RAISE(ABORT, 'secret'); END"
        )
    else:
        statement = (
            f"ALTER TABLE {table.name} ADD CONSTRAINT forbidden CHECK ({column} <> '{value}')"
        )
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def score(**changes: Any) -> Score:
    """The running score of one person who is late; `changes` replace fields."""
    late = Episode(
        since=STARTS_AT, until=None, figures={"late_ms": 360_000, "threshold_ms": 300_000}
    )
    speaking = Component(
        available=True, exempt=False, counted=9, target=12.0, value=0.75, weight=40
    )
    fields: dict[str, Any] = {
        "id": "score-1",
        "session": "session-1",
        "participant": "participant-1",
        "program": "evening",
        "kind": "group",
        "delivery": "live",
        "status": "planned",
        "starts_at": STARTS_AT,
        "ends_at": STARTS_AT + timedelta(hours=2),
        "ended_at": None,
        "phase": "running",
        "standing": "present",
        "void_reason": None,
        "needs_review": None,
        "rostered": True,
        "guest": False,
        "make_up": False,
        "identified": True,
        "personal_from": None,
        "personal_until": None,
        "arrived_at": STARTS_AT + timedelta(milliseconds=360_125),
        "window_ms": 7_200_000,
        "attended_ms": 6_839_875,
        "observed_ms": 6_794_875,
        "inferred_ms": 0,
        "bridged_ms": 45_000,
        "attendance": 0.95,
        "late_ms": 360_125,
        "left_early_ms": 0,
        "reconnects": 1,
        "longest_gap_ms": 45_000,
        "network_lost_ms": 0,
        "stray": 0,
        "camera": 0.8125,
        "camera_status": "measured",
        "participation": 67.1,
        "level": "active",
        "components": {"speaking": speaking},
        "ramp": 1.0,
        "quiet_ms": 600_000,
        "findings": (Finding(rule="late", episodes=(late,)),),
        "unidentified_guests": False,
        "policy": "default/1",
        "revision": 1,
        "epoch": 1,
        "position": 17,
        "assessed_at": STARTS_AT + timedelta(hours=1),
    }
    return Score(**(fields | changes))


def violation(**changes: Any) -> Violation:
    """The open violation of one person who is late; `changes` replace fields."""
    fields: dict[str, Any] = {
        "id": "violation-1",
        "incident": "incident-1",
        "rule": "late",
        "severity": "info",
        "label": "late",
        "participant": "participant-1",
        "session": "session-1",
        "program": "evening",
        "since": STARTS_AT,
        "until": None,
        "episodes": (Episode(since=STARTS_AT, until=None, figures={"late_ms": 360_000}),),
        "evidence": {"late_ms": 360_000, "threshold_ms": 300_000},
        "policy": "default/1",
        "revision": 1,
        "epoch": 1,
        "position": 17,
        "assessed_at": STARTS_AT + timedelta(hours=1),
    }
    return Violation(**(fields | changes))


def week(**changes: Any) -> Week:
    """The running week of one person who missed a session; `changes` replace fields."""
    missed = SessionOutcome(
        session="session-1",
        kind="group",
        starts_at=STARTS_AT,
        outcome="unexcused",
        standing="absent",
        attended_ms=0,
        window_ms=7_200_000,
        reason=None,
        mended_by=None,
        overlap=False,
    )
    day = ServiceDay(
        day=date(2026, 3, 2),
        observed_ms=0,
        to_come_ms=0,
        asked_ms=10_800_000,
        enough=False,
    )
    fields: dict[str, Any] = {
        "id": "week-1",
        "participant": "participant-1",
        "program": "evening",
        "week": date(2026, 3, 2),
        "zone": "America/New_York",
        "starts_at": datetime(2026, 3, 2, 5, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 9, 4, tzinfo=UTC),
        "closes_at": datetime(2026, 3, 9, 4, tzinfo=UTC),
        "phase": "running",
        "standing": "needs_make_up",
        "by": "sessions",
        "due": 3,
        "earned": 0,
        "to_come": 2,
        "pending": 0,
        "arranged": 0,
        "missed": 1,
        "excused": 0,
        "rate": 0.0,
        "base": 0.6667,
        "best": 0.6667,
        "minimum": 0.8,
        "goal": 0.9,
        "outcomes": (missed,),
        "days": (day,),
        "attended_ms": 0,
        "observed_ms": 0,
        "asked_ms": 32_400_000,
        "qualifying_days": 0,
        "participation": None,
        "scored_sessions": 0,
        "baseline": 55.5,
        "trend": None,
        "practice_days": 2,
        "practice_goal": 4,
        "participation_goal": None,
        "remarks": (),
        "policy": "default/1",
        "revision": 1,
        "epoch": 1,
        "position": 17,
        "assessed_at": STARTS_AT + timedelta(hours=3),
    }
    return Week(**(fields | changes))


def recommendation(**changes: Any) -> Recommendation:
    """Someone should reach out to one person; `changes` replace fields."""
    reason = Reason(id="violation-1", what="no_show", began_at=STARTS_AT)
    fields: dict[str, Any] = {
        "id": "recommendation-1",
        "kind": "reach_out",
        "participant": "participant-1",
        "program": "evening",
        "role": "coordinator",
        "label": "reach out",
        "reasons": (reason,),
        "began_at": STARTS_AT,
        "due_at": STARTS_AT + timedelta(days=1),
        "newcomer": True,
        "evidence": {"absences": 1},
        "policy": "default/1",
        "revision": 1,
        "epoch": 1,
        "position": 17,
        "assessed_at": STARTS_AT + timedelta(hours=3),
    }
    return Recommendation(**(fields | changes))


MAKERS: Mapping[str, Callable[..., Output]] = {
    "score": score,
    "week": week,
    "violation": violation,
    "recommendation": recommendation,
}
"""One for each table, in the order in which tables are written."""
