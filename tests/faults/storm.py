"""Workers come and go, 1 to 3 to 1, faster than anything settles."""

from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import Shift

SHORT = Sizes(seed=5, events=3_000, faults=2)
LONG = Sizes(seed=5, events=50_000, faults=20)
OTHERS = ("two", "three")


def run(sizes: Sizes, place: Place) -> Outcome:
    """Come and go, compare. A fault is one worker that joins or leaves."""
    with Shift(place, sizes) as shift:
        fleet = shift.fleet
        fleet.start("one")
        shift.feed(rate=sizes.events / (12 * sizes.faults))
        for _ in range(sizes.faults):
            fleet.start("two", ready=False)
            shift.rest()
            fleet.start("three")
            for name in OTHERS:
                assert fleet.stop(name) == 0
                shift.rest()
        changes = 2 * len(OTHERS) * sizes.faults
        return shift.outcome("rebalance storm", changes, 0, ("one",))
