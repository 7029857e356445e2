"""Scores and violations for the tests of the database, all invented, and rows it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table

from schemas.score import Component, Episode, Finding, Score
from schemas.violation import Violation
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
