"""Garbage: the cyclic collector, kept away from what lives long.

Facts and batches have no cycles, so that reference counts free them. Left alone, the collector
walks them again and again all the same: 0.6 to 1.0 µs for each event. So what is in memory after
a recovery is frozen (never walked), and a young collection starts only after many more
allocations than the default, which one batch of records alone would trigger seven times.
"""

import gc

YOUNG_OBJECTS = 100_000
YOUNG_PER_MIDDLE = 20
MIDDLE_PER_FULL = 100


def tame() -> None:
    """Make collections rare; once per process."""
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_PER_MIDDLE, MIDDLE_PER_FULL)


def settle() -> None:
    """Collect once, and leave alone from then on whatever is alive now."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
