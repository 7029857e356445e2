"""Metrics of the sink, each once with its meaning, in a registry of their own."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sinks.database import Partition

FAILURES = ("database_away", "broker_away", "undecodable", "records_deleted", "group_commit")
"""Reasons after which the sink goes on; after any other it ends, and its exit code tells."""

BATCH_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class SinkMetrics:
    """Everything the sink tells a Prometheus server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows = Counter(
            "rollcall_sink_rows_written_total",
            "Rows inserted or updated, by table; what is known already is not counted.",
            ["table"],
            registry=self.registry,
        )
        self.records = Counter(
            "rollcall_sink_records_consumed_total",
            "Records taken off the log and kept, by topic.",
            ["topic"],
            registry=self.registry,
        )
        self.batch_duration = Histogram(
            "rollcall_sink_batch_duration_seconds",
            "Time from the first try to write a batch until it was written, waiting included.",
            buckets=BATCH_BUCKETS,
            registry=self.registry,
        )
        self.lag_records = Gauge(
            "rollcall_sink_lag_records",
            "Offsets between what is in the database and the end of the log.",
            ["topic", "partition"],
            registry=self.registry,
        )
        self.lag_seconds = Gauge(
            "rollcall_sink_lag_seconds",
            "Age of the oldest record that is not in the database yet, 0 when all are.",
            ["topic", "partition"],
            registry=self.registry,
        )
        self.connected = Gauge(
            "rollcall_sink_connected",
            "1 when the last call to the broker or the database was answered, else 0.",
            ["to"],
            registry=self.registry,
        )
        self.failures = Counter(
            "rollcall_sink_failures_total",
            "Failures by reason; *_away are tries in vain.",
            ["reason"],
            registry=self.registry,
        )
        self.deleted = Counter(
            "rollcall_sink_records_deleted_total",
            "Records that the log deleted before the sink had read them, at most.",
            ["topic", "partition"],
            registry=self.registry,
        )
        for reason in FAILURES:
            self.failures.labels(reason)
        for to in ("broker", "database"):
            self.connected.labels(to)

    def behind(self, partition: Partition, records: int, oldest_ms: int | None) -> None:
        """Tell the lag of one partition.

        `oldest_ms` is when its next record was appended; None leaves what was told before.
        """
        labels = partition[0], str(partition[1])
        self.lag_records.labels(*labels).set(records)
        if records == 0:
            oldest_ms = None
        elif oldest_ms is None:
            return
        # Asked at each scrape, so that it grows also while the sink waits for the database.
        self.lag_seconds.labels(*labels).set_function(
            lambda: 0.0 if oldest_ms is None else max(0.0, time.time() - oldest_ms / 1000)
        )
