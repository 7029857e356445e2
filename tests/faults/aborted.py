"""Every third transaction is aborted when all of its records are on the log: the worker ends, is
started again, and nobody ever reads what was aborted.
"""

from itertools import count

from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import BOTH, Shift

SHORT = Sizes(seed=3, events=2_000, faults=4)
LONG = Sizes(seed=3, events=50_000, faults=50)
SAID = "transaction in doubt: AbortedError"


def run(sizes: Sizes, place: Place) -> Outcome:
    """Abort, start again, compare."""
    with Shift(place, sizes, ("abort_third",)) as shift:
        fleet = shift.fleet

        def aborted() -> int:
            return sum(fleet.log(name).count(SAID) for name in BOTH)

        shift.feed(rate=sizes.events / (4 * sizes.faults))
        revisions = count(1)
        while shift.feeding or aborted() < sizes.faults:
            for name in BOTH:
                fleet.keep(name)
            shift.plan(next(revisions))
            shift.rest()
        found = aborted()
        for name in BOTH:
            fleet.stop(name)
            fleet.start(name, ready=False, program=("streams.worker",))
        return shift.outcome("every third transaction aborted", found, found)
