"""The ledger alone, in this process: what the rules themselves cost."""

import gc
import time
import tracemalloc
from typing import NamedTuple

from schemas.dead_letter import Entry
from streams.ledger import Ledger
from streams.policies import load
from streams.session.stage import session_stage
from streams.simulation.load import sessions_in_progress
from streams.stage import Pacing

BATCH = 5_000
PEOPLE = 8
HOUR_MS = 3_600_000


class LedgerSpeed(NamedTuple):
    """CPU seconds of folding alone, and with assessing every two seconds."""

    events: int
    event_bytes: float
    fold_s: float
    total_s: float


def entries(sessions: int, events_per_person: int, now: int, spread_ms: int) -> list[Entry]:
    """Load whose append times run over `spread_ms` from `now` on."""
    pairs = list(
        sessions_in_progress(
            seed=1,
            sessions=sessions,
            people=PEOPLE,
            events_per_person=events_per_person,
            started_at=now - HOUR_MS,
            now=now,
        )
    )
    step = spread_ms / len(pairs)
    return [Entry(i, now + int(i * step), key, value) for i, (key, value) in enumerate(pairs)]


def speed(sessions: int, events_per_person: int, spread_ms: int) -> LedgerSpeed:
    """Fold everything, with a checkpoint every two seconds of append time."""
    taken = entries(sessions, events_per_person, round(time.time() * 1000), spread_ms)
    gc.collect()
    gc.freeze()
    ledger = Ledger(session_stage(load()), Pacing(), epoch=1)
    fold_s, started = 0.0, time.process_time()
    checkpoint_at = taken[0].timestamp + 2_000
    for first in range(0, len(taken), BATCH):
        batch = taken[first : first + BATCH]
        before = time.process_time()
        ledger.take(batch)
        fold_s += time.process_time() - before
        if batch[-1].timestamp >= checkpoint_at:
            checkpoint_at = batch[-1].timestamp + 2_000
            ledger.checkpoint(batch[-1].timestamp)
    ledger.checkpoint(taken[-1].timestamp, everything=True)
    total_s = time.process_time() - started
    gc.unfreeze()
    size = sum(len(entry.value or b"") for entry in taken)
    return LedgerSpeed(len(taken), size / len(taken), fold_s, total_s)


def memory(sessions: int, events_per_person: int) -> float:
    """Bytes of a live participant with facts and published state, as the allocator counts them."""
    taken = entries(sessions, events_per_person, round(time.time() * 1000), 10_000)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    ledger = Ledger(session_stage(load()), Pacing(), epoch=1)
    ledger.take(taken)
    ledger.checkpoint(taken[-1].timestamp, everything=True)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / (sessions * PEOPLE)
