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
    start_http_server,
)

Phase = Literal["fetch", "fold", "assess", "write"]

AGE_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86400.0)
DELAY_BUCKETS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0)
TRANSACTION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZE_BUCKETS = tuple(float(1 << power) for power in range(10, 27, 2))
RECOVERY_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class WorkerMetrics:
    """Everything the worker tells a Prometheus server. `stage` is session or care."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._fetched_seconds = 0.0
        ProcessCollector(registry=registry)
        each = ["stage", "partition"]
        self.build = Gauge(
            "rollcall_worker_build_info",
            "Always 1; the labels say which build runs.",
            ["version", "python"],
            registry=registry,
        )
        self.build.labels(version("rollcall"), platform.python_version()).set(1)
        self.folded = Counter(
            "rollcall_worker_events_folded_total",
            "Records taken from the source, refused ones included.",
            ["stage"],
            registry=registry,
        )
        self.duplicates = Counter(
            "rollcall_worker_events_duplicate_total",
            "Records whose fold changed nothing.",
            ["stage"],
            registry=registry,
        )
        self.dead_letters = Counter(
            "rollcall_worker_dead_letters_total",
            "Records refused and written to the dead letter topic, by reason.",
            ["stage", "reason"],
            registry=registry,
        )
        self.faults = Counter(
            "rollcall_worker_faults_total",
            "Errors of our own rules: the subject is marked and the others go on.",
            ["stage"],
            registry=registry,
        )
        self.event_age = Histogram(
            "rollcall_worker_event_age_seconds",
            "Time from an event to its folding; one event of each batch is looked at.",
            ["stage"],
            buckets=AGE_BUCKETS,
            registry=registry,
        )
        self.alert_delay = Histogram(
            "rollcall_worker_alert_delay_seconds",
            "Time from when a violation began to hold until its opening was committed.",
            ["stage"],
            buckets=DELAY_BUCKETS,
            registry=registry,
        )
        self.violations = Counter(
            "rollcall_worker_violations_total",
            "Violation messages written, by rule, severity and status.",
            ["rule", "severity", "status"],
            registry=registry,
        )
        self.published = Counter(
            "rollcall_worker_records_published_total",
            "Records written, by topic.",
            ["topic"],
            registry=registry,
        )
        self.lag_records = Gauge(
            "rollcall_worker_lag_records",
            "Offsets between what is folded and the end of the partition.",
            each,
            registry=registry,
        )
        self.lag_seconds = Gauge(
            "rollcall_worker_lag_seconds",
            "Time since the last folded record was appended while more wait, else 0.",
            each,
            registry=registry,
        )
        self.position = Gauge(
            "rollcall_worker_position",
            "Next offset to fold.",
            each,
            registry=registry,
        )
        self.end = Gauge(
            "rollcall_worker_end_offset",
            "End of the partition, open transactions excluded.",
            each,
            registry=registry,
        )
        self.low = Gauge(
            "rollcall_worker_low_offset",
            "Where a recovery would begin to read again; the log must not lose it.",
            each,
            registry=registry,
        )
        self.log_start = Gauge(
            "rollcall_worker_log_start_offset",
            "First offset that the log still has.",
            each,
            registry=registry,
        )
        self.subjects = Gauge(
            "rollcall_worker_subjects",
            "Live subjects in memory, packed ones not counted.",
            each,
            registry=registry,
        )
        self.transaction_duration = Histogram(
            "rollcall_worker_transaction_duration_seconds",
            "Time from the begin of a transaction to its commit.",
            ["stage"],
            buckets=TRANSACTION_BUCKETS,
            registry=registry,
        )
        self.transaction_size = Histogram(
            "rollcall_worker_transaction_size_bytes",
            "Bytes of the records of a transaction before compression.",
            ["stage"],
            buckets=SIZE_BUCKETS,
            registry=registry,
        )
        self.checkpoint_age = Gauge(
            "rollcall_worker_checkpoint_age_seconds",
            "Time since the partition was last seen to be in order: committed, or nothing to do.",
            each,
            registry=registry,
        )
        self.recovery_duration = Histogram(
            "rollcall_worker_recovery_duration_seconds",
            "Time from the assignment of a partition until it was ready.",
            ["stage"],
            buckets=RECOVERY_BUCKETS,
            registry=registry,
        )
        self.rebalances = Counter(
            "rollcall_worker_rebalances_total",
            "Assignments received from the group.",
            registry=registry,
        )
        self.offset_mismatches = Counter(
            "rollcall_worker_offset_mismatches_total",
            "Partitions whose group offset was not our position; somebody moved it.",
            ["stage"],
            registry=registry,
        )
        self.loop_seconds = Counter(
            "rollcall_worker_loop_seconds_total",
            "Time budget: CPU of the fetching thread, and of the main thread by what it did.",
            ["phase"],
            registry=registry,
        )
        self.broker_connected = Gauge(
            "rollcall_worker_broker_connected",
            "1 while the broker answers, else 0.",
            registry=registry,
        )

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
        for gauge in (
            self.lag_records,
            self.lag_seconds,
            self.position,
            self.end,
            self.low,
            self.log_start,
            self.subjects,
            self.checkpoint_age,
        ):
            gauge.remove(stage, str(partition))


@contextmanager
def served(metrics: WorkerMetrics, port: int | None) -> Iterator[None]:
    """Answer scrapes at `port` meanwhile; not at all when there is none.

    Raises:
        OSError: the port cannot be had.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, registry=metrics.registry)
    except OSError as error:
        raise OSError(f"metrics_port: {port} cannot be had: {error.strerror}") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
