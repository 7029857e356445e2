"""Another session locks the sink's rows in the opposite order, so that PostgreSQL ends the sink's
transaction as a deadlock; the sink writes the same batch again.

The other session looks for deadlocks much later than the sink does, so that it never is the
one who is ended.
"""

import time
from contextlib import suppress
from pathlib import Path

from psycopg import connect
from psycopg.errors import DeadlockDetected
from sqlalchemy import make_url

from sinks.database import Database
from tests.faults.database_killed import WAITS
from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.sunk import behind, flowing
from tests.kafka.outputs import newest, process, settings_for

SHORT = Sizes(seed=7, events=4_000, faults=2)
LONG = Sizes(seed=7, events=100_000, faults=20)

LOCK = "SELECT id FROM scores WHERE id = %s FOR UPDATE"
FIRST, LAST = "score-0", "score-9"
"""The sink takes rows in the order of their ids."""
SAID = "the database is away (deadlock detected)"


def run(sizes: Sizes, place: Place) -> Outcome:
    """Lock each other out, compare."""
    begun = time.monotonic()
    log = place.folder / "sink.log"
    settings = settings_for(place.bootstrap, place.prefix, place.database_url)
    with Database(place.database_url) as database, process(settings, log) as sink:
        with flowing(place, sizes, database) as flow:
            for number in range(sizes.faults):
                behind(database, newest(database) + 1)
                _deadlock(place.database_url, log)
                until(
                    lambda most=number: log.read_text().count(SAID) > most,
                    "the sink was not ended",
                )
        counts = flow.compare(database)
        assert sink.poll() is None, "the sink has ended"
    said = log.read_text()
    assert "Traceback" not in said
    assert FIRST not in said
    return Outcome(
        "database deadlock",
        sizes.seed,
        counts,
        time.monotonic() - begun,
        sizes.faults,
        said.count(SAID),
    )


def _deadlock(address: str, log: Path) -> None:
    url = make_url(address)
    told = {"host": url.query["host"], "user": url.username, "dbname": url.database}
    with connect(**told) as other, connect(**told, autocommit=True) as looking:
        other.execute("SET deadlock_timeout = '60s'")
        other.execute(LOCK, (LAST,))
        until(
            lambda: looking.execute(WAITS, (url.database,)).fetchone()[0],
            "the sink writes on",
            log,
        )
        with suppress(DeadlockDetected):
            other.execute(LOCK, (FIRST,))
        other.rollback()
