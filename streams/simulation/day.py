"""A day of a large provider: sessions begin all day long, most of them on the hour at nine."""

from collections.abc import Iterator
from dataclasses import replace
from heapq import merge
from operator import attrgetter

from schemas.instants import HOUR_MS
from streams.simulation.delivery import Delivery
from streams.simulation.evening import evening
from streams.simulation.settings import Evening

BEGINNINGS = (
    *(0.01, 0.0, 0.0, 0.0, 0.0, 0.01, 0.05, 0.2),
    *(0.6, 1.0, 0.8, 0.7, 0.35, 0.6, 0.7, 0.6),
    *(0.45, 0.5, 0.7, 0.5, 0.15, 0.05, 0.02, 0.01),
)
"""How many sessions begin in each hour, as shares of those at nine on a Monday: programs of the
morning, of the afternoon and, after work, of the evening. An assumption, not a measurement."""


def day(settings: Evening) -> Iterator[Delivery]:
    """Every delivery of the day that begins at `settings.starts_at`.

    The numbers of sessions are those of the busiest hour; at scale 60 the day lasts 24 minutes.
    """
    hours = [_hour(settings, number, share) for number, share in enumerate(BEGINNINGS)]
    yield from merge(*(evening(hour) for hour in hours if hour), key=attrgetter("appended_at"))


def _hour(settings: Evening, number: int, share: float) -> Evening | None:
    groups, individuals, workshops = (
        round(share * most) for most in (settings.groups, settings.individuals, settings.workshops)
    )
    if not groups + individuals + workshops:
        return None
    return replace(
        settings,
        # Far apart, as the days of a season have numbers that follow each other.
        seed=settings.seed + number * 1_000_003,
        starts_at=settings.starts_at + number * HOUR_MS // settings.scale,
        groups=groups,
        individuals=individuals,
        workshops=workshops,
    )
