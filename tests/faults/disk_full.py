"""The database's disk is full, on a small disk of its own, and empty again: the sink waits, goes
on, and has lost nothing. SQLite and PostgreSQL.

The disk is a tmpfs, never the machine's own; mounting one needs root.
"""

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random

from sinks.database import Database
from streams.machine.postgres import Postgres
from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.sunk import behind, flowing
from tests.kafka.outputs import newest, process, settings_for

SHORT = Sizes(seed=10, events=4_000, faults=2)
LONG = Sizes(seed=10, events=200_000, faults=10)

SQLITE_MB, POSTGRES_MB = 16, 200
CHUNK = 64 * 1024


def possible() -> bool:
    """Whether a disk can be mounted here."""
    return os.geteuid() == 0


def on_sqlite(sizes: Sizes, place: Place) -> Outcome:
    """A file on a small disk."""
    with _disk(place.folder / "disk", SQLITE_MB) as disk:
        url = f"sqlite:///{disk / 'rollcall.db'}"
        return _run("disk full (SQLite)", sizes, place, url, disk, lambda: _shorten(disk), _nothing)


def on_postgres(sizes: Sizes, place: Place) -> Outcome:
    """A whole server on a small disk; what of it has gone down with the disk is started again."""
    with (
        _disk(place.folder / "disk", POSTGRES_MB) as disk,
        Postgres(disk / "pg") as server,
    ):
        return _run(
            "disk full (PostgreSQL)", sizes, place, server.url, disk, _nothing, server.start
        )


def _run(
    name: str,
    sizes: Sizes,
    place: Place,
    url: str,
    disk: Path,
    prepare: Callable[[], None],
    mend: Callable[[], None],
) -> Outcome:
    begun, chance = time.monotonic(), Random(sizes.seed)
    log = place.folder / "sink.log"
    full = 0
    with (
        Database(url) as database,
        process(settings_for(place.bootstrap, place.prefix, url), log) as sink,
    ):
        with flowing(place, sizes, database) as flow:
            for _ in range(sizes.faults):
                behind(database, newest(database) + chance.randint(1, 4))
                before = _told(log)
                prepare()
                _fill(disk)
                until(lambda before=before: _told(log) > before, "the disk is not full", log)
                full += 1
                (disk / "ballast").unlink()
                mend()
                database.close()
        counts = flow.compare(database)
        assert sink.poll() is None, "the sink has ended"
    said = log.read_text()
    assert "Traceback" not in said
    return Outcome(name, sizes.seed, counts, time.monotonic() - begun, sizes.faults, full)


def _told(log: Path) -> int:
    """How often the sink has said that a write failed for want of room."""
    said = log.read_text()
    return said.count("disk is full") + said.count("No space left on device")


def _nothing() -> None:
    pass


def _shorten(disk: Path) -> None:
    """Have SQLite's log end at nothing: what it has written once it would write over."""
    with closing(sqlite3.connect(disk / "rollcall.db")) as connection:
        until(
            lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0,
            "SQLite's log is never free",
        )


def _fill(disk: Path) -> None:
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
        for size in (CHUNK, 4096):
            with suppress(OSError):
                while ballast.write(bytes(size)):
                    pass


@contextmanager
def _disk(at: Path, megabytes: int) -> Iterator[Path]:
    at.mkdir()
    options = f"size={megabytes}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(at)], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)
