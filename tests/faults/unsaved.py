"""A worker dies when it knows a fact that is in no state record, though its transactions have gone
past it: the next owner folds it again.
"""

from tests.faults.altered import Alterations
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import Shift
from tests.kafka.fleet import PARTITIONS
from tests.kafka.workers import ago, event, neighbour

SHORT = Sizes(seed=11, events=0, faults=2)
LONG = Sizes(seed=11, events=0, faults=20)
NEVER = "86400000"
OTHER = neighbour("s1", PARTITIONS)


def run(sizes: Sizes, place: Place, alterations: Alterations = ()) -> Outcome:
    """Tell a fact that changes nothing yet, and something else behind it; die; compare.

    In the end the session's plan is moved, so that the facts count after all.
    """
    with Shift(place, sizes, alterations, assess_every_ms="600000", save_every_ms=NEVER) as shift:
        fleet = shift.fleet
        fleet.start("one")
        shift.plan(1)
        fleet.send(event("joined", "person-0"))
        shift.caught_up()
        for number in range(sizes.faults):
            fleet.send(event("chat", "person-0", at=ago(seconds=30 - number)))
            shift.plan(number + 1, OTHER)
            shift.caught_up()
            fleet.kill("one")
            fleet.evict()
            fleet.start("one")
        shift.plan(2, begins_in_min=-5)
        return shift.outcome("facts in no state record", fleet.killed, fleet.inside, ("one",))
