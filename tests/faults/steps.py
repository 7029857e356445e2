"""A worker exits at each step of a checkpoint and of a recovery, named in
`streams.worker.failpoints`, with something new to say each time.
"""

from collections.abc import Sequence

from streams.worker.failpoints import POINTS
from tests.faults.altered import Alterations
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import Shift

SHORT = Sizes(seed=2, events=0, faults=len(POINTS))
LONG = Sizes(seed=2, events=20_000, faults=5 * len(POINTS))
NAMES = ("one",)


def run(
    sizes: Sizes, place: Place, alterations: Alterations = (), points: Sequence[str] = POINTS
) -> Outcome:
    """Exit at each of the points in turn, compare."""
    with Shift(place, sizes, alterations) as shift:
        fleet = shift.fleet
        fleet.start("one")
        shift.plan(1)
        shift.caught_up()
        fleet.kill("one")
        fleet.evict()
        if sizes.events:
            shift.feed(rate=sizes.events / (5 * sizes.faults))
        for number in range(sizes.faults):
            shift.plan(number + 2)
            fleet.dies_at("one", points[number % len(points)])
            fleet.evict()
        return shift.outcome("exit at each step", fleet.killed, fleet.inside, NAMES)
