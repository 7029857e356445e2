"""Results: one row for each scenario, on the terminal and in RESULTS.md.

The file keeps the last row of every scenario, with the day and the size at which it ran.
"""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from streams.machine.jars import KAFKA
from tests.faults.frame import Outcome

FILE = Path(__file__).with_name("RESULTS.md")
CLIENTS = ("aiokafka", "faust-streaming", "kafka-python")
HEADER = """\
# Faults: last results

Written by `python -m tests.faults --long`; a row is that of the last run of its scenario, at the
size that it names. Every row's comparisons held, unless it says otherwise.

| scenario | faults | inside a transaction | seconds | seed | compared and measured | when, where |
|---|---|---|---|---|---|---|
"""


def row(name: str, outcome: Outcome) -> str:
    """The row of a scenario that held."""
    counts = ", ".join(f"{what} {count}" for what, count in outcome.counts.items())
    figures = (outcome.faults, outcome.inside, f"{outcome.seconds:.0f}", outcome.seed, counts)
    return _row(name, *figures)


def failed(name: str, error: BaseException) -> str:
    """The row of a scenario that did not."""
    said = " ".join(str(error).split()).replace("|", "/")[:200]
    return _row(name, "", "", "", "", f"FAILED: {type(error).__name__}: {said}")


def keep(rows: dict[str, str]) -> None:
    """Replace the rows of the scenarios that ran."""
    known = FILE.read_text().splitlines() if FILE.exists() else []
    begun = HEADER.splitlines()
    old = {line.split("|")[1].strip(): line for line in known if line not in begun and "|" in line}
    FILE.write_text(HEADER + "\n".join((old | rows).values()) + "\n")


def _row(name: str, *cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in (name, *cells, _stamp()))} |"


def _stamp() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    clients = ", ".join(f"{client} {version(client)}" for client in CLIENTS)
    machine = f"{os.cpu_count()} cores (load {os.getloadavg()[0]:.0f}), {memory:.0f} GiB"
    versions = f"Kafka {KAFKA}, Python {platform.python_version()}, {clients}"
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {machine}; {versions}"
