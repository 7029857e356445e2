"""A worker dies with many live sessions (`events` of them) and another recovers them all: the time
from its start to readiness is printed, with the part of it that is the recovery of partitions.
"""

import json
import time

from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import Shift
from tests.kafka.workers import ago, scheduled

SHORT = Sizes(seed=18, events=500, faults=1)
LONG = Sizes(seed=18, events=20_000, faults=1)
AIM_MS = 10_000


def run(sizes: Sizes, place: Place) -> Outcome:
    """Plan sessions that lie ahead, die, recover, compare."""
    with Shift(place, sizes) as shift:
        fleet = shift.fleet
        fleet.start("one")
        shift.tell((f"s{n}".encode(), _plan(n)) for n in range(sizes.events))
        shift.caught_up(patience_s=sizes.events / 20 + 60)
        fleet.kill("one")
        fleet.evict()
        begun = time.monotonic()
        fleet.start("one")
        took_ms = round(1000 * (time.monotonic() - begun))
        print(f"recovery of {sizes.events} live sessions: {took_ms / 1000:.1f} s (aim 10)")
        return shift.outcome(
            "many live sessions",
            sizes.faults,
            fleet.inside,
            ("one",),
            recovered_in_ms=took_ms,
            aim_ms=AIM_MS,
        )


def _plan(number: int) -> bytes:
    name = f"s{number}"
    plan = scheduled(
        name,
        people=(f"person-{number}",),
        at=ago(),
        starts_at=ago(minutes=-30),
        ends_at=ago(minutes=-90),
    )
    return json.dumps(plan).encode()
