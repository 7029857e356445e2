"""Simulated time: plain milliseconds from the start of the evening, scaled only when told."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from schemas.instants import HOUR_MS

SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """Turns offsets (unscaled milliseconds from the start of the evening) into instants.

    Everything else in the simulation is written in offsets, so this is the one place that
    knows the scale.
    """

    starts_at: int
    scale: int

    def milliseconds(self, offset: int) -> int:
        """The instant of `offset`, in milliseconds UTC; order is kept."""
        return self.starts_at + offset // self.scale

    def rounded(self, offset: int, resolution_ms: int) -> int:
        """`milliseconds`, as told by somebody whose clock has steps of `resolution_ms`."""
        at = self.milliseconds(offset)
        return at - at % max(1, resolution_ms // self.scale)


def moments(random: Random, per_hour: float, begins: int, ends: int) -> Iterator[int]:
    """Offsets in `[begins, ends)` at which something with no memory happens."""
    if per_hour <= 0:
        return
    at = begins + random.expovariate(per_hour) * HOUR_MS
    while at < ends:
        yield int(at)
        at += random.expovariate(per_hour) * HOUR_MS


def seconds(random: Random, least: float, most: float) -> int:
    """A duration in milliseconds between `least` and `most` seconds."""
    return int(random.uniform(least, most) * SECOND_MS)
