"""Schema: the tables are made where they are missing, and held against what is there.

A database that another version made is never changed, and never written half: whoever opens it
is told in one line what differs and what to do.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, func, inspect, select

from sinks.faults import DatabaseUnusableError
from sinks.tables import METADATA

# Any number will do, as long as all who create the schema ask for the same one.
LOCK = 7_202_601


def create(connection: Connection) -> None:
    """Make what is missing, in the open transaction; also for several processes at once.

    Raises:
        DatabaseUnusableError: a table is there that cannot hold our rows.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    for table in METADATA.sorted_tables:
        if table.name not in present:
            continue
        columns = {each["name"]: each["nullable"] for each in inspector.get_columns(table.name)}
        if differs := ", ".join(_differences(table, columns)):
            raise DatabaseUnusableError(
                f"the database was made by another version of Rollcall: table {table.name}: "
                f"{differs}; give it an empty database, which the sink fills from the log"
            )
    METADATA.create_all(connection)


def _differences(table: Table, columns: dict[str, bool]) -> Iterator[str]:
    for column in table.columns:
        if column.name not in columns:
            yield f"no column {column.name}"
        elif column.nullable and not columns[column.name]:
            yield f"column {column.name} must allow null"
