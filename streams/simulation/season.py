"""Evening after evening without an end, each with people and sessions of its own."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from operator import attrgetter

from schemas.instants import HOUR_MS
from streams.simulation.delivery import Delivery
from streams.simulation.evening import evening
from streams.simulation.settings import Evening

PERIOD_MS = 4 * HOUR_MS
"""From the begin of one evening to that of the next, at scale 1: by then sessions are over."""


def season(first: Evening) -> Iterator[Delivery]:
    """Every delivery of `first` and of the evenings after it, whose seeds count on from its own.

    What arrives late of one evening mingles with the next. Plans of the next evening, which
    come the day before, are given when the evening before is over.
    """
    period = PERIOD_MS // first.scale
    late: list[Delivery] = []
    for number in count():
        starts_at = first.starts_at + number * period
        found = evening(replace(first, seed=first.seed + number, starts_at=starts_at))
        waiting = sorted([*late, *found], key=attrgetter("appended_at"))
        late = [delivery for delivery in waiting if delivery.appended_at >= starts_at + period]
        yield from waiting[: len(waiting) - len(late)]
