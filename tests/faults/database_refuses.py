"""The database refuses a row: the sink stops with the row's id and nothing of its contents, again
each time it is started, and goes on when the database has been mended. Nothing is passed over.
"""

import time

from sqlalchemy import create_engine

from sinks.database import Database
from sinks.tables import SCORES
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.sunk import behind, flowing
from tests.kafka.outputs import newest, process, settings_for
from tests.sinks.rows import forbid, score

SHORT = Sizes(seed=8, events=4_000, faults=2)
LONG = Sizes(seed=8, events=100_000, faults=10)

SECRET = "contents-of-a-row"
SOON = 60.0
ALLOW = {
    "sqlite": "DROP TRIGGER forbidden",
    "postgresql": "ALTER TABLE scores DROP CONSTRAINT forbidden",
}


def run(sizes: Sizes, place: Place) -> Outcome:
    """Refuse a row, see the sink end twice, allow it, compare."""
    begun, ends = time.monotonic(), 0
    log = place.folder / "sink.log"
    settings = settings_for(place.bootstrap, place.prefix, place.database_url)
    with Database(place.database_url) as database:
        database.write([])
        with flowing(place, sizes, database) as flow:
            for number in range(sizes.faults):
                bad = score(id=f"refused-{number}", policy=SECRET)
                forbid(database, SCORES, "id", bad.id)
                flow.add(bad)
                for _ in range(2):
                    with process(settings, log) as sink:
                        assert sink.wait(SOON) == 1
                    ends += 1
                    last = log.read_text().splitlines()[-1]
                    assert "the sink stops at a bug, and loses nothing" in last
                    assert f"row '{bad.id}' was refused" in last
                _allow(place.database_url)
                with process(settings, log):
                    behind(database, newest(database) + 1)
        with process(settings, log):
            counts = flow.compare(database)
    said = log.read_text()
    assert "Traceback" not in said
    assert SECRET not in said
    return Outcome("database refuses", sizes.seed, counts, time.monotonic() - begun, ends, ends)


def _allow(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(ALLOW[engine.dialect.name])
    engine.dispose()
