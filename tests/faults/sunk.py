"""Sunk: transactions of outputs that flow into a database while it is broken, and the comparisons.

(a) the last record of every id is the last that was sent, and nothing is missing,
(b) a read_committed reader beside all this saw revisions 1 to n of every id, in order,
(c) every row of the database equals the last record, and there are no others,
(d) every column of every row is the field of that record.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import select

from schemas.codec import encode
from schemas.outputs import Output
from sinks.database import Database
from sinks.tables import OUTPUTS
from tests.faults.frame import Place, Sizes, until
from tests.kafka.outputs import KEYS, PARTITIONS, Load, Outputs, newest, revisions, stored
from tests.sinks.rows import MAKERS, score

EACH_TIME = KEYS * len(MAKERS) + 1
Records = dict[str, list[dict[str, Any]]]


class Reader:
    """Everything committed to the output topics, by table, as it is committed."""

    def __init__(self, outputs: Outputs) -> None:
        self.found: Records = defaultdict(list)
        self._tables = {topic: table for table, topic in outputs.topics.items()}
        self._outputs = outputs
        self._ends: dict[tuple[str, int], int] | None = None
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def finish(self) -> Records:
        """What was found, once all that is committed now has been read."""
        self._ends = self._outputs.ends()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the reader beside it did not come to the end"
        return self.found

    def _read(self) -> None:
        parts = [TopicPartition(topic, n) for topic in self._tables for n in range(PARTITIONS)]
        consumer = KafkaConsumer(
            bootstrap_servers=self._outputs.bootstrap,
            group_id=None,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
        )
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        while self._ends is None or any(consumer.position(p) < self._ends[p] for p in parts):
            for part, records in consumer.poll(timeout_ms=100).items():
                self.found[self._tables[part.topic]] += [json.loads(r.value) for r in records]
        consumer.close()


class Flow:
    """Outputs that are sent meanwhile, and one reader beside whoever else reads them."""

    def __init__(self, outputs: Outputs, load: Load, reader: Reader) -> None:
        self.outputs, self._load, self._reader = outputs, load, reader
        self.extra: list[Output] = []

    def reach(self, revision: int) -> None:
        """Wait until so many revisions were sent."""
        until(lambda: self._load.revision >= revision, "nothing is sent")

    def add(self, record: Output) -> None:
        """Send one record of a new id among the others."""
        self.outputs.send(record)
        self.extra.append(record)

    def compare(self, database: Database) -> dict[str, int]:
        """The four comparisons, when nothing is sent any more; returns how much was compared."""
        found, last = self._reader.finish(), self.outputs.last()
        ends = self.outputs.ends()
        until(lambda: database.offsets() == ends, "the sink does not come to the end")
        [sent] = revisions(self._load.revision, self._load.revision)
        once = [each for n in range(self._load.revision) for each in _once(n + 1)] + self.extra
        _same_last(last, [*sent, *once])
        _same_revisions(found, self._load.revision, once)
        assert stored(database) == last
        columns = _same_columns(database, [*sent, *once])
        read = sum(len(records) for records in found.values())
        assert read == self._load.revision * EACH_TIME + len(self.extra)
        return {"records": read, "rows": sum(map(len, last.values())), "columns": columns}


@contextmanager
def flowing(place: Place, sizes: Sizes, database: Database) -> Iterator[Flow]:
    """Outputs flow meanwhile, and until `sizes.events` were sent and seen in the database."""
    outputs = Outputs(place.bootstrap, place.prefix)
    reader = Reader(outputs)
    try:
        with Load(outputs, _once) as load:
            flow = Flow(outputs, load, reader)
            yield flow
            flow.reach(sizes.events // EACH_TIME)
    finally:
        reader.finish()
        outputs.close()


def _once(revision: int) -> list[Output]:
    """A record that nothing comes after: whoever loses it cannot make up for it later."""
    return [score(id=f"once-{revision}")]


def checksum(database: Database) -> str:
    """One number for everything in the tables of outputs."""
    digest = sha256()
    for table in OUTPUTS.values():
        for row in database.read(select(table).order_by(table.c.id)):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def behind(database: Database, revision: int) -> None:
    """Wait until the database has a revision."""
    until(lambda: newest(database) >= revision, f"revision {revision} does not arrive")


def _same_last(last: dict[str, dict[str, Any]], sent: list[Output]) -> None:
    said = {table.name: {} for table in OUTPUTS.values()}
    for record in sent:
        said[OUTPUTS[type(record)].name][record.id] = json.loads(encode(record))
    assert last == said


def _same_revisions(found: Records, most: int, sent_once: list[Output]) -> None:
    by_id: dict[str, list[int]] = defaultdict(list)
    for records in found.values():
        for record in records:
            by_id[record["id"]].append(record["revision"])
    once = {record.id for record in sent_once}
    for name, seen in by_id.items():
        assert seen == list(range(1, 2 if name in once else most + 1)), f"revisions of {name}"


def _same_columns(database: Database, sent: list[Output]) -> int:
    records = {(OUTPUTS[type(record)].name, record.id): record for record in sent}
    compared = 0
    for table in OUTPUTS.values():
        names = [column.name for column in table.columns if column.name != "body"]
        for row in database.read(select(table)):
            record = records.pop((table.name, row.id))
            assert {name: getattr(row, name) for name in names} == {
                name: getattr(record, name) for name in names
            }
            compared += len(names)
    assert not records, f"{len(records)} rows are missing"
    return compared
