"""Bulk: the fast upsert of many rows, one way for each database.

Both ways keep the greatest (epoch, revision) of an id, whatever order rows come in and however
often: writing a log twice, or two writers at once, ends in the same table.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, column, select, tuple_
from sqlalchemy import table as named
from sqlalchemy.dialects import postgresql, sqlite

from schemas.codec import encode
from schemas.outputs import Output

Insert = postgresql.Insert | sqlite.Insert


class Row(NamedTuple):
    """A record to store, and the bytes it was sent as."""

    record: Output
    body: bytes

    @classmethod
    def of(cls, record: Output) -> "Row":
        """The row of a record that was never sent."""
        return cls(record, encode(record))


def newest(rows: Iterable[Row]) -> list[Row]:
    """One row an id, the one with the greatest (epoch, revision), sorted by id.

    A statement may not meet a key twice, and writers that take keys in one order cannot
    deadlock.
    """
    best: dict[str, Row] = {}
    for row in rows:
        known = best.get(row.record.id)
        if known is None or _rank(row) > _rank(known):
            best[row.record.id] = row
    return [best[key] for key in sorted(best)]


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert or update `rows` of distinct ids in the open transaction; how many changed."""
    return UPSERTS[connection.dialect.name](connection, table, rows) if rows else 0


def _rank(row: Row) -> tuple[int, int]:
    return row.record.epoch, row.record.revision


def _names(table: Table) -> list[str]:
    """The columns in order; `body`, the only one that is no field, is the last."""
    return [c.name for c in table.columns]


def _by_copy(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """PostgreSQL: a binary COPY into a temporary table, and one statement from there.

    The temporary table stays with the connection, emptied at each commit: making one for each
    batch would fill the server's catalogue with dead rows.
    """
    dialect = connection.dialect
    names = _names(table)
    incoming = named(f"incoming_{table.name}", *(column(c.name, c.type) for c in table.columns))
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming.name} (LIKE {table.name})"
        " ON COMMIT DELETE ROWS"
    )
    values = attrgetter(*names[:-1])
    columns = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {incoming.name} ({columns}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types([c.type.compile(dialect).lower() for c in table.columns])
        for row in rows:
            copy.write_row((*values(row.record), row.body))
    insert = _newer_wins(postgresql.insert(table).from_select(names, select(incoming)), table)
    return connection.execute(insert, execution_options={"preserve_rowcount": True}).rowcount


def _by_many(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """SQLite: one prepared statement, run for each row."""
    names = _names(table)
    values = attrgetter(*names[:-1])
    parameters = [dict(zip(names, (*values(row.record), row.body), strict=True)) for row in rows]
    return connection.execute(_newer_wins(sqlite.insert(table), table), parameters).rowcount


def _newer_wins(insert: Insert, table: Table) -> Insert:
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: new[name] for name in _names(table) if name not in table.primary_key},
        where=tuple_(new.epoch, new.revision) > tuple_(table.c.epoch, table.c.revision),
    )


UPSERTS: dict[str, Callable[[Connection, Table, Sequence[Row]], int]] = {
    "postgresql": _by_copy,
    "sqlite": _by_many,
}
