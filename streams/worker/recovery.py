"""Recovery: how a partition becomes ours, with everything that was known about it.

    1. fence: our producer ends the previous owner's rights and open transaction,
    2. barrier: a record of ours in the state partition, in a transaction,
    3. state: read that partition, committed records only, from its beginning to the barrier;
       the last record of each key holds. No end offset has to be believed,
    4. check the progress against the log and the policies; refuse what cannot be right,
    5. source: read again from `low` to `position`, folding without publishing.

What this process still has of the partition is good if nobody else wrote to its state since.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from streams import state
from streams.ledger import Ledger
from streams.state import NewerStateError, Progress
from streams.worker.clock import Clock
from streams.worker.outbox import BARRIER_KEY, PROGRESS_KEY, Outbox
from streams.worker.place import Place
from streams.worker.producer import Acknowledged, PartitionProducer
from streams.worker.task import PartitionTask, Restored
from streams.worker.tools import Tools
from streams.worker.transport import connection

READ_MS = 200

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """Going on would be wrong, and a person has to decide; the message is one line."""


async def recover(place: Place, tools: Tools, kept: PartitionTask | None) -> PartitionTask:
    """Take the partition over; the task is ready to be started.

    `kept` is what this process had of it before the last rebalance.

    Raises:
        RefusedError: a person has to decide.
        Exception: anything else; a fresh process may fare better.
    """
    begun = time.monotonic()
    producer = PartitionProducer(place, connection(tools.settings))
    try:
        await producer.start()
        tools.failpoints.reach("recovery-fenced")
        barrier = uuid.uuid4().bytes
        outbox = Outbox(place, producer.batch, time.time_ns() // 1_000_000)
        outbox.add_barrier(barrier)
        told = await producer.commit(outbox.batches, None)
        tools.failpoints.reach("recovery-barrier")
        async with _reader(tools) as consumer:
            restored = await _Restoration(place, tools, consumer, barrier).run(told, kept)
    except NewerStateError as error:
        await producer.stop()
        raise RefusedError(f"{place}: {error}") from None
    except BaseException:
        await producer.stop()
        raise
    restored.clock.told(told.appended_at)
    tools.metrics.recovery_duration.labels(place.stage.name).observe(time.monotonic() - begun)
    return PartitionTask(restored, tools, producer, told.offset)


class _Restoration:
    """Steps 3 to 5, for one partition."""

    def __init__(
        self, place: Place, tools: Tools, consumer: AIOKafkaConsumer, barrier: bytes
    ) -> None:
        self._place = place
        self._tools = tools
        self._consumer = consumer
        self._barrier = barrier

    async def run(self, told: Acknowledged, kept: PartitionTask | None) -> Restored:
        """What is known of the partition, from memory or from the log."""
        if kept is not None and await self._untouched(kept.state_end + 1):
            log.info("%s: goes on from memory, at offset %d", self._place, kept.ledger.position)
            return kept.restored
        latest = await self._latest()
        self._tools.failpoints.reach("recovery-state")
        value = latest.pop(PROGRESS_KEY, None)
        if value is None:
            if latest:
                raise RefusedError(f"{self._place}: there is state, but no progress record")
            return await self._born(told.appended_at)
        progress = state.decode_progress(value)
        place = _checked(self._place, progress)
        ledger = Ledger(place.stage, self._tools.settings.pacing, progress.epoch, place.owns)
        ledger.load(latest.items(), progress.low)
        clock = Clock(progress.now)
        await self._fold_again(ledger, clock, progress)
        self._tools.failpoints.reach("recovery-source")
        return Restored(place, ledger, clock, progress.position, progress.recent)

    async def _untouched(self, start: int) -> bool:
        """Whether nobody wrote state since `start`; barriers change nothing."""
        return all([record.key == BARRIER_KEY async for record in self._state(start)])

    async def _latest(self) -> dict[bytes, bytes]:
        begins = await self._consumer.beginning_offsets([self._place.state])
        latest: dict[bytes, bytes] = {}
        async for record in self._state(begins[self._place.state]):
            if record.value is None:
                latest.pop(record.key, None)
            elif record.key != BARRIER_KEY:
                latest[record.key] = record.value
        return latest

    async def _state(self, start: int) -> AsyncIterator[Any]:
        """The committed records of the state partition from `start` to our barrier."""
        async for records in self._read(self._place.state, start):
            for record in records:
                if record.key == BARRIER_KEY and record.value == self._barrier:
                    return
                yield record

    async def _born(self, appended_at: int) -> Restored:
        """Nothing is known: begin with the log; the time of birth orders the outputs."""
        place = self._place
        starts = await self._consumer.beginning_offsets([place.source])
        ledger = Ledger(place.stage, self._tools.settings.pacing, appended_at, place.owns)
        ledger.position = starts[place.source]
        log.info("%s: no state yet, begins at offset %d", place, ledger.position)
        return Restored(place, ledger, Clock(), None)

    async def _fold_again(self, ledger: Ledger, clock: Clock, progress: Progress) -> None:
        """Fold what no state record holds, without publishing or refusing it again."""
        source, position = self._place.source, progress.position
        start = (await self._consumer.beginning_offsets([source]))[source]
        end = (await self._consumer.end_offsets([source]))[source]
        if start > progress.low:
            raise RefusedError(
                f"{self._place}: history_lost: the log begins at {start},"
                f" but what came from {progress.low} on is in no state record"
            )
        if end < position:
            raise RefusedError(
                f"{self._place}: the log ends at {end}, before our position {position}:"
                " it was cut off or made anew"
            )
        if progress.low < position:
            async for records in self._read(source, progress.low):
                known = [record for record in records if record.offset < position]
                if known:
                    ledger.take(known, recovering=True)
                    clock.folded(known[-1].timestamp)
                if await self._consumer.position(source) >= position:
                    break
        ledger.position = position

    async def _read(self, partition: TopicPartition, start: int) -> AsyncIterator[list[Any]]:
        """What is on the log from `start` on, as it is fetched; offsets may have holes."""
        self._consumer.assign([partition])
        self._consumer.seek(partition, start)
        while True:
            fetched = await self._consumer.getmany(partition, timeout_ms=READ_MS)
            yield fetched.get(partition, [])
            # While data is buffered nothing waits above, and others need the loop.
            await asyncio.sleep(0)


def _checked(place: Place, progress: Progress) -> Place:
    """The place, with every policy version that was ever used."""
    if progress.partitions != place.partitions:
        raise RefusedError(
            f"{place}: its state was written with {progress.partitions} partitions, now there"
            f" are {place.partitions}: a changed number needs new topics"
        )
    for name, digest in progress.policies.items():
        if place.policies.get(name, digest) != digest:
            raise RefusedError(
                f"policy {name}: version: the contents have changed since this version was"
                " first used: give them a new version"
            )
    return place._replace(policies={**progress.policies, **place.policies})


@asynccontextmanager
async def _reader(tools: Tools) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group, for committed records."""
    consumer = AIOKafkaConsumer(
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=tools.settings.fetch_bytes,
        fetch_max_wait_ms=READ_MS,
        **connection(tools.settings),
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()
