"""The log of outputs as the worker writes it, what it says in the end, and sinks that read it."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from sqlalchemy import select

from schemas import outputs
from schemas.codec import encode
from schemas.outputs import Output
from sinks.database import Database
from sinks.tables import OUTPUTS
from sinks.topics import provision
from streams.sinking.loop import Sink, SinkSettings
from streams.sinking.metrics import SinkMetrics
from tests.sinks.rows import MAKERS

PARTITIONS = 2
KEYS = 20
Tables = dict[str, dict[str, Any]]
"""By table and id, the record as it stands."""

PROCESS = """
import json, logging, sys
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
logging.getLogger("kafka").setLevel(logging.CRITICAL)
from streams.sinking.loop import SinkSettings
from streams.sinking.run import run_sink
sys.exit(run_sink(SinkSettings(**json.loads(sys.argv[1]))))
"""


class Outputs:
    """The output topics of one test, by the name of their table."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.bootstrap = bootstrap
        names = {record: prefix + topic for topic, record in outputs.OUTPUTS.items()}
        self.topics = {table.name: names[record] for record, table in OUTPUTS.items()}
        provision(bootstrap, PARTITIONS, 1, prefix)
        self._producer = KafkaProducer(
            bootstrap_servers=bootstrap, transactional_id=f"{prefix}outputs", linger_ms=5
        )
        self._producer.init_transactions()
        self._one_at_a_time = threading.Lock()

    def send(self, *records: Output, commit: bool = True) -> None:
        """One transaction, committed or aborted."""
        with self.open(*records, commit=commit):
            pass

    @contextmanager
    def open(self, *records: Output, commit: bool = True) -> Iterator[None]:
        """A transaction that stays open meanwhile; its records are on the log already."""
        with self._one_at_a_time:
            yield from self._open(records, commit)

    def _open(self, records: tuple[Output, ...], commit: bool) -> Iterator[None]:
        self._producer.begin_transaction()
        sent = [
            self._producer.send(
                self.topics[OUTPUTS[type(record)].name],
                key=record.id.encode(),
                value=encode(record),
            )
            for record in records
        ]
        for future in sent:
            future.get(timeout=30)
        yield
        if commit:
            self._producer.commit_transaction()
        else:
            self._producer.abort_transaction()

    def send_bytes(self, table: str, partition: int, value: bytes | None) -> int:
        """Anything at all; returns its offset."""
        self._producer.begin_transaction()
        future = self._producer.send(
            self.topics[table], key=b"key", value=value, partition=partition
        )
        offset: int = future.get(timeout=30).offset
        self._producer.commit_transaction()
        return offset

    def last(self) -> Tables:
        """The last committed record of each id, read by a reader of its own."""
        consumer = self._reader()
        found: Tables = {}
        for table, topic in self.topics.items():
            partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            records: list[Any] = []
            while any(consumer.position(one) < ends[one] for one in partitions):
                for some in consumer.poll(timeout_ms=500).values():
                    records += some
            bodies = [json.loads(record.value) for record in records]
            found[table] = {body["id"]: body for body in bodies}
        consumer.close()
        return found

    def ends(self) -> dict[tuple[str, int], int]:
        """Where a reader stands that has read all that is committed."""
        consumer = self._reader()
        partitions = [
            TopicPartition(topic, number)
            for topic in self.topics.values()
            for number in range(PARTITIONS)
        ]
        ends = consumer.end_offsets(partitions)
        consumer.close()
        return {tuple(partition): end for partition, end in ends.items()}

    def close(self) -> None:
        self._producer.close()

    def _reader(self) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self.bootstrap,
            group_id=None,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
        )


def revisions(first: int, last: int) -> Iterator[list[Output]]:
    """Transactions with one revision of each key, from `first` to `last`."""
    for revision in range(first, last + 1):
        yield [
            make(id=f"{name}-{key}", revision=revision, policy=f"default/{revision}")
            for key in range(KEYS)
            for name, make in MAKERS.items()
        ]


def stored(database: Database) -> Tables:
    """What the tables hold."""
    return {
        table.name: {row.id: row.body for row in database.read(select(table.c.id, table.c.body))}
        for table in OUTPUTS.values()
    }


@dataclass
class Running:
    """A sink in a thread of this process, and what became of it."""

    metrics: SinkMetrics = field(default_factory=SinkMetrics)
    errors: list[Exception] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def value(self, name: str, **labels: str) -> float:
        """A sample of the metrics now."""
        return self.metrics.registry.get_sample_value(f"rollcall_sink_{name}", labels) or 0.0


@contextmanager
def running(settings: SinkSettings, refused: bool = False) -> Iterator[Running]:
    """A sink meanwhile; it may end in an error only if it is to be `refused` something."""
    sink = Running()
    stop = threading.Event()

    def run() -> None:
        try:
            with Database(settings.database_url) as database:
                Sink(settings, database, sink.metrics, stop).run()
        except Exception as error:  # noqa: BLE001 - the test's own thread judges it
            sink.errors.append(error)
        sink.ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield sink
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive(), "the sink did not stop"
        # Also when the test has failed meanwhile: this is why.
        if sink.errors and not refused:
            raise sink.errors[0]


@contextmanager
def process(settings: SinkSettings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A sink as a process of its own, killed in the end if it still runs."""
    fields = {name: value for name, value in asdict(settings).items() if name != "security"}
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-c", PROCESS, json.dumps(fields)], stdout=output, stderr=output
        )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def all_of(transactions: Iterable[list[Output]], outputs: Outputs) -> None:
    for records in transactions:
        outputs.send(*records)


def settings_for(bootstrap: str, prefix: str, url: str) -> SinkSettings:
    """A sink that writes small batches at once."""
    return SinkSettings(
        bootstrap=bootstrap,
        database_url=url,
        topic_prefix=prefix,
        group=f"{prefix}sink",
        batch_rows=60,
        batch_seconds=0.02,
    )


class Load:
    """Transactions sent by a thread of its own until `enough`.

    Each is one revision of every key, and what `also` gives for it.
    """

    def __init__(
        self, outputs: Outputs, also: Callable[[int], list[Output]] = lambda revision: []
    ) -> None:
        self._outputs, self._also = outputs, also
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.revision = 0

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._enough.is_set():
            revision = self.revision + 1
            [records] = revisions(revision, revision)
            self._outputs.send(*records, *self._also(revision))
            self.revision = revision


def newest(database: Database) -> int:
    """The newest revision in the database."""
    return max((body["revision"] for body in stored(database)["scores"].values()), default=0)
