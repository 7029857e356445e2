"""Race: one peer after the other, each on a topic of its own with the same kind of load."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from kafka import KafkaConsumer, TopicPartition

from schemas.topics import TELEMETRY
from tests.bench.peers import results
from tests.bench.pipeline import PARTITIONS, preload

PYTHON = "ROLLCALL_PEERS_PYTHON"
"""A Python that has quixstreams, when this one has not."""

LOOK_EVERY_S = 0.05
LIMIT_S = 600.0
OFFSETS_EVERY = 10
"""Looks at the process for each look at the group's offsets."""


class Pace(NamedTuple):
    """From the first record to the last one committed; `mb` is the most memory seen."""

    name: str
    events: int
    seconds: float
    cpu_s: float
    mb: float


class Racer(NamedTuple):
    """Who runs: its program, what it says at its first record, and how many sessions it gets."""

    name: str
    module: str
    share: float
    says: str = "first"


OURS = Racer("Rollcall, all rules, exactly once", "streams.worker", 1.0, "ready with")
PEERS = (
    Racer("Quix Streams, exactly once", "quix", 0.2),
    Racer("Faust with a Table, at least once", "plain_faust", 0.04),
    Racer("aiokafka alone, nothing kept", "plain_aiokafka", 1.0),
)


def races(
    bootstrap: str, sessions: int, events_per_person: int, folder: Path
) -> Iterator[Pace | str]:
    """The pace of each, once its results are right; a line instead of who cannot run here."""
    yield _ours(bootstrap, sessions, events_per_person, folder)
    for racer in PEERS:
        if racer.module == "quix" and not _has_quix():
            yield f"Quix Streams is not there: give {PYTHON} a Python that has quixstreams"
            continue
        yield _peer(
            racer, bootstrap, max(1, int(sessions * racer.share)), events_per_person, folder
        )


def _ours(bootstrap: str, sessions: int, events_per_person: int, folder: Path) -> Pace:
    prefix, topic, events = _loaded(bootstrap, sessions, events_per_person)
    settings = {"ROLLCALL_BOOTSTRAP": bootstrap, "ROLLCALL_TOPIC_PREFIX": prefix}
    argv = [sys.executable, "-m", OURS.module]
    group = _Group(bootstrap, topic, f"{prefix}rollcall")
    pace = _run(OURS, argv, settings, folder, group, events)
    kept = results.of_ours(bootstrap, topic, PARTITIONS)
    _same(OURS, kept, results.expected_of_ours(bootstrap, topic))
    return pace


def _peer(
    racer: Racer, bootstrap: str, sessions: int, events_per_person: int, folder: Path
) -> Pace:
    prefix, topic, events = _loaded(bootstrap, sessions, events_per_person)
    group = f"{prefix}{racer.module}".replace(".", "-")
    place = folder / group
    place.mkdir()
    program = str(Path(__file__).parent / f"{racer.module}.py")
    python = _python() if racer.module == "quix" else sys.executable
    argv = [python, program, bootstrap, topic, group, str(place)]
    pace = _run(racer, argv, {}, folder, _Group(bootstrap, topic, group), events)
    kept = results.KEPT[racer.module](bootstrap, topic, group, place)
    _same(racer, kept, results.expected(bootstrap, topic))
    return pace


def _loaded(bootstrap: str, sessions: int, events_per_person: int) -> tuple[str, str, int]:
    prefix = f"r{uuid.uuid4().hex[:6]}."
    events = preload(bootstrap, prefix, sessions, events_per_person)
    return prefix, prefix + TELEMETRY.name, events


def _same(racer: Racer, kept: results.Counts, wanted: results.Counts) -> None:
    if kept != wanted:
        wrong = sum(kept.get(name) != counts for name, counts in wanted.items())
        raise RuntimeError(f"{racer.name}: {wrong} of {len(wanted)} participants are counted wrong")


def _run(
    racer: Racer,
    argv: Sequence[str],
    settings: dict[str, str],
    folder: Path,
    group: "_Group",
    events: int,
) -> Pace:
    log = folder / f"{group.name}.log"
    with _process(argv, settings, log) as process:
        _wait(lambda: racer.says in log.read_text(), process, log)
        begun, cpu = time.perf_counter(), _cpu(process)
        mb, looks = 0.0, 0

        def done() -> bool:
            nonlocal mb, looks
            mb = max(mb, process.memory_info().rss / 1e6)
            looks += 1
            return looks % OFFSETS_EVERY == 0 and group.committed() >= events

        _wait(done, process, log)
        seconds, used = time.perf_counter() - begun, _cpu(process) - cpu
    group.close()
    return Pace(racer.name, events, seconds, used, mb)


@contextmanager
def _process(argv: Sequence[str], settings: dict[str, str], log: Path) -> Iterator[psutil.Process]:
    with log.open("wb") as output:
        process = psutil.Popen(argv, env={**os.environ, **settings}, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def _wait(condition: Callable[[], bool], process: psutil.Process, log: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"it did not come to the end: {log.read_text()[-2_000:]}")
        time.sleep(LOOK_EVERY_S)


class _Group:
    """How far a group has come."""

    def __init__(self, bootstrap: str, topic: str, name: str) -> None:
        self.name = name
        self._parts = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap, group_id=name, enable_auto_commit=False
        )

    def committed(self) -> int:
        """The sum of its offsets."""
        return sum(self._consumer.committed(part) or 0 for part in self._parts)

    def close(self) -> None:
        """Ask no more."""
        self._consumer.close()


def _python() -> str:
    return os.environ.get(PYTHON, sys.executable)


def _has_quix() -> bool:
    told = subprocess.run([_python(), "-c", "import quixstreams"], capture_output=True, check=False)
    return told.returncode == 0
