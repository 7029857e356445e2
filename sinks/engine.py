"""Engine: how connections to each kind of database are opened and set up."""

import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}

# A network that swallows packets must look like a database that is away, and in seconds.
POSTGRESQL_ARGUMENTS: Mapping[str, Any] = {"connect_timeout": "5", "tcp_user_timeout": "15000"}
POSTGRESQL_SETTINGS = {
    "statement_timeout": "60s",
    # Incoming rows of a large batch stay in memory: with the default of 8 MB, half the speed.
    "temp_buffers": "64MB",
}

# Seconds to wait for another writer, at every lock.
SQLITE_PATIENCE = 10.0


def engine_of(url: str) -> Engine:
    """An engine that is not connected yet.

    Transactions of an engine with the execution option `writes` take SQLite's write lock when
    they begin. JSON columns take the bytes of a document, and give what it says.

    Raises:
        ValueError: `url` is no good; one line, without the password in it.
    """
    parsed = _parsed(url)
    postgres = parsed.get_backend_name() == "postgresql"
    arguments = POSTGRESQL_ARGUMENTS if postgres else {"timeout": SQLITE_PATIENCE}
    engine = create_engine(
        parsed,
        connect_args={key: arguments[key] for key in arguments if key not in parsed.query},
        # Bodies come as the bytes that were sent; decoding them to encode them again is waste.
        json_serializer=bytes.decode,
        hide_parameters=True,
        # A connection that the server has left while nobody used it is no failure.
        pool_pre_ping=True,
    )
    if postgres:
        event.listen(engine, "connect", _prepare_postgresql)
    else:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("not a database URL; sqlite:///file or postgresql://… is") from None
    kind = parsed.get_backend_name()
    if kind not in DRIVERS:
        raise ValueError(f"a database of kind {kind!r} is not known, only sqlite and postgresql")
    return parsed.set(drivername=DRIVERS[kind])


def _prepare_postgresql(connection: Any, record: object) -> None:
    for name, value in POSTGRESQL_SETTINGS.items():
        connection.execute(f"SET {name} = '{value}'")
    connection.commit()


def _prepare_sqlite(connection: Any, record: object) -> None:
    # Python's driver would begin transactions late and leave CREATE TABLE out of them.
    connection.isolation_level = None
    _write_ahead(connection)
    # What a power cut takes are whole last transactions, rows and offsets together.
    connection.execute("PRAGMA synchronous = NORMAL")


def _write_ahead(connection: Any) -> None:
    """Switch to write-ahead logging: the only thing for which SQLite itself does not wait."""
    deadline = time.monotonic() + SQLITE_PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A writer asks for the lock at once: a reader that turns writer cannot wait for another.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
