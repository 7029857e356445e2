"""A worker stands still (SIGSTOP) past its session, in the middle of a checkpoint; another takes
its partitions over; it goes on (SIGCONT), commits nothing, and exits.
"""

import signal

from tests.faults.altered import Alterations
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import Shift
from tests.kafka.fleet import INSIDE

SHORT = Sizes(seed=4, events=0, faults=2)
LONG = Sizes(seed=4, events=10_000, faults=10)
POINTS = ("checkpoint-captured", "checkpoint-acknowledged", "checkpoint-begun", "checkpoint-sent")
AWAKE_S = 10.0
HEIR = ("heir",)


def run(sizes: Sizes, place: Place, alterations: Alterations = ()) -> Outcome:
    """Stop, take over, continue, compare."""
    inside, survived = 0, 0
    with Shift(place, sizes, alterations) as shift:
        fleet = shift.fleet
        if sizes.events:
            shift.feed(rate=sizes.events / (15 * sizes.faults))
        for number in range(sizes.faults):
            point = POINTS[number % len(POINTS)]
            shift.plan(number + 1)
            shift.start_altered("zombie", f"hold@{point}")
            fleet.until(lambda: fleet.stopped("zombie"), "it does not stand still")
            fleet.start("heir")
            shift.caught_up()
            fleet.signal(signal.SIGCONT, "zombie")
            survived += not fleet.ended_within("zombie", AWAKE_S)
            fleet.signal(signal.SIGKILL, "zombie")
            inside += point in INSIDE
            fleet.stop("heir")
        outcome = shift.outcome("zombie", sizes.faults, inside, HEIR)
        assert not survived, f"{survived} zombies live on"
        assert fleet.log("zombie").count("transaction in doubt: ") == sizes.faults
        return outcome
