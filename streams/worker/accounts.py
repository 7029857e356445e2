"""Accounts: what one partition tells the metrics, a batch or a checkpoint at a time."""

import time
from collections import Counter

import msgspec

from schemas.codec import ERRORS
from schemas.dead_letter import Arrival
from schemas.instants import Instant, milliseconds
from schemas.topics import VIOLATIONS
from schemas.violation import Rule, Severity, Status
from streams.ledger import Checkpoint, Ledger
from streams.worker import faults
from streams.worker.metrics import WorkerMetrics
from streams.worker.place import Place
from streams.worker.transport import End


class Told(msgspec.Struct):
    """What is counted of a violation message."""

    rule: Rule
    severity: Severity
    status: Status
    since: Instant


_read = msgspec.json.Decoder(Told).decode


class Accounts:
    """The metrics of one place."""

    def __init__(self, metrics: WorkerMetrics, place: Place, ledger: Ledger) -> None:
        self._metrics = metrics
        self._place = place
        self._ledger = ledger
        stage = place.stage.name
        self._folded = metrics.folded.labels(stage)
        self._duplicates = metrics.duplicates.labels(stage)
        self._event_age = metrics.event_age.labels(stage)
        self._taken, self._known = ledger.taken, ledger.duplicates
        self._looked_at = ledger.taken
        self._appended_at = 0

    def folded(self, last: Arrival) -> None:
        """A batch was folded; its `last` record stands for the age of all."""
        ledger = self._ledger
        self._appended_at = last.timestamp
        self._folded.inc(ledger.taken - self._taken)
        self._duplicates.inc(ledger.duplicates - self._known)
        self._taken, self._known = ledger.taken, ledger.duplicates
        try:
            at = milliseconds(self._place.stage.decode(last.value).at)
        except ERRORS:
            return
        self._event_age.observe(max(0.0, time.time() - at / 1000))

    def looked(self, captured: Checkpoint) -> int:
        """Somebody was assessed; returns how many records were folded since the last time."""
        folded, self._looked_at = self._ledger.taken - self._looked_at, self._ledger.taken
        if captured.faults:
            faults.tell(self._place, captured.faults)
            self._metrics.faults.labels(self._place.stage.name).inc(len(captured.faults))
        return folded

    def written(self, captured: Checkpoint, seconds: float, size: int) -> None:
        """A transaction was committed."""
        metrics, stage = self._metrics, self._place.stage.name
        metrics.transaction_duration.labels(stage).observe(seconds)
        metrics.transaction_size.labels(stage).observe(size)
        for topic, count in Counter(change.topic for change in captured.changes).items():
            metrics.published.labels(topic).inc(count)
        for reason, count in Counter(one.reason for one in captured.dead_letters).items():
            metrics.dead_letters.labels(stage, reason).inc(count)
        now = time.time()
        for change in captured.changes:
            if change.topic == VIOLATIONS.name:
                told = _read(change.value)
                metrics.violations.labels(told.rule, told.severity, told.status).inc()
                if told.status == "opened":
                    delay = now - milliseconds(told.since) / 1000
                    metrics.alert_delay.labels(stage).observe(max(0.0, delay))

    def stands(self, end: End | None, checkpoint_age_s: float) -> None:
        """Where the partition stands, every second."""
        metrics, ledger = self._metrics, self._ledger
        labels = self._place.stage.name, str(self._place.partition)
        metrics.position.labels(*labels).set(ledger.position)
        metrics.low.labels(*labels).set(ledger.low)
        metrics.subjects.labels(*labels).set(ledger.subjects)
        metrics.checkpoint_age.labels(*labels).set(checkpoint_age_s)
        if end is not None:
            lag = max(0, end.offset - ledger.position)
            waited = time.time() - self._appended_at / 1000 if lag and self._appended_at else 0.0
            metrics.end.labels(*labels).set(end.offset)
            metrics.lag_records.labels(*labels).set(lag)
            metrics.lag_seconds.labels(*labels).set(max(0.0, waited))

    def log_starts(self, offset: int) -> None:
        """The first offset that the log still has."""
        labels = self._place.stage.name, str(self._place.partition)
        self._metrics.log_start.labels(*labels).set(offset)

    def close(self) -> None:
        """The partition is no longer ours."""
        self._metrics.forget(self._place.stage.name, self._place.partition)
