"""Metrics of the worker, each once with its meaning, in a registry of their own.

What is counted for each event is counted a batch at a time: nothing here is called for every
event.
"""

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
)

Phase = Literal["fetch", "fold", "assess", "write"]

PREFIX = "rollcall_worker_"

AGE_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86400.0)
DELAY_BUCKETS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0)
TRANSACTION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZE_BUCKETS = tuple(float(1 << power) for power in range(10, 27, 2))
RECOVERY_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class WorkerMetrics:
    """Everything the worker tells a Prometheus server. `stage` is session or care."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._fetched_seconds = 0.0
        ProcessCollector(registry=self.registry)
        self._define_flow()
        self._define_standing()
        self._define_work()
        build = self._gauge(
            "build_info", "Always 1; the labels say which build runs.", "version", "python"
        )
        build.labels(version("rollcall"), platform.python_version()).set(1)

    def _define_flow(self) -> None:
        """What comes in and what goes out."""
        counter, histogram = self._counter, self._histogram
        self.folded = counter(
            "events_folded_total", "Records taken from the source, refused ones included.", "stage"
        )
        self.duplicates = counter(
            "events_duplicate_total", "Records whose fold changed nothing.", "stage"
        )
        self.dead_letters = counter(
            "dead_letters_total",
            "Records refused and written to the dead letter topic, by reason.",
            "stage",
            "reason",
        )
        self.event_age = histogram(
            "event_age_seconds",
            "Time from an event to its folding; one event of each batch is looked at.",
            AGE_BUCKETS,
        )
        self.alert_delay = histogram(
            "alert_delay_seconds",
            "Time from when a violation began to hold until its opening was committed.",
            DELAY_BUCKETS,
        )
        self.violations = counter(
            "violations_total",
            "Violation messages written, by rule, severity and status.",
            "rule",
            "severity",
            "status",
        )
        self.published = counter("records_published_total", "Records written, by topic.", "topic")

    def _define_standing(self) -> None:
        """Where each partition stands."""
        self._standing: list[Gauge] = []

        def gauge(name: str, meaning: str) -> Gauge:
            self._standing.append(self._gauge(name, meaning, "stage", "partition"))
            return self._standing[-1]

        self.lag_records = gauge(
            "lag_records", "Offsets between what is folded and the end of the partition."
        )
        self.lag_seconds = gauge(
            "lag_seconds", "Time since the last folded record was appended while more wait, else 0."
        )
        self.position = gauge("position", "Next offset to fold.")
        self.end = gauge("end_offset", "End of the partition, open transactions excluded.")
        self.low = gauge(
            "low_offset", "Where a recovery would begin to read; the log must not lose it."
        )
        self.log_start = gauge("log_start_offset", "First offset that the log still has.")
        self.subjects = gauge("subjects", "Live subjects in memory, packed ones not counted.")
        self.checkpoint_age = gauge(
            "checkpoint_age_seconds",
            "Time since the partition was last in order: committed, or nothing to commit.",
        )

    def _define_work(self) -> None:
        """What the process itself does."""
        counter, histogram = self._counter, self._histogram
        self.transaction_duration = histogram(
            "transaction_duration_seconds",
            "Time from filling a transaction to its commit.",
            TRANSACTION_BUCKETS,
        )
        self.transaction_size = histogram(
            "transaction_size_bytes",
            "Bytes of the records of a transaction before compression.",
            SIZE_BUCKETS,
        )
        self.recovery_duration = histogram(
            "recovery_duration_seconds",
            "Time from the assignment of a partition until it was ready.",
            RECOVERY_BUCKETS,
        )
        self.faults = counter(
            "faults_total", "Errors of our own rules; the subject is marked, others go on.", "stage"
        )
        self.rebalances = counter("rebalances_total", "Assignments received from the group.")
        self.offset_mismatches = counter(
            "offset_mismatches_total",
            "Partitions whose group offset was not our position; somebody moved it.",
            "stage",
        )
        self.loop_seconds = counter(
            "loop_seconds_total",
            "Time budget: CPU of the fetching thread, and of the main thread by what it did.",
            "phase",
        )
        self.broker_connected = self._gauge(
            "broker_connected", "1 while the broker answers, else 0."
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(PREFIX + name, meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(PREFIX + name, meaning, ["stage"], buckets=buckets, registry=self.registry)

    @contextmanager
    def spending(self, phase: Phase) -> Iterator[None]:
        """Count the CPU time of a stretch of the main thread without an await in it."""
        begun = time.thread_time()
        try:
            yield
        finally:
            self.loop_seconds.labels(phase).inc(time.thread_time() - begun)

    def fetching(self, cpu_seconds: float) -> None:
        """The CPU time of the fetching thread so far."""
        fetched = self.loop_seconds.labels("fetch")
        fetched.inc(max(0.0, cpu_seconds - self._fetched_seconds))
        self._fetched_seconds = cpu_seconds

    def forget(self, stage: str, partition: int) -> None:
        """Stop telling about a partition that is no longer ours."""
        for gauge in self._standing:
            gauge.remove(stage, str(partition))
