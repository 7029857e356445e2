"""The worker on a real broker: throughput of what waits, and the delay of alerts under load."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer
from kafka import KafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import TELEMETRY, TOPICS
from sinks.topics import provision
from streams.machine.ports import free_port
from streams.simulation.load import sessions_in_progress
from streams.simulation.pace import at_once
from streams.simulation.send import send
from tests.bench.ledger import HOUR_MS, PEOPLE

PARTITIONS = 4
POLL_S = 0.02


class Throughput(NamedTuple):
    """From the first event consumed to the last one committed."""

    events: int
    seconds: float
    cpu_s: float


class Sample(NamedTuple):
    """One scrape of a worker."""

    folded: float
    cpu_s: float


def preload(bootstrap: str, prefix: str, sessions: int, events_per_person: int) -> int:
    """Fill the telemetry topic with sessions in progress; returns the number of events."""
    provision(bootstrap, PARTITIONS, 1, prefix)
    now = round(time.time() * 1000)
    pairs = sessions_in_progress(
        seed=1,
        sessions=sessions,
        people=PEOPLE,
        events_per_person=events_per_person,
        started_at=now - HOUR_MS,
        now=now,
    )
    sent = asyncio.run(send(at_once(pairs, prefix + TELEMETRY.name), bootstrap=bootstrap))
    return sum(sent.records.values())


async def bare_fetch(bootstrap: str, prefix: str, events: int) -> float:
    """CPU seconds of aiokafka alone for reading the topic, every record as it gives it."""
    consumer = AIOKafkaConsumer(
        prefix + TELEMETRY.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    started, seen = time.process_time(), 0
    while seen < events:
        found = await consumer.getmany(timeout_ms=500, max_records=5_000)
        seen += sum(len(records) for records in found.values())
    used = time.process_time() - started
    await consumer.stop()
    return used


def throughput(bootstrap: str, prefix: str, events: int, workers: int, log: Path) -> Throughput:
    """Let workers take all that waits, with everything on, and count their CPU seconds."""
    with running(bootstrap, prefix, workers, log) as ports:
        first: dict[int, Sample] = {}
        started = 0.0
        while not _committed(bootstrap, prefix, events):
            for port in ports:
                if port not in first and (sample := _scrape(port)).folded > 0:
                    first[port] = sample
                    started = started or time.perf_counter()
            time.sleep(POLL_S if len(first) < len(ports) else 0.2)
        seconds = time.perf_counter() - started
        last = {port: _scrape(port) for port in ports}
    counted = sum(last[port].folded - first[port].folded for port in first)
    cpu_s = sum(last[port].cpu_s - first[port].cpu_s for port in first)
    return Throughput(int(counted), seconds, cpu_s)


def _committed(bootstrap: str, prefix: str, events: int) -> bool:
    with closing(
        KafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=f"{prefix}rollcall",
            enable_auto_commit=False,
        )
    ) as consumer:
        parts = [TopicPartition(prefix + TELEMETRY.name, p) for p in range(PARTITIONS)]
        return sum(consumer.committed(part) or 0 for part in parts) >= events


@contextmanager
def running(bootstrap: str, prefix: str, number: int, log: Path) -> Iterator[Sequence[int]]:
    ports = [free_port() for _ in range(number)]
    processes = []
    for port in ports:
        environment = {
            **os.environ,
            "ROLLCALL_BOOTSTRAP": bootstrap,
            "ROLLCALL_TOPIC_PREFIX": prefix,
            "ROLLCALL_METRICS_PORT": str(port),
        }
        with log.open("ab") as output:
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "streams.worker"],
                    env=environment,
                    stdout=output,
                    stderr=output,
                )
            )
    try:
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _scrape(port: int) -> Sample:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return Sample(0.0, 0.0)
    folded = cpu_s = 0.0
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "rollcall_worker_events_folded_total":
                folded += sample.value if sample.labels["stage"] == "session" else 0
            elif sample.name == "process_cpu_seconds_total":
                cpu_s = sample.value
    return Sample(folded, cpu_s)


def sizes(folder: Path, prefix: str) -> dict[str, int]:
    """Bytes of record logs on the broker's disk, by topic."""
    return {
        topic.name: sum(
            log.stat().st_size for log in folder.rglob(f"{prefix}{topic.name}-[0-9]*/*.log")
        )
        for topic in TOPICS
    }
