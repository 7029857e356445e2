"""Results: what each peer has kept, and what the log says it must be."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from schemas.topics import TELEMETRY
from streams import state
from streams.ledger import Ledger
from streams.policies import load
from streams.reading import read_topic
from streams.session.stage import session_stage
from streams.stage import Pacing
from streams.worker.outbox import BARRIER_KEY, PROGRESS_KEY

KINDS = {"joined": 0, "left": 1, "camera": 2}
Counts = dict[str, list[int]]


def expected(bootstrap: str, topic: str) -> Counts:
    """Of every participant: joins, leaves, camera switches, others, as they are on the log."""
    counts: Counts = defaultdict(lambda: [0, 0, 0, 0])
    for entry in read_topic(bootstrap, topic):
        event = json.loads(entry.value or b"")
        if (participant := event.get("participant")) is not None:
            counts[participant][KINDS.get(event["type"], 3)] += 1
    return dict(counts)


def of_quix(bootstrap: str, topic: str, group: str, folder: Path) -> Counts:
    """The changelog, last record of each key."""
    counts: Counts = {}
    for entry in read_topic(bootstrap, f"changelog__{group}--{topic}--default"):
        _, _, key = (entry.key or b"").partition(b"|")
        counts[json.loads(key)] = json.loads(entry.value or b"")
    return counts


def of_faust(bootstrap: str, topic: str, group: str, folder: Path) -> Counts:
    """The changelog, last record of each key."""
    found = read_topic(bootstrap, f"{group}-counts-changelog")
    return {json.loads(entry.key or b""): json.loads(entry.value or b"") for entry in found}


def of_aiokafka(bootstrap: str, topic: str, group: str, folder: Path) -> Counts:
    """What it wrote down at its end."""
    counts: Counts = json.loads((folder / "counts.json").read_text())
    return counts


def of_ours(bootstrap: str, topic: str, partitions: int) -> Counts:
    """The facts, as a worker that takes over would have them: state, and the log from `low` on.

    Ours has a record once, however often it came, so that only doors and cameras are counted.
    """
    prefix = topic.removesuffix(TELEMETRY.name)
    stage = session_stage(load())
    counts: Counts = {}
    for partition in range(partitions):
        found = read_topic(bootstrap, prefix + stage.state.name, partition=partition)
        latest = {entry.key: entry.value for entry in found}
        latest.pop(BARRIER_KEY, None)
        progress = state.decode_progress(latest.pop(PROGRESS_KEY))
        ledger = Ledger(stage, Pacing())
        ledger.load(latest.items(), progress.low)
        log = read_topic(bootstrap, topic, partition=partition, offset=progress.low)
        ledger.take((entry for entry in log if entry.offset < progress.position), recovering=True)
        for _, facts in ledger.each():
            for name, person in facts.people.items():
                counts[name] = [len(person.doors), len(person.camera)]
    return counts


def expected_of_ours(bootstrap: str, topic: str) -> Counts:
    """The same, from the log: distinct door and camera switches."""
    doors: Mapping[str, set[Any]] = defaultdict(set)
    cameras: Mapping[str, set[Any]] = defaultdict(set)
    for entry in read_topic(bootstrap, topic):
        event = json.loads(entry.value or b"")
        name, at = event.get("participant"), event["at"]
        if event["type"] in ("joined", "left"):
            doors[name].add((at, event["type"], event.get("connection")))
        elif event["type"] == "camera":
            cameras[name].add((at, event["on"], event.get("connection")))
    return {name: [len(doors[name]), len(cameras[name])] for name in doors.keys() | cameras.keys()}


KEPT: Mapping[str, Callable[[str, str, str, Path], Counts]] = {
    "quix": of_quix,
    "plain_faust": of_faust,
    "plain_aiokafka": of_aiokafka,
}
