"""On paper: what so many concurrent sessions need, from constants that are measured here.

`python -m tests.bench --paper 100000` measures and prints; `deploy/README.md` has what it printed.
"""

import math
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from operator import mul
from typing import NamedTuple

from schemas.telemetry import Telemetry
from streams.ledger import Ledger
from streams.policies import load
from streams.session.stage import session_stage
from streams.simulation.evening import evening
from streams.simulation.settings import Evening
from streams.stage import Pacing
from tests.bench.ledger import PEOPLE, entries, memory

SESSIONS, EVENTS = 250, 100
MOST_SUBJECTS = 20_000
"""Live sessions of a partition that were recovered in a test."""
BUSY = 0.5
"""Share of a core that a worker is planned to use: the rest is for catching up."""
MEMORY_MB = 4_000
REPLICAS = 3
CHECKPOINT_S = 2.0
FIXED_S = 0.02
WRITE_MB_S = 70.0
"""What a transaction costs at least, and how fast records of a megabyte are written
(`runtime.md`, seen on one broker)."""


class Constants(NamedTuple):
    """Measured on one machine; seconds are those of one core."""

    event_bytes: float
    events_per_person_hour: float
    fold_s: float
    assess_s: float
    state_bytes: float
    output_bytes: float
    load_s: float
    person_bytes: float
    transport_s: float


class Needs(NamedTuple):
    """For one number of concurrent sessions; bytes are before compression."""

    sessions: int
    people: int
    events_s: float
    cores: float
    workers: int
    partitions: int
    memory_mb: float
    telemetry_mb_s: float
    written_mb_s: float
    replicated_mb_s: float
    telemetry_gb_day: float
    state_gb: float
    checkpoint_s: float
    checkpoint_mb: float
    recovery_s: float


def measure(worker_events_per_cpu_s: float) -> Constants:
    """Measure in this process; what the transport adds comes from `worker_events_per_cpu_s`."""
    now = round(time.time() * 1000)
    taken = entries(SESSIONS, EVENTS, now, 10_000)
    stage = session_stage(load())
    ledger = Ledger(stage, Pacing(), epoch=1)
    begun = time.process_time()
    ledger.take(taken)
    fold_s = (time.process_time() - begun) / len(taken)
    first = ledger.checkpoint(taken[-1].timestamp, everything=True)
    begun = time.process_time()
    ledger.checkpoint(taken[-1].timestamp + 5_000, everything=True)
    assess_s = (time.process_time() - begun) / SESSIONS
    states = [(key, value) for key, value in first.states if value is not None]
    again = Ledger(stage, Pacing(), epoch=1)
    begun = time.process_time()
    again.load(states, 0)
    load_s = (time.process_time() - begun) / len(states)
    return Constants(
        event_bytes=sum(len(entry.value or b"") for entry in taken) / len(taken),
        events_per_person_hour=_events_per_person_hour(),
        fold_s=fold_s,
        assess_s=assess_s,
        state_bytes=sum(len(value) for _, value in states) / len(states),
        output_bytes=sum(len(change.value) for change in first.changes) / len(first.changes),
        load_s=load_s,
        person_bytes=memory(SESSIONS, EVENTS),
        transport_s=max(0.0, 1 / worker_events_per_cpu_s - fold_s),
    )


def needs(sessions: int, constants: Constants, pacing: Pacing) -> Needs:
    """The arithmetic.

    A session is assessed `assess_every` after the first event that came since, and once when it
    is written, every `publish_every`. A partition recovers its states and what came in since
    `save_every`.
    """
    people = sessions * PEOPLE
    events_s = people * constants.events_per_person_hour / 3_600
    published_s = sessions / (pacing.publish_every / 1_000)
    assessed_s = published_s + sessions / (pacing.assess_every / 1_000 + sessions / events_s)
    each_s = constants.fold_s + constants.transport_s
    cores = events_s * each_s + assessed_s * constants.assess_s
    memory_mb = people * constants.person_bytes / 1e6
    workers = max(math.ceil(cores / BUSY), math.ceil(memory_mb / MEMORY_MB))
    # Twice as many as workers, so that one that goes leaves its work to several.
    partitions = _power_of_two(max(2 * workers, sessions / MOST_SUBJECTS))
    written = published_s * (constants.state_bytes + PEOPLE * constants.output_bytes)
    telemetry = events_s * constants.event_bytes
    checkpoint_bytes = written * CHECKPOINT_S / partitions
    cpu_s = assessed_s * constants.assess_s * CHECKPOINT_S / partitions
    again = events_s / partitions * pacing.save_every / 1_000
    recovered = sessions / partitions * constants.load_s + again * each_s
    return Needs(
        sessions=sessions,
        people=people,
        events_s=events_s,
        cores=cores,
        workers=workers,
        partitions=partitions,
        memory_mb=memory_mb,
        telemetry_mb_s=telemetry / 1e6,
        written_mb_s=written / 1e6,
        replicated_mb_s=REPLICAS * (telemetry + written) / 1e6,
        telemetry_gb_day=telemetry * 86_400 / 1e9,
        state_gb=sessions * constants.state_bytes / 1e9,
        checkpoint_s=FIXED_S + cpu_s + checkpoint_bytes / 1e6 / WRITE_MB_S,
        checkpoint_mb=checkpoint_bytes / 1e6,
        # A worker that is lost leaves its partitions to others, who recover them on one core.
        recovery_s=recovered * math.ceil(partitions / workers),
    )


def rows(found: Sequence[Needs]) -> list[tuple[str, ...]]:
    """What is printed, a column each."""
    figures: list[tuple[str, Callable[[Needs], str]]] = [
        ("events/s", lambda n: f"{n.events_s:,.0f}"),
        ("cores for folding and assessing", lambda n: f"{n.cores:.1f}"),
        (f"workers, each at {BUSY:.0%} of a core", lambda n: f"{n.workers}"),
        ("partitions", lambda n: f"{n.partitions}"),
        ("memory of live facts, all workers, GB", lambda n: f"{n.memory_mb / 1_000:.1f}"),
        ("telemetry in, MB/s before compression", lambda n: f"{n.telemetry_mb_s:.1f}"),
        ("state and outputs written, MB/s before compression", lambda n: f"{n.written_mb_s:.1f}"),
        (f"brokers write, {REPLICAS} replicas, MB/s", lambda n: f"{n.replicated_mb_s:.0f}"),
        ("telemetry of such a day, GB, one copy", lambda n: f"{n.telemetry_gb_day:,.0f}"),
        ("state topic once compacted, GB", lambda n: f"{n.state_gb:.2f}"),
        ("checkpoint of a partition, s", lambda n: f"{n.checkpoint_s:.2f}"),
        ("… MB in its transaction", lambda n: f"{n.checkpoint_mb:.2f}"),
        ("recovery of a lost worker's partitions, s", lambda n: f"{n.recovery_s:.1f}"),
    ]
    return [(what, *(figure(each) for each in found)) for what, figure in figures]


def said(constants: Constants) -> list[tuple[str, str]]:
    """The constants as they are printed."""
    return [
        ("event, bytes", f"{constants.event_bytes:.0f}"),
        ("events a person and hour (simulated evening)", f"{constants.events_per_person_hour:.0f}"),
        ("folding an event, µs", f"{constants.fold_s * 1e6:.1f}"),
        ("transport and transactions an event, µs", f"{constants.transport_s * 1e6:.1f}"),
        (f"assessing a session of {PEOPLE}, µs", f"{constants.assess_s * 1e6:.0f}"),
        ("state record of a session, bytes", f"{constants.state_bytes:.0f}"),
        ("output record, bytes", f"{constants.output_bytes:.0f}"),
        ("loading a session's state, µs", f"{constants.load_s * 1e6:.0f}"),
        ("memory a live participant, bytes", f"{constants.person_bytes:.0f}"),
    ]


def _events_per_person_hour() -> float:
    settings = Evening(starts_at=1_772_474_400_000, groups=20, individuals=0, workshops=0)
    found = [each.record for each in evening(settings) if isinstance(each.record, Telemetry)]
    plans = {record.session: record for record in found if hasattr(record, "roster")}
    hours = [(plan.ends_at - plan.starts_at) / timedelta(hours=1) for plan in plans.values()]
    seats = [len(plan.roster) for plan in plans.values()]
    return len(found) / sum(map(mul, hours, seats))


def _power_of_two(least: float) -> int:
    return 1 << max(0, math.ceil(math.log2(least)))
