"""The sink's offsets are lost three times over, each time in another way: the tables stay the same
to the last byte, and not one row is written again.
"""

import time
from random import Random

from sqlalchemy import create_engine, delete

from sinks.database import Database
from sinks.tables import CONSUMED
from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.sunk import checksum, flowing
from tests.kafka.outputs import process, running, settings_for

SHORT = Sizes(seed=9, events=4_000, faults=3)
LONG = Sizes(seed=9, events=100_000, faults=3)


def run(sizes: Sizes, place: Place) -> Outcome:
    """Reset, read again, compare checksums."""
    begun, chance = time.monotonic(), Random(sizes.seed)
    settings = settings_for(place.bootstrap, place.prefix, place.database_url)
    with Database(place.database_url) as database:
        with process(settings, place.folder / "sink.log"):
            with flowing(place, sizes, database) as flow:
                pass
            counts = flow.compare(database)
        first, ends = checksum(database), database.offsets()
        resets = (
            lambda: database.write([], dict.fromkeys(ends, 0)),
            lambda: database.write([], {one: chance.randrange(end) for one, end in ends.items()}),
            lambda: _forget(place.database_url),
        )
        for reset in resets[: sizes.faults]:
            reset()
            assert database.offsets() != ends
            with running(settings) as sink:
                until(lambda: database.offsets() == ends, "it is not read again")
            assert checksum(database) == first
            assert all(sink.value("rows_written_total", table=t) == 0 for t in flow.outputs.topics)
    return Outcome(
        "sink offsets reset", sizes.seed, counts, time.monotonic() - begun, len(resets), 0
    )


def _forget(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(delete(CONSUMED))
    engine.dispose()
