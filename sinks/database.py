"""Database: everything published, in SQLite or PostgreSQL, exactly once.

Guarantee: the rows of a batch and the offsets after them are written in one transaction, and
an older revision never replaces a newer one. Whoever starts again from `offsets()` misses
nothing, and whatever is written twice changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Executable, Table, select
from sqlalchemy import Row as Found
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from sinks.bulk import Insert, Row, newest, upsert
from sinks.engine import engine_of
from sinks.faults import VALUE_ERRORS, fault
from sinks.schema import create
from sinks.tables import CONSUMED, OUTPUTS

Partition = tuple[str, int]
"""A topic's name, and the number of one of its partitions."""

INSERTS: Mapping[str, Callable[[Table], Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


class Database:
    """One database, by its URL: `sqlite:///file` or `postgresql://…`; tables as in `tables`.

    Nothing is opened before the first call. The schema is created when it is not there, also
    by several processes at once. Every call may raise `DatabaseAwayError` (try again) and
    `DatabaseUnusableError` (a person has to act), and then has changed nothing; only a commit whose
    answer was lost may have happened, which trying again does not repeat.
    """

    def __init__(self, url: str) -> None:
        """Raises ValueError, in one line and without the URL's password, if `url` is no good."""
        self._engine = engine_of(url)
        self._created = False

    def write(
        self, rows: Iterable[Row], offsets: Mapping[Partition, int] | None = None
    ) -> dict[str, int]:
        """Store `rows`, and the next offset of each partition, all or nothing.

        Returns how many rows changed, by table.

        Raises:
            RowsRefusedError: a row cannot be stored; neither rows nor offsets have moved.
        """
        given = list(rows)
        by_table = {
            table: newest(row for row in given if isinstance(row.record, kind))
            for kind, table in OUTPUTS.items()
        }
        only = given[0].record.id if len(given) == 1 else None
        with self._transaction(only, writes=True) as connection:
            changed = {
                table.name: upsert(connection, table, found) for table, found in by_table.items()
            }
            self._keep(connection, offsets or {})
        return changed

    def offsets(self) -> dict[Partition, int]:
        """The next offset to read of every partition that was ever written."""
        found = self.read(select(CONSUMED.c.topic, CONSUMED.c.partition, CONSUMED.c.next_offset))
        return {(row.topic, row.partition): row.next_offset for row in found}

    def read(self, query: Executable) -> list[Found[Any]]:
        """All rows of `query` over the tables of `tables`."""
        with self._transaction() as connection:
            return list(connection.execute(query))

    def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        self._engine.dispose()

    def __enter__(self) -> "Database":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _keep(self, connection: Connection, offsets: Mapping[Partition, int]) -> None:
        if not offsets:
            return
        insert = INSERTS[connection.dialect.name](CONSUMED)
        # The last writer wins, also with a smaller offset: before every offset ever written lie
        # only rows that are stored, and a log that was made anew begins at 0 again.
        upsert_offsets = insert.on_conflict_do_update(
            index_elements=list(CONSUMED.primary_key),
            set_={"next_offset": insert.excluded.next_offset},
        )
        connection.execute(
            upsert_offsets,
            [
                {"topic": topic, "partition": partition, "next_offset": offset}
                for (topic, partition), offset in sorted(offsets.items())
            ],
        )

    @contextmanager
    def _transaction(self, row: str | None = None, writes: bool = False) -> Iterator[Connection]:
        engine = self._engine.execution_options(writes=writes)
        driver = self._engine.dialect.loaded_dbapi
        try:
            self._create()
            with engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, driver.Error, *VALUE_ERRORS) as error:
            # A connection that failed in COPY is broken without SQLAlchemy's knowing.
            self._engine.dispose()
            # Without the cause: its text and its trace may hold the row.
            raise fault(error, driver, row) from None

    def _create(self) -> None:
        if self._created:
            return
        with self._engine.execution_options(writes=True).begin() as connection:
            create(connection)
        self._created = True
