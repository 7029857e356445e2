"""Tables: where outputs lie in the database, one row for each output id.

A column named like a field of the record holds that field; `body` is the whole record as it
was sent. Rows are never removed: a withdrawn score and a retracted violation stay, and say so.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    Index,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB


class AwareDateTime(TypeDecorator[datetime]):
    """An instant: `timestamptz` on PostgreSQL, UTC text on SQLite; aware and in UTC when read.

    SQLite's text keeps a fixed width, so that it sorts and compares as time does.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a datetime without an offset, which names no instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC, whatever the server's or the session's zone is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Named constraints are what a later migration can drop on every database.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
BODY = JSON().with_variant(JSONB(), "postgresql")

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
    Column("policy", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("assessed_at", AwareDateTime),
    Column("correction", Boolean, nullable=False),
    Column("body", BODY, nullable=False),
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
    Column("session", Text, nullable=False),
    Column("program", Text),
    Column("since", AwareDateTime, nullable=False),
    Column("until", AwareDateTime),
    Column("excuse", Text),
    Column("reason", Text),
    Column("policy", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("assessed_at", AwareDateTime),
    Column("correction", Boolean, nullable=False),
    Column("body", BODY, nullable=False),
    Index(None, "participant", "since"),
    Index(None, "session"),
)

_OPEN = or_(VIOLATIONS.c.status == "opened", VIOLATIONS.c.status == "updated")
# What a care team looks at all day is a small part of a table that only grows.
Index(
    "ix_violations_open",
    VIOLATIONS.c.program,
    VIOLATIONS.c.since,
    postgresql_where=_OPEN,
    sqlite_where=_OPEN,
)

CONSUMED = Table(
    "consumed",
    METADATA,
    Column("topic", Text, primary_key=True),
    Column("partition", BigInteger, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)
"""The next offset to read of each partition, written in the transaction of the rows before it."""
