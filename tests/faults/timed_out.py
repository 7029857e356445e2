"""A worker stands still inside a transaction until the broker gives the transaction up; when it
goes on it commits nothing and ends, and nobody else was there meanwhile.
"""

import signal

from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.shift import Shift

SHORT = Sizes(seed=15, events=0, faults=1)
LONG = Sizes(seed=15, events=0, faults=5)
POINT = "checkpoint-acknowledged"
ALARM = "transaction in doubt: "


def run(sizes: Sizes, place: Place) -> Outcome:
    """Stand still, wait for the broker to end the transaction, go on, compare."""
    with Shift(place, sizes) as shift:
        fleet = shift.fleet
        for number in range(sizes.faults):
            shift.plan(number + 1)
            shift.start_altered("one", f"hold@{POINT}")
            until(lambda: fleet.stopped("one"), "it does not stand still")
            assert fleet.left_open()
            until(lambda: not fleet.left_open(), "the broker does not end the transaction")
            fleet.signal(signal.SIGCONT, "one")
            assert fleet.ended("one") == 1
            assert fleet.log("one").count(ALARM) == number + 1
            fleet.evict()
        return shift.outcome("transaction timeout", sizes.faults, sizes.faults, ("one",))
