"""Workers and a sink as processes that can be killed and started again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType

import psutil
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, MemberToRemove
from kafka.errors import CoordinatorLoadInProgressError

from schemas.dead_letter import Entry
from schemas.topics import CARE, TELEMETRY
from streams.reading import read_topic
from streams.worker.failpoints import KILLED
from tests.kafka.workers import WORKER, Workers

PARTITIONS = 4
INSIDE = ("checkpoint-offsets", "checkpoint-sent", "checkpoint-acknowledged")
"""Failpoints that lie between a transaction's first record and its commit."""
DEADLINE_S = 240.0
LOOKS_APART_S = 0.1
SINK = "from streams.commands import main; main(['sink'])"


class Fleet(Workers):
    """Workers by name, and one sink; all are gone at the end.

    `killed` counts ends by SIGKILL and at failpoints, `inside` those of them inside an open
    transaction.
    """

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        database_url: str,
        scale: int,
        folder: Path,
        program: Iterable[str] = WORKER,
        **settings: str,
    ) -> None:
        settings = {
            "scale": str(scale),
            "checkpoint_every_ms": "300",
            "assess_every_ms": "5000",
            "database_url": database_url,
        } | settings
        super().__init__(bootstrap, prefix, folder, PARTITIONS, tuple(program), **settings)
        self.killed = 0
        self.inside = 0
        self._sink = self._run_sink(database_url)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._sink.kill()
        self._sink.wait()

    def keep(self, name: str, failpoint: str = "") -> None:
        """Start a worker unless it runs; with `failpoint` it will exit there by itself."""
        if name not in self._processes or self.has_ended(name):
            self.start(name, ready=False, failpoint=failpoint)

    def ended_within(self, name: str, seconds: float) -> bool:
        """Whether a worker ends by itself within so long."""
        try:
            self._processes[name].wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stopped(self, name: str) -> bool:
        """Whether a worker stands still since a SIGSTOP."""
        return psutil.Process(self._processes[name].pid).status() == psutil.STATUS_STOPPED

    def memory(self, name: str) -> int:
        """Bytes that a worker has resident."""
        return int(psutil.Process(self._processes[name].pid).memory_info().rss)

    def disturb(self, act: str, chance: random.Random) -> None:
        """Do one thing to one worker, which is back afterwards.

        `kill` ends it with SIGKILL, `leave` asks it to go; `failpoint` ends it, too, and lets
        the one that follows die inside a transaction.
        """
        name = chance.choice(sorted(self._processes))
        if act == "kill":
            self.kill(name)
        else:
            self.signal(signal.SIGTERM if act == "leave" else signal.SIGKILL, name)
            self._processes[name].wait(DEADLINE_S)
        if act == "failpoint":
            self.dies_at(name, f"{chance.choice(INSIDE)}:{chance.randint(2, 8)}")
        self.keep(name)

    def end(self, name: str) -> None:
        """End a worker with SIGKILL."""
        self.signal(signal.SIGKILL, name)
        self._processes[name].wait(DEADLINE_S)

    def kill(self, name: str) -> None:
        """End a worker with SIGKILL, and ask the broker whether that was inside a transaction."""
        self.end(name)
        self.killed += 1
        self.inside += self.left_open()

    def dies_at(self, name: str, failpoint: str) -> None:
        """Start a worker, and wait until it has died at `failpoint`."""
        self.keep(name, failpoint)
        status = self._processes[name].wait(DEADLINE_S)
        assert status == KILLED, f"{name} ended with {status}; see {self._folder}"
        self.killed += 1
        self.inside += failpoint.partition(":")[0] in INSIDE

    def wait_until_done(
        self, final: int, names: Iterable[str] = ("one", "two"), quiet_s: float = 5.0
    ) -> None:
        """Wait until the clock is past `final` ms and both groups stand at the end of the log."""
        deadline = time.monotonic() + DEADLINE_S
        quiet_since = None
        while quiet_since is None or time.monotonic() - quiet_since < quiet_s:
            assert time.monotonic() < deadline, f"the log was never done; see {self._folder}"
            for name in names:
                self.keep(name)
            done = time.time() * 1000 > final + 1000 and self.behind() == 0
            quiet_since = (quiet_since or time.monotonic()) if done else None
            time.sleep(0.5)

    def left_open(self) -> bool:
        """Whether a transaction of the dead is open: one that began before, looked at twice."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            looks = []
            for _ in range(2):
                looks.append(self._open(admin))
                time.sleep(LOOKS_APART_S)
        return bool(set.intersection(*looks))

    def _open(self, admin: KafkaAdminClient) -> set[tuple[str, int]]:
        """Open transactions with their beginnings; a broker just started loads them first."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                told = admin.list_transactions(state_filters=["Ongoing"])
                found = [each.transactional_id for known in told.values() for each in known]
                ours = [each for each in found if each.startswith(f"{self.prefix}rollcall-")]
                begun = admin.describe_transactions(ours)
                return {(each, begun[each].transaction_start_time_ms) for each in begun}
            except CoordinatorLoadInProgressError:
                assert time.monotonic() < deadline, "the broker never loaded its transactions"
                time.sleep(LOOKS_APART_S)

    def evict(self) -> None:
        """When no worker runs: have the group forget the dead, as it would after their session."""
        group = f"{self.prefix}rollcall"
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            members = admin.describe_groups([group])[group]["members"]
            dead = [MemberToRemove(member_id=each["member_id"]) for each in members]
            if dead:
                admin.remove_group_members(group, dead)

    def behind(self) -> int:
        """Records of both sources that no committed checkpoint covers.

        Counted in records, because the marker of a transaction has an offset, too.
        """
        group = f"{self.prefix}rollcall"
        behind = 0
        with closing(
            KafkaConsumer(
                bootstrap_servers=self.bootstrap, group_id=group, enable_auto_commit=False
            )
        ) as consumer:
            for topic in (self.prefix + TELEMETRY.name, self.prefix + CARE.name):
                for number in range(self.partitions):
                    taken = consumer.committed(TopicPartition(topic, number)) or 0
                    rest = read_topic(self.bootstrap, topic, partition=number, offset=taken)
                    behind += sum(1 for _ in rest)
        return behind

    def _run_sink(self, database_url: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "ROLLCALL_BOOTSTRAP": self.bootstrap,
            "ROLLCALL_TOPIC_PREFIX": self.prefix,
            "ROLLCALL_DATABASE_URL": database_url,
        }
        with self._file("sink").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", SINK], env=environment, stdout=log, stderr=log
            )


def read_log(bootstrap: str, topic: str) -> dict[int, list[Entry]]:
    """Every committed record of a topic by partition, up to the ends at the time of the call."""
    return {
        partition: list(read_topic(bootstrap, topic, partition=partition))
        for partition in range(PARTITIONS)
    }
