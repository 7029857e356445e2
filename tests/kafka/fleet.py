"""Two workers and a sink as processes that can be killed and started again."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import TracebackType

from kafka import KafkaConsumer, TopicPartition

from schemas.dead_letter import Entry
from schemas.topics import CARE, TELEMETRY
from streams.reading import read_topic
from streams.worker.failpoints import KILLED

PARTITIONS = 4
INSIDE = ("checkpoint-offsets", "checkpoint-sent", "checkpoint-acknowledged")
"""Failpoints that lie between a transaction's first record and its commit."""
DEADLINE_S = 240.0
SINK = "from streams.commands import main; main(['sink'])"


class Fleet:
    """Workers by name, and one sink; all are gone at the end.

    `killed` counts ends by SIGKILL and at failpoints, `inside` those at a failpoint inside an
    open transaction.
    """

    def __init__(
        self, bootstrap: str, prefix: str, database_url: str, scale: int, folder: Path
    ) -> None:
        self.killed = 0
        self.inside = 0
        self._bootstrap, self._prefix, self._folder = bootstrap, prefix, folder
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = {
            **os.environ,
            "ROLLCALL_BOOTSTRAP": bootstrap,
            "ROLLCALL_TOPIC_PREFIX": prefix,
            "ROLLCALL_SCALE": str(scale),
            "ROLLCALL_CHECKPOINT_EVERY_MS": "300",
            "ROLLCALL_DATABASE_URL": database_url,
        }
        self._sink = self._run("sink", [sys.executable, "-c", SINK], {})

    def __enter__(self) -> "Fleet":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in (*self._workers.values(), self._sink):
            if process.poll() is None:
                process.kill()
            process.wait()

    def start(self, name: str, failpoint: str | None = None) -> None:
        """Start a worker unless it runs; with `failpoint` it will exit there by itself."""
        running = self._workers.get(name)
        if running is not None and running.poll() is None:
            return
        extra = {} if failpoint is None else {"ROLLCALL_FAILPOINT": failpoint}
        argv = [sys.executable, "-m", "streams.worker"]
        self._workers[name] = self._run(name, argv, extra)

    def disturb(self, act: str, chance: random.Random) -> None:
        """Do one thing to one worker, which is back afterwards.

        `kill` ends it with SIGKILL, `leave` asks it to go; `failpoint` ends it, too, and lets
        the one that follows die inside a transaction.
        """
        name = chance.choice(sorted(self._workers))
        worker = self._workers[name]
        worker.send_signal(signal.SIGTERM if act == "leave" else signal.SIGKILL)
        worker.wait(DEADLINE_S)
        if act == "kill":
            self.killed += 1
        if act == "failpoint":
            self.start(name, f"{chance.choice(INSIDE)}:{chance.randint(2, 8)}")
            status = self._workers[name].wait(DEADLINE_S)
            assert status == KILLED, f"{name} ended with {status}; see {self._folder}"
            self.killed += 1
            self.inside += 1
        self.start(name)

    def wait_until_done(self, final: int) -> None:
        """Wait until the clock is past `final` ms and both groups stand at the end of the log."""
        deadline = time.monotonic() + DEADLINE_S
        quiet_since = None
        while quiet_since is None or time.monotonic() - quiet_since < 5:
            assert time.monotonic() < deadline, f"the log was never done; see {self._folder}"
            for name in ("one", "two"):
                self.start(name)
            done = time.time() * 1000 > final + 1000 and self._behind() == 0
            quiet_since = (quiet_since or time.monotonic()) if done else None
            time.sleep(0.5)

    def _behind(self) -> int:
        """Records of both sources that no committed checkpoint covers.

        Counted in records, because the marker of a transaction has an offset, too.
        """
        group = f"{self._prefix}rollcall"
        with closing(
            KafkaConsumer(
                bootstrap_servers=self._bootstrap, group_id=group, enable_auto_commit=False
            )
        ) as consumer:
            behind = 0
            for topic in (TELEMETRY.name, CARE.name):
                log = read_log(self._bootstrap, self._prefix + topic)
                for partition, entries in log.items():
                    taken = consumer.committed(TopicPartition(self._prefix + topic, partition)) or 0
                    behind += sum(entry.offset >= taken for entry in entries)
            return behind

    def _run(self, name: str, argv: list[str], extra: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                argv, env={**self._environment, **extra}, stdout=log, stderr=log
            )


def read_log(bootstrap: str, topic: str) -> dict[int, list[Entry]]:
    """Every committed record of a topic by partition, up to the ends at the time of the call."""
    return {
        partition: list(read_topic(bootstrap, topic, partition=partition))
        for partition in range(PARTITIONS)
    }
