"""Columns: types that mean the same in every database, and what every output's table has."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Dialect, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

BODY = JSON().with_variant(JSONB(), "postgresql")


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


def publication() -> list[Column[Any]]:
    """The last columns of every output: what it was judged by, and how it was published.

    `body` must be the very last: the bulk path takes all others from the record's fields.
    """
    return [
        Column("policy", Text, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("assessed_at", AwareDateTime),
        Column("correction", Boolean, nullable=False),
        Column("body", BODY, nullable=False),
    ]
