"""Workers as processes of one test, what is sent to them and what they publish."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from schemas.dead_letter import Entry
from schemas.topics import DEAD_LETTERS, SCORES, TELEMETRY, Topic
from sinks.topics import provision
from streams.reading import read_topic
from streams.worker.place import partition_of

PARTITIONS = 2
DEADLINE_S = 60.0
PAUSE_S = 0.05
WORKER = ("streams.worker",)
"""The module to run, and its arguments."""

Record = dict[str, Any]


class Workers:
    """Processes by name; all are gone at the end. `log` has what each of them said.

    `settings` hold for every worker, such as `stages="session"`; `program` is what runs as one.
    """

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        folder: Path,
        partitions: int = PARTITIONS,
        program: Sequence[str] = WORKER,
        **settings: str,
    ) -> None:
        provision(bootstrap, partitions, 1, prefix)
        self.bootstrap, self.prefix, self.partitions = bootstrap, prefix, partitions
        self._program = program
        self._folder = folder
        self._settings = settings
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()

    def start(
        self,
        name: str = "one",
        ready: bool = True,
        program: Sequence[str] | None = None,
        **settings: str,
    ) -> None:
        """Start a worker, with settings of its own; wait until it is `ready`."""
        told = {
            f"ROLLCALL_{key.upper()}": value for key, value in (self._settings | settings).items()
        }
        environment = {
            **os.environ,
            "ROLLCALL_BOOTSTRAP": self.bootstrap,
            "ROLLCALL_TOPIC_PREFIX": self.prefix,
            "ROLLCALL_CHECKPOINT_EVERY_MS": "100",
            "ROLLCALL_ASSESS_EVERY_MS": "100",
            "ROLLCALL_DATA": str(self._folder / "data"),
            **told,
        }
        said = self.log(name).count("ready with")
        with self._file(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *(program or self._program)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        if ready:
            self.until(lambda: self.log(name).count("ready with") > said, f"{name} is not ready")

    def log(self, name: str = "one") -> str:
        """What a worker of this name has said in all its lives."""
        file = self._file(name)
        return file.read_text() if file.exists() else ""

    def signal(self, number: signal.Signals, name: str = "one") -> None:
        """Send a signal."""
        self._processes[name].send_signal(number)

    def has_ended(self, name: str = "one") -> bool:
        """Whether a worker has ended by itself."""
        return self._processes[name].poll() is not None

    def ended(self, name: str = "one") -> int:
        """The exit code of a worker that is about to end."""
        return self._processes[name].wait(DEADLINE_S)

    def stop(self, name: str = "one") -> int:
        """Tell it to stop; the exit code."""
        self.signal(signal.SIGTERM, name)
        return self.ended(name)

    def send(
        self,
        *events: Record | bytes | None,
        key: bytes | None = b"s1",
        topic: str = TELEMETRY.name,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Append records, in order; returns when all are on the log."""
        with closing(
            KafkaProducer(bootstrap_servers=self.bootstrap, max_request_size=2 << 20)
        ) as producer:
            sent = [
                producer.send(
                    self.prefix + topic,
                    each if each is None or isinstance(each, bytes) else json.dumps(each).encode(),
                    key=key,
                    partition=partition,
                    headers=list(headers),
                )
                for each in events
            ]
            producer.flush()
            for future in sent:
                future.get(0)

    def send_compressed(
        self, value: bytes, key: bytes, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        """Append one large record that fits into its topic because it is compressed."""
        with closing(
            KafkaProducer(
                bootstrap_servers=self.bootstrap, compression_type="gzip", max_request_size=1 << 24
            )
        ) as producer:
            sent = producer.send(
                self.prefix + TELEMETRY.name, value, key=key, headers=list(headers)
            )
            sent.get(DEADLINE_S)

    def make_anew(self, topic: Topic) -> None:
        """Delete a topic and create it again."""
        name = self.prefix + topic.name
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.delete_topics([name])
            self.until(
                lambda: name not in {each["name"] for each in admin.describe_topics()},
                f"{name} is still there",
            )
        provision(self.bootstrap, self.partitions, 1, self.prefix)

    def entries(self, topic: str) -> list[Entry]:
        """What is committed in a topic."""
        return list(read_topic(self.bootstrap, self.prefix + topic))

    def records(self, topic: str) -> list[Record]:
        """The same, decoded."""
        return [json.loads(entry.value or b"") for entry in self.entries(topic)]

    def scores(self, session: str = "s1") -> list[Record]:
        """Every committed score of a session."""
        return [score for score in self.records(SCORES.name) if score["session"] == session]

    def dead_letters(self) -> list[Entry]:
        """Every committed dead letter."""
        return self.entries(DEAD_LETTERS.name)

    def committed(self) -> int:
        """The sum of the group's offsets of the telemetry partitions."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            told = admin.list_group_offsets({f"{self.prefix}rollcall": None})
        topic = self.prefix + TELEMETRY.name
        return sum(
            offset.offset
            for offsets in told.values()
            for place, offset in offsets.items()
            if place.topic == topic
        )

    def until(self, condition: Any, otherwise: str, patience_s: float = DEADLINE_S) -> None:
        """Wait until a condition holds; fails with `otherwise` and the last lines said."""
        deadline = time.monotonic() + patience_s
        while not condition():
            said = {name: self.log(name)[-2_000:] for name in self._processes}
            assert time.monotonic() < deadline, f"{otherwise}: {said}"
            time.sleep(PAUSE_S)

    def until_scored(self, participant: str, session: str = "s1", times: int = 1) -> None:
        """Wait until somebody has so many committed scores."""

        def scored() -> bool:
            found = Counter(score["participant"] for score in self.scores(session))
            return found[participant] >= times

        self.until(scored, f"{participant} was not scored {times} times")

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.log"


def once_each(records: Sequence[Record]) -> bool:
    """Whether the revisions of every id are 1 to n, in order, under one epoch."""
    revisions: dict[str, list[int]] = {}
    epochs: dict[str, set[int]] = {}
    for record in records:
        revisions.setdefault(record["id"], []).append(record["revision"])
        epochs.setdefault(record["id"], set()).add(record["epoch"])
    counted = all(found == list(range(1, len(found) + 1)) for found in revisions.values())
    return counted and all(len(found) == 1 for found in epochs.values())


def neighbour(session: str, partitions: int = PARTITIONS) -> str:
    """Another session in the same partition."""
    place = partition_of(session.encode(), partitions)
    names = (f"{session}-{number}" for number in range(99))
    return next(name for name in names if partition_of(name.encode(), partitions) == place)


def ago(**duration: float) -> str:
    """An instant before now, such as `ago(minutes=5)`, as it stands in a record."""
    return (datetime.now(UTC) - timedelta(**duration)).isoformat()


def scheduled(session: str = "s1", people: Sequence[str] = ("a", "b"), **fields: Any) -> Record:
    """A session without hosts that began half an hour ago."""
    return {
        "type": "session_scheduled",
        "id": f"schedule-{session}",
        "source": "test",
        "at": ago(minutes=40),
        "session": session,
        "revision": 1,
        "program": "evening",
        "kind": "group",
        "starts_at": ago(minutes=30),
        "ends_at": ago(minutes=-30),
        "roster": [{"participant": person} for person in people],
        **fields,
    }


def event(kind: str, participant: str, session: str = "s1", **fields: Any) -> Record:
    """Something that a person did a minute ago."""
    at = fields.pop("at", ago(minutes=1))
    return {
        "type": kind,
        "id": f"{kind}-{participant}-{at}",
        "source": "test",
        "at": at,
        "session": session,
        "participant": participant,
        "connection": f"{participant}-1",
        **fields,
    }
