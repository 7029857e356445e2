"""Straight to Kafka: an idempotent producer that waits for a lost broker and goes on."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    OutOfOrderSequenceNumber,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner

from streams.simulation.pace import Message, turns

BATCH_BYTES = 512 * 1024
REQUEST_TIMEOUT_MS = 10_000
BACK_OFF_S = 0.5
CLOSING_S = 2.0
UNUSUAL_S = 3.0
"""A turn that takes longer than this is told of in the log."""

TRIED_AGAIN = (KafkaTimeoutError, OutOfOrderSequenceNumber)
"""Errors besides the retriable ones that a fresh producer may not meet."""

log = logging.getLogger(__name__)


class SendError(Exception):
    """The log does not take the records. The message is one line."""


@dataclass(slots=True)
class Sent:
    """What was sent and acknowledged: records by topic, bytes of keys and values.

    `repeated` counts turns sent again because no answer came; what of them had arrived
    already is in the log twice.
    """

    records: Counter[str] = field(default_factory=Counter)
    size: int = 0
    repeated: int = 0


async def send(
    messages: Iterable[Message],
    *,
    bootstrap: str,
    security: Mapping[str, Any] | None = None,
    speed: float | None = None,
    rate: float | None = None,
    patience_s: float = 60.0,
    progress: Callable[[Sent], None] | None = None,
    clock: Callable[[], float] = time.time,
) -> Sent:
    """Send every message at the pace of `turns`; returns when all are acknowledged.

    `security` holds aiokafka's connection settings beside `bootstrap`. A broker that is away
    is waited for, up to `patience_s` without a single turn acknowledged. `progress` is told
    after each turn.

    Raises:
        SendError: no broker for so long, no such topic, or one that refuses the records.
    """
    sent = Sent()
    connection = {"bootstrap_servers": bootstrap, **(security or {})}
    line = _Line(connection, patience_s, sent)
    try:
        async for turn in turns(messages, speed=speed, rate=rate, clock=clock):
            await line.deliver(turn)
            sent.records.update(message.topic for message in turn)
            sent.size += sum(len(message.key) + len(message.value) for message in turn)
            if progress is not None:
                progress(sent)
    finally:
        await line.close()
    return sent


class _Line:
    """A producer, renewed where it has failed."""

    def __init__(self, connection: dict[str, Any], patience_s: float, sent: Sent) -> None:
        self._connection = connection
        self._patience_s = patience_s
        self._sent = sent
        self._producer: AIOKafkaProducer | None = None
        self._partitions: dict[tuple[str, bytes], int] = {}

    async def deliver(self, turn: list[Message]) -> None:
        """Return when the whole turn is acknowledged."""
        where = self._connection["bootstrap_servers"]
        notice = asyncio.get_running_loop().call_later(
            UNUSUAL_S, log.warning, "Kafka at %s does not answer; waiting for it", where
        )
        try:
            async with asyncio.timeout(self._patience_s):
                while not await self._attempt(turn):
                    self._sent.repeated += 1
                    await self.close()
                    await asyncio.sleep(BACK_OFF_S)
        except TimeoutError:
            waited = f"{self._patience_s:g} s"
            raise SendError(f"Kafka at {where} took no records for {waited}") from None
        finally:
            notice.cancel()

    async def _attempt(self, turn: list[Message]) -> bool:
        """Whether the turn got through; False where trying again may help."""
        try:
            producer = await self._connected()
            futures = [
                await producer.send_batch(batch, topic, partition=partition)
                for topic, partition, batch in await self._batches(producer, turn)
            ]
            await asyncio.gather(*futures)
        except UnknownTopicOrPartitionError:
            topics = ", ".join(sorted({message.topic for message in turn}))
            raise SendError(f"Kafka has no such topic: {topics}") from None
        except KafkaError as error:
            if error.retriable or isinstance(error, TRIED_AGAIN):
                return False
            raise SendError(f"Kafka refuses the records: {type(error).__name__}") from error
        return True

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                **self._connection,
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                max_batch_size=BATCH_BYTES,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
                retry_backoff_ms=int(BACK_OFF_S * 1000),
            )
            await self._producer.start()
        return self._producer

    async def _batches(
        self, producer: AIOKafkaProducer, turn: list[Message]
    ) -> list[tuple[str, int, Any]]:
        """The turn packed by topic and partition, the order of each key kept."""
        batches: list[tuple[str, int, Any]] = []
        filling: dict[tuple[str, int], Any] = {}
        for message in turn:
            place = (message.topic, message.key)
            if (partition := self._partitions.get(place)) is None:
                partition = self._partitions[place] = await _partition(producer, *place)
            target = (message.topic, partition)
            batch = filling.get(target)
            if batch is None or not _added(batch, message):
                batch = filling[target] = producer.create_batch()
                batches.append((*target, batch))
                _added(batch, message)
        return batches

    async def close(self) -> None:
        """Let go of the producer; a later turn gets a fresh one."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # It would wait for ever to deliver what a lost broker does not take.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(producer.stop(), CLOSING_S)
        await producer.client.close()


async def _partition(producer: AIOKafkaProducer, topic: str, key: bytes) -> int:
    """Where the default partitioner of Kafka's own clients puts this key."""
    partitions = sorted(await producer.partitions_for(topic))
    return int(DefaultPartitioner()(key, partitions, partitions))


def _added(batch: Any, message: Message) -> bool:
    added = batch.append(timestamp=None, key=message.key, value=message.value)
    return added is not None
