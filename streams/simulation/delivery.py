"""How records reach the log: soon, late, twice, or never."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from random import Random
from typing import NamedTuple

import msgspec

from schemas.instants import MINUTE_MS, rfc3339
from schemas.telemetry import Left
from streams.simulation.account import Occurrence, Record
from streams.simulation.settings import Evening
from streams.simulation.timeline import Timeline, seconds

RETRIES_MS = (5 * MINUTE_MS, 25 * MINUTE_MS, 85 * MINUTE_MS)
"""When a platform tries again after its first delivery failed."""

RETRIED = 0.4
"""The share of late records that are such retries; the others are overtaken by a minute."""


class Delivery(NamedTuple):
    """One record and when the log has it (milliseconds UTC), never before it happened."""

    appended_at: int
    record: Record


def transmit(
    occurrences: Iterable[Occurrence], timeline: Timeline, settings: Evening
) -> list[Delivery]:
    """The deliveries of `occurrences`, in the order in which the log gets them.

    Each fault has its own chance, so that changing one rate leaves the others' victims alone.
    """
    usual, late, lost, twice = (
        Random(f"{settings.seed}/{fault}") for fault in ("usual", "late", "lost", "twice")
    )
    deliveries = []
    for occurrence in occurrences:
        record = occurrence.record
        if lost.random() < settings.lost_leaves and isinstance(record, Left):
            continue
        arrives = occurrence.offset + occurrence.delay_ms + seconds(usual, 0.05, 1.5)
        if late.random() < settings.disorder:
            arrives += _lateness(late)
        deliveries.append(Delivery(timeline.milliseconds(arrives), record))
        if twice.random() < settings.duplicates:
            again = arrives + seconds(twice, 3, 120)
            deliveries.append(Delivery(timeline.milliseconds(again), record))
    return sorted(deliveries, key=attrgetter("appended_at"))


def _lateness(random: Random) -> int:
    if random.random() < RETRIED:
        return random.choice(RETRIES_MS)
    return seconds(random, 4, 60)


def ndjson(deliveries: Iterable[Delivery]) -> Iterator[bytes]:
    """One line a delivery, with its line feed: the record as JSON and `appended_at` in it."""
    encode = msgspec.json.Encoder().encode
    for appended_at, record in deliveries:
        yield b'%s,"appended_at":"%s"}\n' % (
            encode(record)[:-1],
            rfc3339(appended_at).encode(),
        )
