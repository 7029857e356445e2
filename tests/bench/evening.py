"""An evening at its own pace, both stages in this process: few records, and a look every moment.

The other figures are about a log that waits. Here people are heard of once in a minute or two,
their scores are told every minute, and looks are nearly all of the work.
"""

import gc
import time
from typing import NamedTuple

from schemas.codec import encode
from schemas.dead_letter import Entry
from schemas.instants import HOUR_MS
from schemas.telemetry import Event
from streams.local import Local, Routed
from streams.policies import load
from streams.simulation.evening import evening
from streams.simulation.settings import Evening

STARTS_AT = 1_772_474_400_000
AFTER_MS = 3 * HOUR_MS
"""The clock runs on until everything is final."""


class EveningSpeed(NamedTuple):
    """CPU seconds of an evening with so many records and messages."""

    events: int
    changes: int
    cpu_s: float


def speed(groups: int) -> EveningSpeed:
    """An evening of `groups` groups, and the usual others."""
    routed = [
        Routed(
            not isinstance(record, Event),
            Entry(number, appended_at, _key(record).encode(), encode(record)),
        )
        for number, (appended_at, record) in enumerate(
            evening(Evening(starts_at=STARTS_AT, groups=groups))
        )
    ]
    last = routed[-1].entry.timestamp + AFTER_MS
    gc.collect()
    gc.freeze()
    changes, started = 0, time.process_time()
    for looked in Local(load()).run(routed, lambda: last):
        changes += len(looked.changes)
    cpu_s = time.process_time() - started
    gc.unfreeze()
    return EveningSpeed(len(routed), changes, cpu_s)


def _key(record: object) -> str:
    name = "session" if isinstance(record, Event) else "participant"
    return str(getattr(record, name))
