"""What is made of the parts' metrics."""

from pathlib import Path

from prometheus_client import start_http_server

from streams.machine.ports import free_port
from streams.sinking.metrics import SinkMetrics
from streams.up.health import Counted, Figures, Health, scrape, values
from streams.up.screen import summary
from streams.worker.metrics import WorkerMetrics


def test_a_part_that_starts_again_is_counted_on() -> None:
    counted = Counted()
    for value in (10.0, 25.0, 3.0, 4.0):
        counted.tell("worker-1", value)
    counted.tell("worker-2", 100.0)

    assert counted.total == 25 + 4 + 100


def test_nobody_there_is_not_known() -> None:
    assert scrape(free_port()) is None


def test_values_are_chosen_by_their_labels() -> None:
    samples = [
        ("lag", {"stage": "session", "partition": "0"}, 1.0),
        ("lag", {"stage": "care"}, 2.0),
    ]

    assert values(samples, "lag") == [1.0, 2.0]
    assert values(samples, "lag", stage="session") == [1.0]
    assert values(samples, "other") == []


def test_the_figures_are_those_of_the_real_metrics(tmp_path: Path) -> None:
    worker, sink = WorkerMetrics(), SinkMetrics()
    worker.folded.labels("session").inc(1_000)
    worker.folded.labels("care").inc(50)
    for partition, age in (("0", 0.5), ("1", 1.5)):
        worker.lag_records.labels("session", partition).set(7)
        worker.subjects.labels("session", partition).set(4)
        worker.checkpoint_age.labels("session", partition).set(age)
    worker.subjects.labels("care", "0").set(100)
    sink.rows.labels("scores").inc(20)
    sink.rows.labels("violations").inc(3)
    sink.behind(("scores", 0), 5, 0)
    ports = free_port(), free_port()
    servers = [
        start_http_server(port, registry=metrics.registry)
        for port, metrics in zip(ports, (worker, sink), strict=True)
    ]
    health = Health({"worker": ports[0]}, ports[1], f"sqlite:///{tmp_path / 'rollcall.db'}")
    try:
        figures = health.look()
    finally:
        for server, thread in servers:
            server.shutdown()
            server.server_close()
            thread.join()

    assert figures == Figures(
        events=1_000,
        lag=14,
        sessions=8,
        violations_open=0,
        checkpoint_age_s=1.5,
        rows=23,
        sink_lag=5,
    )
    assert summary(figures) == (
        "1000 events in · 14 waiting · 8 sessions live · 0 violations open · "
        "checkpoint 1.5 s ago · 23 rows written, 5 waiting"
    )


def test_what_is_not_known_is_a_dash() -> None:
    assert summary(Figures()) == (
        "0 events in · - waiting · - sessions live · - violations open · "
        "checkpoint - · 0 rows written, - waiting"
    )
