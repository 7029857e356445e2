"""Tables: where outputs lie in the database, one row for each output id.

A column named like a field of the record holds that field; `body` is the whole record as it
was sent. Rows are never removed: what is withdrawn or retracted stays, and says so.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    MetaData,
    Table,
    Text,
)

from schemas.recommendation import Recommendation
from schemas.score import Score
from schemas.violation import Violation
from schemas.week import Week
from sinks.columns import AwareDateTime, publication

# Named constraints are what a later migration can drop on every database.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SCORES = Table(
    "scores",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("session", Text, nullable=False),
    Column("participant", Text, nullable=False),
    Column("program", Text),
    Column("kind", Text),
    Column("delivery", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("starts_at", AwareDateTime),
    Column("ends_at", AwareDateTime),
    Column("ended_at", AwareDateTime),
    Column("phase", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("void_reason", Text),
    Column("needs_review", Text),
    Column("rostered", Boolean, nullable=False),
    Column("guest", Boolean, nullable=False),
    Column("make_up", Boolean, nullable=False),
    Column("identified", Boolean, nullable=False),
    Column("personal_from", AwareDateTime),
    Column("personal_until", AwareDateTime),
    Column("arrived_at", AwareDateTime),
    Column("window_ms", BigInteger, nullable=False),
    Column("attended_ms", BigInteger, nullable=False),
    Column("observed_ms", BigInteger, nullable=False),
    Column("inferred_ms", BigInteger, nullable=False),
    Column("bridged_ms", BigInteger, nullable=False),
    Column("attendance", Double),
    Column("late_ms", BigInteger),
    Column("left_early_ms", BigInteger),
    Column("reconnects", BigInteger, nullable=False),
    Column("longest_gap_ms", BigInteger, nullable=False),
    Column("network_lost_ms", BigInteger, nullable=False),
    Column("stray", BigInteger, nullable=False),
    Column("camera", Double),
    Column("camera_status", Text, nullable=False),
    Column("participation", Double),
    Column("level", Text, nullable=False),
    Column("ramp", Double, nullable=False),
    Column("quiet_ms", BigInteger, nullable=False),
    Column("unidentified_guests", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    *publication(),
    Index(None, "participant", "starts_at"),
    Index(None, "session"),
)

VIOLATIONS = Table(
    "violations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("incident", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("participant", Text),
    Column("session", Text),
    Column("week", Date),
    Column("program", Text),
    Column("since", AwareDateTime, nullable=False),
    Column("until", AwareDateTime),
    Column("excuse", Text),
    Column("reason", Text),
    *publication(),
    Index(None, "participant", "since"),
    Index(None, "session"),
)

WEEKS = Table(
    "weeks",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("participant", Text, nullable=False),
    Column("program", Text, nullable=False),
    Column("week", Date, nullable=False),
    Column("zone", Text, nullable=False),
    Column("starts_at", AwareDateTime, nullable=False),
    Column("ends_at", AwareDateTime, nullable=False),
    Column("closes_at", AwareDateTime, nullable=False),
    Column("phase", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("earned", BigInteger, nullable=False),
    Column("to_come", BigInteger, nullable=False),
    Column("pending", BigInteger, nullable=False),
    Column("arranged", BigInteger, nullable=False),
    Column("missed", BigInteger, nullable=False),
    Column("excused", BigInteger, nullable=False),
    Column("rate", Double),
    Column("base", Double),
    Column("best", Double),
    Column("minimum", Double, nullable=False),
    Column("goal", Double, nullable=False),
    Column("attended_ms", BigInteger, nullable=False),
    Column("observed_ms", BigInteger, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("qualifying_days", BigInteger, nullable=False),
    Column("participation", Double),
    Column("scored_sessions", BigInteger, nullable=False),
    Column("baseline", Double),
    Column("trend", Double),
    Column("practice_days", BigInteger, nullable=False),
    Column("practice_goal", BigInteger),
    Column("participation_goal", BigInteger),
    Column("withdrawn", Boolean, nullable=False),
    *publication(),
    Index(None, "program", "week"),
    Index(None, "participant", "week"),
)

RECOMMENDATIONS = Table(
    "recommendations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("participant", Text, nullable=False),
    Column("program", Text),
    Column("role", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("began_at", AwareDateTime, nullable=False),
    Column("due_at", AwareDateTime, nullable=False),
    Column("newcomer", Boolean, nullable=False),
    Column("acknowledged_at", AwareDateTime),
    Column("snoozed_until", AwareDateTime),
    Column("reason", Text),
    *publication(),
    Index(None, "participant", "began_at"),
)


def _index_open(table: Table, *columns: str) -> None:
    """What a care team looks at all day is a small part of a table that only grows."""
    still_open = table.c.status.in_(("opened", "updated"))
    Index(
        f"ix_{table.name}_open",
        *(table.c[name] for name in columns),
        postgresql_where=still_open,
        sqlite_where=still_open,
    )


_index_open(VIOLATIONS, "program", "since")
_index_open(RECOMMENDATIONS, "program", "due_at")

OUTPUTS: Mapping[type[Any], Table] = {
    Score: SCORES,
    Week: WEEKS,
    Violation: VIOLATIONS,
    Recommendation: RECOMMENDATIONS,
}
"""The table of each record; two writers that take them in this order never wait in a circle."""

CONSUMED = Table(
    "consumed",
    METADATA,
    Column("topic", Text, primary_key=True),
    Column("partition", BigInteger, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)
"""The next offset to read of each partition, written in the transaction of the rows before it."""
