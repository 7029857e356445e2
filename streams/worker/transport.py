"""Transport: Faust's aiokafka driver under `rollcall://`, moving batches instead of records.

Faust hands a message for each partition from the consumer to the agent; ours carries the whole
list of records that a fetch brought. What its driver does around that is kept: records of an
older generation are dropped, as are those of a partition that is no longer active, and the
consumer seeks back when it was suspended while it waited.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import NoOffsetForPartitionError
from aiokafka.structs import TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from schemas.dead_letter import Arrival
from streams.settings import Settings
from streams.worker.lines import SILENT

FETCH_ENOUGH = 256 * 1024
FETCH_WAITS_MS = range(10, 101)
"""A fetch is answered when it has enough bytes, or after a twentieth of the time between two
checkpoints, within these bounds. Answered for every few records that come in, fetching would
cost ten times what folding them does; an end is known as often, and with it whether we have
caught up."""

REQUEST_TIMEOUT_MS = 90_000
REBALANCE_TIMEOUT_MS = 30_000
POLL_INTERVAL_MS = 1_000_000
"""Nothing is polled during a recovery; the watchdog has an eye on those."""

BATCH_DURING_CHECKPOINT = 1_000
"""Smaller turns while a transaction runs, or it would wait for the folding of large ones."""

QUEUES_FULL_S = 0.002
NOTHING_ASSIGNED_S = 0.5


class Batch(NamedTuple):
    """Records of one partition, in order: all there is in `[begins, ends)` of its log.

    Offsets without a record (transaction markers, aborted records) belong to it, so that there
    are batches without records.
    """

    partition: TP
    records: list[Arrival]
    begins: int
    ends: int


class End(NamedTuple):
    """The end of a partition as its last fetch told, and when that was (monotonic seconds)."""

    offset: int
    told_at: float


def connection(settings: Settings) -> dict[str, Any]:
    """aiokafka's settings to reach the broker, for every client of the worker."""
    return {"bootstrap_servers": settings.bootstrap, **settings.security}


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that fetches and stays in the group; `cpu_seconds` is what it has used."""

    logger = SILENT
    cpu_seconds = 0.0

    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        settings: Settings = self.app.settings
        self._assignor = self.app.assignor
        return AIOKafkaConsumer(
            client_id=settings.group,
            group_id=settings.group,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            # A position that is not there must be heard of, not replaced by another.
            auto_offset_reset="none",
            isolation_level="read_committed",
            max_poll_records=settings.fetch_records,
            max_poll_interval_ms=POLL_INTERVAL_MS,
            max_partition_fetch_bytes=settings.fetch_bytes,
            fetch_min_bytes=FETCH_ENOUGH,
            fetch_max_wait_ms=_fetch_wait_ms(settings),
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            session_timeout_ms=settings.session_timeout_ms,
            rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
            heartbeat_interval_ms=settings.heartbeat_ms,
            **connection(settings),
        )

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> dict[TP, Batch]:
        """Everything fetched since the last call, as one batch for each partition."""
        assignment = consumer._subscription.subscription.assignment
        before = _positions(assignment)
        try:
            records = await super()._fetch_records(
                consumer, active_partitions, timeout, self._most(max_records)
            )
        except NoOffsetForPartitionError:
            # The group has no offset of a new partition that nothing was committed for. We seek
            # where we stand before anything is fetched from it, which clears this error.
            if consumer._subscription.subscription.assignment is assignment:
                raise
            return {}
        if consumer._subscription.subscription.assignment is not assignment:
            return {}
        self.cpu_seconds = time.thread_time()
        batches = {}
        for partition, ends in _positions(assignment).items():
            begins = before.get(partition, ends)
            if begins != ends:
                tp = TP(*partition)
                batches[tp] = Batch(tp, records.get(partition, []), begins, ends)
        return batches

    def _most(self, max_records: int | None) -> int | None:
        if self.app.ownership.writing:
            return min(max_records or BATCH_DURING_CHECKPOINT, BATCH_DURING_CHECKPOINT)
        return max_records

    def ends(self) -> dict[TP, End]:
        """The end of every assigned partition that has been fetched from at least once.

        The last stable offset: what an open transaction holds back cannot be folded yet.
        """
        consumer = self._consumer
        subscription = None if consumer is None else consumer._subscription.subscription
        if subscription is None or subscription.assignment is None:
            return {}
        assignment, waiting = subscription.assignment, consumer._fetcher._records
        now, wall = time.monotonic(), time.time()
        ends = {}
        for partition in assignment.tps:
            state = assignment.state_value(partition)
            if state.lso is not None:
                # Nothing is asked of the broker while what it has sent waits for us.
                age = 0.0 if partition in waiting else wall - state.timestamp / 1000
                ends[TP(*partition)] = End(state.lso, now - age)
        return ends

    async def check_coordinator(self) -> None:
        """Raise what the group's coordination has parked until somebody asks."""
        if self._consumer is not None and self._consumer._coordinator is not None:
            await self._aside(self._check_coordinator())

    async def log_starts(self) -> dict[TP, int]:
        """The first offset that each assigned partition still has."""
        if self._consumer is None or not (assigned := self._consumer.assignment()):
            return {}
        starts = await self._aside(self._consumer.beginning_offsets(assigned))
        return {TP(*partition): start for partition, start in starts.items()}

    def _aside(self, asked: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
        """Do this in the thread, but not in its queue, where fetches would wait behind it."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self.thread_loop))

    async def _check_coordinator(self) -> None:
        self._consumer._coordinator.check_errors()


class Consumer(driver.Consumer):
    """Faust's consumer, delivering a batch as the value of one message."""

    logger = SILENT
    _thread: ConsumerThread

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def thread(self) -> ConsumerThread:
        """The thread, for what it knows of the log and of the group."""
        return self._thread

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """One message for each partition that something was fetched from."""
        batches, active = await self._wait_next_records(timeout)
        # Only now: it may have changed while we waited.
        generation = self.app.consumer_generation_id
        if batches is None or self.should_stop:
            return
        if not self.flow_active:
            await self._seek_back()
            return
        for tp, batch in batches.items():
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            if active is None or tp in active or tp in self._buffered_partitions:
                yield tp, _message(batch, generation)

    async def _wait_next_records(
        self, timeout: float
    ) -> tuple[dict[TP, Batch] | None, set[TP] | None]:
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        active = self._get_active_partitions()
        if not active:
            # Faust waits a second here. The agent empties full queues within milliseconds.
            await self.sleep(QUEUES_FULL_S if self.assignment() else NOTHING_ASSIGNED_S)
            return {}, active
        return await self._getmany(active, timeout), active

    async def perform_seek(self) -> None:
        """Seek where we stand, not where the group does; they are the same in our design."""
        await super().perform_seek()
        positions: Mapping[TP, int] = self.app.ownership.positions()
        assigned = self.assignment()
        ours = {tp: position for tp, position in positions.items() if tp in assigned}
        for tp, position in ours.items():
            told = self._committed_offset[tp]
            if told is not None and told != position:
                self.app.ownership.disagrees(tp, told, position)
        await self.seek_wait(ours)

    async def _seek_back(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001  a rebalance is under way, and seeks at its end
            self.log.info("not sought back while suspended: %s", type(error).__name__)


class Transport(driver.Transport):
    """What `rollcall://` names."""

    Consumer = Consumer


def _fetch_wait_ms(settings: Settings) -> int:
    wait_ms = settings.checkpoint_every_ms // 20
    return min(max(wait_ms, FETCH_WAITS_MS[0]), FETCH_WAITS_MS[-1])


def _positions(assignment: Any) -> dict[TopicPartition, int]:
    states = ((partition, assignment.state_value(partition)) for partition in assignment.tps)
    return {partition: state.position for partition, state in states if state.has_valid_position}


def _message(batch: Batch, generation: int) -> ConsumerMessage:
    topic, partition = batch.partition
    return ConsumerMessage(
        topic,
        partition,
        batch.begins,
        0.0,
        1,
        None,
        None,
        batch,
        None,
        0,
        0,
        batch.partition,
        generation_id=generation,
    )
