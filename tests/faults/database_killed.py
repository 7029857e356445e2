"""PostgreSQL is killed (SIGKILL) under a sink that writes, every second time in its transaction.

A table that the sink writes last is held meanwhile, so that it certainly stands in the middle.
"""

import time
from random import Random

from psycopg import connect
from sqlalchemy import make_url

from sinks.database import Database
from streams.machine.postgres import Postgres
from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.sunk import behind, flowing
from tests.kafka.outputs import newest, process, settings_for

SHORT = Sizes(seed=6, events=4_000, faults=4)
LONG = Sizes(seed=6, events=400_000, faults=20)

AWAY = "the database is away"
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


def run(sizes: Sizes, place: Place) -> Outcome:
    """Kill, start again, compare."""
    begun, chance, inside = time.monotonic(), Random(sizes.seed), 0
    log = place.folder / "sink.log"
    with (
        Postgres(place.folder / "pg") as server,
        Database(server.url) as database,
        process(settings_for(place.bootstrap, place.prefix, server.url), log) as sink,
    ):
        with flowing(place, sizes, database) as flow:
            for number in range(sizes.faults):
                behind(database, newest(database) + chance.randint(1, 6))
                away = log.read_text().count(AWAY)
                inside += _kill(server, held=number % 2 == 0)
                until(
                    lambda away=away: log.read_text().count(AWAY) > away,
                    "the sink does not notice",
                    log,
                )
                server.start()
                database.close()
        counts = flow.compare(database)
        assert sink.poll() is None, "the sink has ended"
    assert "Traceback" not in log.read_text()
    return Outcome(
        "database killed", sizes.seed, counts, time.monotonic() - begun, sizes.faults, inside
    )


def _kill(server: Postgres, held: bool) -> bool:
    if not held:
        server.kill()
        return False
    url = make_url(server.url)
    told = {"host": url.query["host"], "user": url.username, "dbname": url.database}
    with connect(**told) as holder, connect(**told, autocommit=True) as looking:
        holder.execute("LOCK TABLE consumed IN EXCLUSIVE MODE")
        until(
            lambda: looking.execute(WAITS, (server.database,)).fetchone()[0],
            "the sink writes nothing",
        )
        server.kill()
        for each in (holder, looking):
            each.close()
    return True
