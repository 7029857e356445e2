"""Two workers; one is killed (SIGKILL). How long until the other has committed something of every
partition that it lost: the session timeout plus 5 s at most is the aim, printed and not asserted.
"""

import time

from streams.worker.place import partition_of
from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.offsets import committed
from tests.faults.shift import BOTH, Shift
from tests.kafka.fleet import PARTITIONS

SHORT = Sizes(seed=16, events=0, faults=1)
LONG = Sizes(seed=16, events=0, faults=10)
SESSION_S, AIM_S = 6.0, 11.0


def run(sizes: Sizes, place: Place) -> Outcome:
    """Kill one, give every partition something to write, wait for it, compare."""
    took = []
    with Shift(place, sizes) as shift:
        fleet = shift.fleet
        for name in BOTH:
            fleet.start(name)
        sessions = _one_in_each()
        for number in range(sizes.faults):
            for session in sessions:
                shift.plan(2 * number + 1, session)
            shift.caught_up()
            before = committed(shift.run)
            killed_at = time.monotonic()
            fleet.end(BOTH[number % 2])
            for session in sessions:
                shift.plan(2 * number + 2, session)
            until(
                lambda before=before: all(
                    now > then for now, then in zip(committed(shift.run), before, strict=True)
                ),
                "the other does not commit",
            )
            took.append(time.monotonic() - killed_at)
            fleet.start(BOTH[number % 2])
        print(f"failover: {', '.join(f'{each:.1f}' for each in took)} s (aim {AIM_S:g})")
        longest = round(1000 * max(took))
        return shift.outcome(
            "failover", sizes.faults, 0, longest_ms=longest, aim_ms=round(1000 * AIM_S)
        )


def _one_in_each() -> list[str]:
    found = {partition_of(f"s{n}".encode(), PARTITIONS): f"s{n}" for n in range(64)}
    assert len(found) == PARTITIONS
    return list(found.values())
