"""The metrics' names and meanings, and how they are scraped."""

import urllib.request

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from streams.machine.ports import LOOPBACK, free_port
from streams.scraped import served
from streams.worker.metrics import PREFIX, WorkerMetrics


def test_names_follow_the_conventions() -> None:
    ours = [
        family
        for family in WorkerMetrics().registry.collect()
        if not family.name.startswith("process_")
    ]

    assert len(ours) > 20
    for family in ours:
        assert family.name.startswith(PREFIX)
        assert family.documentation.endswith(".")
        assert "participant" not in family.name
        if family.type == "histogram":
            assert family.name.endswith(("_seconds", "_bytes"))


def test_a_partition_that_is_given_back_is_told_no_more() -> None:
    metrics = WorkerMetrics()
    for partition in ("0", "1"):
        metrics.position.labels("session", partition).set(7)
        metrics.lag_records.labels("session", partition).set(1)
    metrics.forget("session", 0)
    metrics.forget("session", 5)

    lines = generate_latest(metrics.registry).decode().splitlines()
    told = [line for line in lines if 'stage="session"' in line]
    assert told == [
        'rollcall_worker_lag_records{partition="1",stage="session"} 1.0',
        'rollcall_worker_position{partition="1",stage="session"} 7.0',
    ]


def test_fetching_counts_up() -> None:
    metrics = WorkerMetrics()
    for seconds in (1.5, 4.0):
        metrics.fetching(seconds)

    name = f"{PREFIX}loop_seconds_total"
    assert metrics.registry.get_sample_value(name, {"phase": "fetch"}) == 4.0


def test_scrapes_are_answered() -> None:
    port = free_port()
    with served(WorkerMetrics().registry, port):
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        taken = pytest.raises(OSError, match=f"metrics_port: {port} cannot be had")
        with taken, served(WorkerMetrics().registry, port):
            pass

    families = {family.name for family in text_string_to_metric_families(text)}
    assert f"{PREFIX}build_info" in families
