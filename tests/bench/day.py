"""A simulated day through one worker on a real broker, hour by hour."""

import asyncio
import os
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import CARE, TELEMETRY
from sinks.topics import provision
from streams.simulation.day import day
from streams.simulation.pace import messages
from streams.simulation.send import send
from streams.simulation.settings import Evening
from tests.bench.pipeline import PARTITIONS, running

HOURS = 24
DAY_S = 86_400
LOOK_EVERY_S = 0.5
LEAD_MS = 45_000
SIZES = {"group_size": 8, "individuals": 0, "workshops": 0}


class Hour(NamedTuple):
    """What was seen in one hour of the day; rates are those of the compressed clock."""

    number: int
    sessions: int
    events: int
    seconds: float
    cpu_s: float
    most_lag: int
    oldest_checkpoint_s: float
    mb: float


class _Look(NamedTuple):
    at: float
    events: float
    cpu_s: float
    sessions: float
    lag: float
    checkpoint_s: float
    mb: float


def hours(bootstrap: str, prefix: str, groups: int, scale: int, log: Path) -> Iterator[Hour]:
    """Run the day with `groups` sessions beginning at nine, `scale` times as fast."""
    provision(bootstrap, PARTITIONS, 1, prefix)
    os.environ["ROLLCALL_SCALE"] = str(scale)
    with running(bootstrap, prefix, 1, log) as (port,):
        while not _look(port).events and "ready with" not in log.read_text():
            time.sleep(LOOK_EVERY_S)
        # Everybody's plans are there before the day begins.
        begins = round(time.time() * 1000) + LEAD_MS
        settings = Evening(starts_at=begins, scale=scale, groups=groups, **SIZES)
        ends = begins + DAY_S * 1_000 / scale
        story = [each for each in day(settings) if each.appended_at < ends]
        waiting = messages(story, prefix + TELEMETRY.name, prefix + CARE.name)
        sending = threading.Thread(
            target=lambda: asyncio.run(send(waiting, bootstrap=bootstrap)), daemon=True
        )
        sending.start()
        for number in range(HOURS):
            yield _hour(number, port, begins / 1000 + (number + 1) * DAY_S / HOURS / scale)
        sending.join()


def _hour(number: int, port: int, until: float) -> Hour:
    looks = [_look(port)]
    while time.time() < until:
        time.sleep(LOOK_EVERY_S)
        looks.append(_look(port))
    first, last = looks[0], looks[-1]
    return Hour(
        number,
        int(last.sessions),
        int(last.events - first.events),
        last.at - first.at,
        last.cpu_s - first.cpu_s,
        int(max(look.lag for look in looks)),
        max(look.checkpoint_s for look in looks),
        last.mb,
    )


def _look(port: int) -> _Look:
    found = _samples(port)
    return _Look(
        time.time(),
        found.get("rollcall_worker_events_folded_total", 0.0),
        found.get("process_cpu_seconds_total", 0.0),
        found.get("rollcall_worker_subjects", 0.0),
        found.get("rollcall_worker_lag_records", 0.0),
        found.get("rollcall_worker_checkpoint_age_seconds", 0.0),
        found.get("process_resident_memory_bytes", 0.0) / 1e6,
    )


def _samples(port: int) -> Mapping[str, float]:
    """By name, the sum of the session stage's samples; of ages the largest."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return {}
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.labels.get("stage", "session") == "session":
                before = found.get(sample.name, 0.0)
                together = max if sample.name.endswith("age_seconds") else float.__add__
                found[sample.name] = together(before, float(sample.value))
    return found
