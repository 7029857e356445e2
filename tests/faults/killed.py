"""Workers are killed (SIGKILL) at moments drawn by chance; another has their partitions soon.

Every other time the one that follows dies inside an open transaction, so that some certainly do.
"""

import time

from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import BOTH, Shift

SHORT = Sizes(seed=1, events=4_000, faults=4)
LONG = Sizes(seed=1, events=100_000, faults=30)
APART_S = (1.0, 4.0)


def run(sizes: Sizes, place: Place) -> Outcome:
    """Kill, start again, compare."""
    with Shift(place, sizes) as shift:
        for name in BOTH:
            shift.fleet.start(name)
        shift.feed(rate=sizes.events / (sizes.faults * sum(APART_S)))
        while shift.fleet.killed < sizes.faults:
            time.sleep(shift.chance.uniform(*APART_S))
            act = ("kill", "failpoint")[shift.fleet.killed % 2]
            shift.fleet.disturb(act, shift.chance)
        return shift.outcome("workers killed", shift.fleet.killed, shift.fleet.inside)
