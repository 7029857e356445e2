"""Every third transaction is aborted when all of its records are on the log: the worker ends, is
started again, and nobody ever reads what was aborted.
"""

from itertools import count

from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import Shift
from tests.kafka.workers import WORKER

SHORT = Sizes(seed=3, events=2_000, faults=4)
LONG = Sizes(seed=3, events=50_000, faults=50)
SAID = "transaction in doubt: AbortedError"


def run(sizes: Sizes, place: Place) -> Outcome:
    """Abort, start again, compare."""
    with Shift(place, sizes, ("abort_third",)) as shift:
        fleet = shift.fleet
        fleet.start("one")
        shift.feed(rate=sizes.events / (4 * sizes.faults))
        revisions = count(1)
        while shift.feeding or fleet.log("one").count(SAID) < sizes.faults:
            if fleet.has_ended("one"):
                fleet.evict()
                fleet.start("one")
            shift.plan(next(revisions))
            shift.rest()
        fleet.end("one")
        found = fleet.log("one").count(SAID)
        fleet.evict()
        fleet.start("one", program=WORKER)
        return shift.outcome("every third transaction aborted", found, found, ("one",))
