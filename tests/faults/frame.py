"""Frame: what a scenario is given, and what it tells of itself."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

PATIENCE_S = 60.0
POLL_S = 0.02


class Sizes(NamedTuple):
    """How much: at least `events` records flow while `faults` faults are drawn from `seed`."""

    seed: int
    events: int
    faults: int


class Place(NamedTuple):
    """Where: a broker, a prefix for what is made there, an empty database, an empty folder.

    Servers that run as another user can reach the folder.
    """

    bootstrap: str
    prefix: str
    database_url: str
    folder: Path


class Outcome(NamedTuple):
    """What was compared and found equal: `counts` says of how much.

    `faults` were put in, `inside` of them while a transaction was open.
    """

    name: str
    seed: int
    counts: Mapping[str, int]
    seconds: float
    faults: int
    inside: int

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        return (
            f"{self.name}: seed {self.seed}, {self.faults} faults, {self.inside} inside an open"
            f" transaction, {self.seconds:.0f} s; {counts}"
        )


def until(
    condition: Callable[[], object],
    otherwise: str,
    log: Path | None = None,
    patience_s: float = PATIENCE_S,
) -> None:
    """Wait until a condition holds; fails with `otherwise` and the end of a log."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            said = "" if log is None else f"; {log.read_text()[-2_000:]}"
            raise AssertionError(f"waited {patience_s:g} s in vain: {otherwise}{said}")
        time.sleep(POLL_S)
