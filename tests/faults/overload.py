"""Twice as much comes as the worker can fold, for a while; then nothing: its memory stays as it was
within a tenth, and the backlog is worked off.

The worker's rules cost MICROS more for each record, so that its capacity is far below that of
whoever sends. The same records are told again and again: what is known does not grow by them, so
that whatever grows is plumbing.
"""

import time
from itertools import chain, islice, repeat

from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.offsets import lag
from tests.faults.shift import Shift

SHORT = Sizes(seed=19, events=2_000, faults=15)
LONG = Sizes(seed=19, events=2_000, faults=180)
"""`faults` are seconds of overload."""

MICROS = 400
MEASURED = 10_000
SAMPLE_S = 0.5
FLAT = 1.1
ONE_FETCH = 8 << 20
"""Bytes that may be in hand at one look and not at another; they count in a few seconds' run."""


def run(sizes: Sizes, place: Place) -> Outcome:
    """Measure the capacity, send twice as much, drain, compare."""
    with Shift(place, sizes, (f"slow@{MICROS}",)) as shift:
        shift.fleet.start("one")
        known = list(shift.pairs())
        again = chain.from_iterable(repeat(known))
        shift.tell(known)
        _drained(shift, sizes.faults)
        begun = time.monotonic()
        shift.tell(islice(again, MEASURED))
        _drained(shift, sizes.faults)
        capacity = MEASURED / (time.monotonic() - begun)
        number = round(2 * capacity * sizes.faults)
        begun = time.monotonic()
        shift.feed(rate=2 * capacity, pairs=islice(again, number))
        memory, most = [], 0
        while shift.feeding:
            memory.append(shift.fleet.memory("one"))
            most = max(most, lag(shift.run))
            time.sleep(SAMPLE_S)
        sent_s = time.monotonic() - begun
        shift.fed()
        _drained(shift, sizes.faults)
        drained_s = time.monotonic() - begun - sent_s
        memory.append(shift.fleet.memory("one"))
        # Buffers fill in the first third, by as much as one fetch may bring.
        first = max(memory[: max(1, len(memory) // 3)])
        assert most > number // 4, f"only {most} of {number} ever waited: no overload"
        allowed = FLAT * first + (ONE_FETCH if sizes == SHORT else 0)
        assert max(memory) <= allowed, f"memory grew from {first} to {max(memory)} bytes"
        return shift.outcome(
            "twice the capacity",
            1,
            0,
            ("one",),
            capacity=round(capacity),
            sent=number,
            most_waiting=most,
            drained_in_s=round(drained_s),
            memory_first_mb=first >> 20,
            memory_most_mb=max(memory) >> 20,
        )


def _drained(shift: Shift, seconds: int) -> None:
    until(lambda: lag(shift.run) == 0, "the backlog stays", patience_s=4 * seconds + 60)
