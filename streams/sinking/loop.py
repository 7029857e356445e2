"""Loop: take, write, tell; hold when somebody is away."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kafka.errors import KafkaConfigurationError, KafkaError, UnsupportedCodecError

from schemas.outputs import OUTPUTS
from sinks.database import Database, Partition
from sinks.faults import DatabaseAwayError, RowsRefusedError
from streams.sinking.batch import Batch, Taken, take
from streams.sinking.log import GONE, OutputLog
from streams.sinking.metrics import SinkMetrics
from streams.sinking.peer import Peer

LONGEST_POLL = 0.5
ASK_EVERY = 2.0

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class SinkSettings:
    """What `rollcall sink` can be told.

    A batch is written when it has `batch_rows` records or is `batch_seconds` old; `group` names
    the offsets that lag tools see; `metrics_port` None or 0 answers no scrapes; `security` are
    kafka-python's connection settings.
    """

    bootstrap: str
    database_url: str
    topic_prefix: str = ""
    group: str = "rollcall.sink"
    batch_rows: int = 10_000
    batch_seconds: float = 0.5
    metrics_port: int | None = None
    security: Mapping[str, Any] = field(default_factory=dict)


class StoppedError(Exception):
    """Asked to stop while waiting for somebody who is away."""


class Sink:
    """The loop, until `stop` is set."""

    def __init__(
        self,
        settings: SinkSettings,
        database: Database,
        metrics: SinkMetrics,
        stop: threading.Event,
    ) -> None:
        self._settings = settings
        self._database = database
        self._metrics = metrics
        self._stop = stop
        self._broker_side = Peer("broker", metrics)
        self._database_side = Peer("database", metrics)

    def run(self) -> None:
        """Read and write until told to stop.

        Raises:
            RowsRefusedError, DatabaseUnusableError, KafkaConfigurationError,
            UnsupportedCodecError: a person has to act.
        """
        while not self._stop.is_set():
            try:
                with self._connected() as source:
                    self._follow(source)
            except StoppedError:
                return
            except (KafkaConfigurationError, UnsupportedCodecError):
                raise
            except KafkaError as error:
                # What was read and not written is read again: the database knows from where.
                self._stop.wait(self._broker_side.away(error))

    @contextmanager
    def _connected(self) -> Iterator[OutputLog]:
        settings = self._settings
        topics = [settings.topic_prefix + topic for topic in OUTPUTS]
        source = OutputLog(
            settings.bootstrap,
            topics,
            settings.group,
            settings.security,
            untold=self._metrics.failures.labels("group_commit").inc,
        )
        try:
            yield source
        finally:
            source.close()

    def _follow(self, source: OutputLog) -> None:
        """Copy from the stored offsets on; returns when told to stop or partitions were added."""
        source.start(self._patiently(self._database.offsets))
        written = source.positions()
        self._ask(source)
        taken: list[Taken] = []
        wrote_at = heard_at = time.monotonic()
        while not self._stop.is_set():
            try:
                found = self._take(source, self._settings.batch_rows - len(taken))
                taken += found
                now = time.monotonic()
                if found:
                    heard_at = now
                elif now - heard_at > ASK_EVERY:
                    self._ask(source)
                    heard_at = now
                    if source.grown():
                        return
                full = len(taken) >= self._settings.batch_rows
                if full or now - wrote_at >= self._settings.batch_seconds:
                    written = self._write(source, taken, written)
                    taken, wrote_at = [], time.monotonic()
            except GONE as error:
                self._tell_gone(source.restart(error))
        source.tell_group(self._write(source, taken, written), wait=True)

    def _take(self, source: OutputLog, most: int) -> list[Taken]:
        records = source.take(most, min(LONGEST_POLL, self._settings.batch_seconds))
        if records:
            self._broker_side.here()
        taken = [take(record, self._settings.topic_prefix) for record in records]
        for one in taken:
            if one.row is None:
                self._metrics.failures.labels("undecodable").inc()
                log.error("no record of ours: %s/%d at offset %d", *one.partition, one.offset)
        return taken

    def _ask(self, source: OutputLog) -> None:
        # A consumer whose broker is away waits in silence.
        source.ask()
        self._broker_side.here()

    def _write(
        self, source: OutputLog, taken: list[Taken], written: Mapping[Partition, int]
    ) -> dict[Partition, int]:
        """Store what was taken; returns the offsets that the database then knows."""
        positions = source.positions()
        moved = {one: offset for one, offset in positions.items() if written.get(one) != offset}
        if moved:
            batch = Batch(taken, moved)
            self._tell_lag(source, written, batch.oldest())
            with self._metrics.batch_duration.time():
                self._store(batch)
            source.tell_group(moved)
        self._tell_lag(source, positions, {})
        return positions

    def _store(self, batch: Batch) -> None:
        try:
            changed = self._patiently(lambda: self._database.write(batch.rows, batch.positions))
        except RowsRefusedError:
            if len(batch.rows) <= 1:
                raise
            # Everything before the row at fault is stored, and the error then names that row.
            for half in batch.halves():
                self._store(half)
            return
        for table, rows in changed.items():
            self._metrics.rows.labels(table).inc(rows)
        for one in batch.taken:
            self._metrics.records.labels(one.partition[0]).inc()

    def _patiently(self, action: Callable[[], Result]) -> Result:
        """What `action` returns, once the database is there."""
        while True:
            try:
                result = action()
            except DatabaseAwayError as error:
                if self._stop.wait(self._database_side.away(error)):
                    raise StoppedError from None
            else:
                self._database_side.here()
                return result

    def _tell_lag(
        self,
        source: OutputLog,
        written: Mapping[Partition, int],
        oldest: Mapping[Partition, int],
    ) -> None:
        for partition, end in source.known_ends().items():
            records = max(0, end - written.get(partition, end))
            self._metrics.behind(partition, records, oldest.get(partition))

    def _tell_gone(self, moved: Mapping[Partition, tuple[int, int]]) -> None:
        for (topic, number), (wanted, start) in moved.items():
            self._metrics.failures.labels("records_deleted").inc()
            self._metrics.deleted.labels(topic, str(number)).inc(max(0, start - wanted))
            log.error(
                "%s/%d no longer holds offset %d, which was to be read next; going on at %d, "
                "where it begins now",
                topic,
                number,
                wanted,
                start,
            )
