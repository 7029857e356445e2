"""Metrics of the door, each once with its meaning. No label comes out of a request's contents."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

ANSWER_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)


class GatewayMetrics:
    """Everything the door tells a Prometheus server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "rollcall_gateway_requests_total",
            "Requests by route and status.",
            ["route", "status"],
            registry=self.registry,
        )
        self.duration = Histogram(
            "rollcall_gateway_answer_duration_seconds",
            "Time from the request's head to its answer, the log's acknowledgement included.",
            ["route"],
            buckets=ANSWER_BUCKETS,
            registry=self.registry,
        )
        self.records = Counter(
            "rollcall_gateway_records_total",
            "Records that the log has acknowledged, by tenant, source and type.",
            ["tenant", "source", "type"],
            registry=self.registry,
        )
        self.ignored = Counter(
            "rollcall_gateway_ignored_total",
            "What a platform sent and nobody needs, by source and code.",
            ["source", "code"],
            registry=self.registry,
        )
        self.refused = Counter(
            "rollcall_gateway_refused_total",
            "Payloads and records refused, by source and reason.",
            ["source", "reason"],
            registry=self.registry,
        )
        self.forged = Counter(
            "rollcall_gateway_forged_total",
            "Requests without a right to be here, by source and code.",
            ["source", "code"],
            registry=self.registry,
        )
        self.replayed = Counter(
            "rollcall_gateway_replayed_total",
            "Webhooks that had been stored before and came once more.",
            ["source"],
            registry=self.registry,
        )
        self.unscheduled = Counter(
            "rollcall_gateway_unscheduled_total",
            "Records of meetings for which no session is planned, by tenant and source.",
            ["tenant", "source"],
            registry=self.registry,
        )
        self.ready = Gauge(
            "rollcall_gateway_ready",
            "1 while rooms and aliases are known and the log answers, else 0.",
            registry=self.registry,
        )
