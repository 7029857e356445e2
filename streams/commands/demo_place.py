"""Where the demo writes: a database of its own, and the log beside it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, func, make_url, select

from sinks.database import Database
from sinks.tables import CONSUMED, METADATA, OUTPUTS

LOG = "rollcall-demo.ndjson"


class PlaceError(Exception):
    """The demo may not write there; one line."""


class Place(NamedTuple):
    """A database and a log; `shown` names the database without a password."""

    url: str
    shown: str
    log: Path


def prepare(target: str) -> Place:
    """An empty database at `target`, a file or a URL.

    A file of an earlier demo is replaced, nothing else ever is.

    Raises:
        PlaceError: there is something else.
        OSError: the file cannot be replaced.
    """
    if "://" not in target:
        return _file(Path(target))
    try:
        database = Database(target)
    except ValueError as error:
        raise PlaceError(str(error)) from None
    url = make_url(target)
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise PlaceError(f"{target}: the demo needs a file, to be looked at afterwards")
        return _file(Path(url.database))
    # A password may also be in the query.
    shown = url.set(query={}).render_as_string(hide_password=True)
    with database:
        for table in OUTPUTS.values():
            (held,) = database.read(select(func.count()).select_from(table))
            if held[0]:
                raise PlaceError(f"{shown}: already holds {table.name}; the demo needs it empty")
    return Place(target, shown, Path(LOG))


def _file(file: Path) -> Place:
    _check(file)
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)
    url = URL.create("sqlite", database=str(file)).render_as_string()
    return Place(url, str(file), file.with_name(LOG))


def _check(file: Path) -> None:
    """Whether nothing is lost if this file goes; a worker's database has offsets in it."""
    if not file.exists() or (file.is_file() and not file.stat().st_size):
        return
    if file.is_dir():
        raise PlaceError(f"{file}: is a folder; the demo needs the name of a file")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as found:
            tables = {
                name
                for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
            fed = (
                CONSUMED.name in tables
                and found.execute(f"SELECT 1 FROM {CONSUMED.name} LIMIT 1").fetchone()
            )
    except sqlite3.Error as error:
        raise PlaceError(f"{file}: is not a demo's database, and is left alone: {error}") from error
    if fed or tables - METADATA.tables.keys():
        raise PlaceError(f"{file}: holds more than a demo's data, and is left alone")
