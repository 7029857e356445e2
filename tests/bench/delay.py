"""Alert delay: from a condition's truth to a read_committed reader, under a steady load.

The probes are people who join more than five minutes late: the join makes it true, at its
append time. The session stage tells it in the score (a finding `late`), both stages together
in the violation `late`.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.codec import encode
from schemas.instants import instant
from schemas.telemetry import Joined, RosterEntry, SessionScheduled
from schemas.topics import SCORES, TELEMETRY, VIOLATIONS
from streams.simulation.load import sessions_in_progress
from streams.simulation.pace import at_once
from streams.simulation.send import send
from tests.bench.ledger import HOUR_MS, PEOPLE

PROBES = 300
SEATS = 10


class Delays(NamedTuple):
    """Sorted delays in seconds: through the session stage, and through both."""

    session: list[float]
    both: list[float]


def percentile(delays: list[float], share: float) -> float:
    """The delay that `share` of the probes stay below."""
    return delays[min(int(share * len(delays)), len(delays) - 1)]


def delays(bootstrap: str, prefix: str, rate: int, seconds: float) -> Delays:
    """Load at `rate` events a second for `seconds`, with probes spread over it."""
    seen: dict[tuple[str, str], float] = {}
    stop = threading.Event()
    reader = threading.Thread(target=_read, args=(bootstrap, prefix, seen, stop))
    reader.start()
    _schedule(bootstrap, prefix)
    loading = threading.Thread(
        target=lambda: asyncio.run(
            send(
                at_once(_load(rate, seconds), prefix + TELEMETRY.name),
                bootstrap=bootstrap,
                rate=rate,
            )
        )
    )
    loading.start()
    time.sleep(5)
    joined = _join(bootstrap, prefix, (seconds - 10) / PROBES)
    loading.join()
    time.sleep(6)
    stop.set()
    reader.join()
    found = {
        kind: sorted(seen[kind, name] - at for name, at in joined.items() if (kind, name) in seen)
        for kind in ("score", "violation")
    }
    for kind, measured in found.items():
        if len(measured) != len(joined):
            raise RuntimeError(f"{len(joined) - len(measured)} probes brought no {kind}")
    return Delays(found["score"], found["violation"])


def _load(rate: int, seconds: float) -> Iterator[tuple[bytes, bytes]]:
    now = round(time.time() * 1000)
    sessions = 250
    return sessions_in_progress(
        seed=2,
        sessions=sessions,
        people=PEOPLE,
        events_per_person=int(rate * seconds / sessions / PEOPLE),
        started_at=now - HOUR_MS,
        now=now,
    )


def _probe(number: int) -> tuple[str, str]:
    return f"probe-{number // SEATS}", f"par-probe-{number}"


def _schedule(bootstrap: str, prefix: str) -> None:
    starts_at = round(time.time() * 1000) - HOUR_MS
    with closing(KafkaProducer(bootstrap_servers=bootstrap, acks="all")) as producer:
        for first in range(0, PROBES, SEATS):
            session, _ = _probe(first)
            people = [_probe(first + seat)[1] for seat in range(SEATS)]
            plan = SessionScheduled(
                id=f"plan-{session}",
                source="bench",
                at=instant(starts_at - HOUR_MS),
                session=session,
                revision=1,
                program="bench",
                kind="workshop",
                starts_at=instant(starts_at),
                ends_at=instant(starts_at + 3 * HOUR_MS),
                roster=tuple(RosterEntry(participant=name) for name in people),
            )
            producer.send(prefix + TELEMETRY.name, key=session.encode(), value=encode(plan)).get()


def _join(bootstrap: str, prefix: str, every_s: float) -> dict[str, float]:
    """Let the probes join, one after the other; returns when the log had each."""
    joined = {}
    with closing(KafkaProducer(bootstrap_servers=bootstrap, acks="all")) as producer:
        for number in range(PROBES):
            session, name = _probe(number)
            event = Joined(
                id=f"join-{number}",
                source="bench",
                at=instant(round(time.time() * 1000)),
                session=session,
                participant=name,
                connection=f"con-{number}",
            )
            sent = producer.send(
                prefix + TELEMETRY.name, key=session.encode(), value=encode(event)
            ).get()
            joined[name] = sent.timestamp / 1000
            time.sleep(every_s)
    return joined


def _read(
    bootstrap: str, prefix: str, seen: dict[tuple[str, str], float], stop: threading.Event
) -> None:
    with closing(
        KafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            auto_offset_reset="latest",
            fetch_max_wait_ms=10,
        )
    ) as consumer:
        parts = [
            TopicPartition(prefix + topic.name, partition)
            for topic in (SCORES, VIOLATIONS)
            for partition in consumer.partitions_for_topic(prefix + topic.name)
        ]
        consumer.assign(parts)
        consumer.seek_to_end(*parts)
        while not stop.is_set():
            for part, records in consumer.poll(timeout_ms=50).items():
                at = time.time()
                for record in records:
                    if b"par-probe-" not in record.key:
                        continue
                    body = msgspec.json.decode(record.value)
                    name = record.key.decode()
                    if part.topic.endswith(VIOLATIONS.name):
                        if body["rule"] == "late":
                            seen.setdefault(("violation", name), at)
                    elif any(finding["rule"] == "late" for finding in body["findings"]):
                        seen.setdefault(("score", name), at)
