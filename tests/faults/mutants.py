"""Mutants: defects that the suite must see. Each plants one in the process that it is called in."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from kafka import KafkaProducer
from msgspec.structs import replace

from streams.ledger import Ledger
from streams.state import Progress
from streams.subjects import Loaded, Subjects
from streams.worker import recovery
from streams.worker.clock import Clock
from streams.worker.outbox import PROGRESS_KEY, Outbox
from streams.worker.place import Place
from streams.worker.producer import Acknowledged, PartitionProducer


def futures_not_awaited() -> None:
    """Nobody hears of it when the broker refuses a batch; the transaction is committed."""
    send = PartitionProducer._send

    async def unheard(future: Any) -> Any:
        try:
            return await future
        except KafkaError:
            return Refused()

    async def send_unheard(self: PartitionProducer, *batches: Any) -> list[Any]:
        return [unheard(future) for future in await send(self, *batches)]

    PartitionProducer._send = send_unheard


class Refused:
    """What stands in place of an acknowledgement."""

    topic_partition = None


def one_id_per_worker() -> None:
    """Each process has transactional ids of its own, so that a new owner fences nobody."""

    def own(self: Place) -> str:
        return f"{self.group}-{self.source.topic}-{self.partition}-{os.getpid()}"

    Place.transactional_id = property(own)


def recovery_reads_uncommitted() -> None:
    """What a transaction wrote that was aborted counts as state."""

    def reader(**settings: Any) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(**settings | {"isolation_level": "read_uncommitted"})

    recovery.AIOKafkaConsumer = reader


def progress_outside() -> None:
    """Progress is written before the transaction that it belongs to."""
    commit, add = PartitionProducer.commit, Outbox._add
    written: dict[Any, bytes] = {}

    def add_but_progress(
        self: Outbox, target: Any, key: Any, value: Any, headers: Any = ()
    ) -> None:
        if key == PROGRESS_KEY:
            written[target] = value
        add(self, target, key, value, headers)

    def send(bootstrap: str, target: Any, progress: bytes) -> None:
        with closing(KafkaProducer(bootstrap_servers=bootstrap)) as plain:
            sent = plain.send(target.topic, progress, PROGRESS_KEY, partition=target.partition)
            sent.get(10)

    async def commit_after(self: PartitionProducer, batches: Any, *told: Any) -> Acknowledged:
        target = self._place.state
        if target in written:
            bootstrap = self._connection["bootstrap_servers"]
            await asyncio.to_thread(send, bootstrap, target, written.pop(target))
        return await commit(self, batches, *told)

    Outbox._add = add_but_progress
    PartitionProducer.commit = commit_after


def low_ignored() -> None:
    """A recovery reads nothing again: what no state record holds is forgotten."""
    fold = recovery._Restoration._fold_again

    async def fold_nothing(self: Any, ledger: Ledger, clock: Clock, progress: Progress) -> None:
        await fold(self, ledger, clock, replace(progress, low=progress.position))

    recovery._Restoration._fold_again = fold_nothing


def closed_marks_dropped() -> None:
    """After a recovery nobody knows which subjects were closed."""
    load = Subjects.load

    def load_but_marks(self: Subjects, key: bytes, value: bytes) -> Loaded | None:
        loaded = load(self, key, value)
        self._closed.pop(key, None)
        return loaded

    Subjects.load = load_but_marks


def revision_not_restored() -> None:
    """After a recovery everything published counts as said for the first time."""
    load = Subjects.load

    def load_but_published(self: Subjects, key: bytes, value: bytes) -> Loaded | None:
        loaded = load(self, key, value)
        if key in self.live:
            self.live[key].published = {}
        return loaded

    Subjects.load = load_but_published


MUTANTS: Mapping[str, Callable[[], None]] = {
    "futures_not_awaited": futures_not_awaited,
    "one_id_per_worker": one_id_per_worker,
    "recovery_reads_uncommitted": recovery_reads_uncommitted,
    "progress_outside": progress_outside,
    "low_ignored": low_ignored,
    "closed_marks_dropped": closed_marks_dropped,
    "revision_not_restored": revision_not_restored,
}
