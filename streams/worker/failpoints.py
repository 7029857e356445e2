"""Failpoints: named places where a test can make the worker die at once, as by SIGKILL.

`ROLLCALL_FAILPOINT=name` dies where the place is reached, `name:3` where it is reached for the
third time. Otherwise a place costs one comparison.
"""

import os

VARIABLE = "ROLLCALL_FAILPOINT"
KILLED = 137

POINTS = (
    "recovery-fenced",
    "recovery-barrier",
    "recovery-state",
    "recovery-source",
    "checkpoint-captured",
    "checkpoint-begun",
    "checkpoint-offsets",
    "checkpoint-sent",
    "checkpoint-acknowledged",
    "checkpoint-committed",
)


class Failpoints:
    """Which place is deadly, if any."""

    def __init__(self, told: str = "") -> None:
        """Raises ValueError, with one line, if `told` names no place or no count."""
        name, _, count = told.partition(":")
        if name and name not in POINTS:
            raise ValueError(f"{VARIABLE}: {name!r} is not one of {', '.join(POINTS)}")
        if count and not count.isdigit():
            raise ValueError(f"{VARIABLE}: {count!r} is no count")
        self._name = name
        self._left = int(count or 1)

    def reach(self, name: str) -> None:
        """Die here if it was told so."""
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os._exit(KILLED)
