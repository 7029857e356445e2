"""Appending: records on the log, acknowledged, by a producer that is renewed where it failed."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    OutOfOrderSequenceNumber,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner

from schemas.dead_letter import Header

BATCH_BYTES = 512 * 1024
REQUEST_TIMEOUT_MS = 10_000
BACK_OFF_S = 0.5
CLOSING_S = 2.0
MOST_KEYS = 100_000

TRIED_AGAIN = (KafkaTimeoutError, OutOfOrderSequenceNumber)
"""Errors besides the retriable ones that a fresh producer may not meet."""


class SendError(Exception):
    """The log does not take the records. The message is one line."""


class Message(NamedTuple):
    """One record for the log; `due` (milliseconds UTC) is the earliest it may get there."""

    due: int
    topic: str
    key: bytes
    value: bytes
    headers: Sequence[Header] = ()


class Line:
    """An idempotent producer that is renewed where it has failed.

    `connection` are aiokafka's settings of the connection. One turn at a time: records of a
    turn with one key keep their order.
    """

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self._connection = connection
        self._producer: AIOKafkaProducer | None = None
        self._partition_of = lru_cache(MOST_KEYS)(_partition)

    async def append(self, turn: Sequence[Message]) -> bool:
        """Whether the whole turn is acknowledged; False where trying again may help.

        What of it had arrived is in the log twice then.

        Raises:
            SendError: there is no such topic, or the records are refused.
        """
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
        self, producer: AIOKafkaProducer, turn: Sequence[Message]
    ) -> list[tuple[str, int, Any]]:
        """The turn packed by topic and partition, the order of each key kept."""
        batches: list[tuple[str, int, Any]] = []
        filling: dict[tuple[str, int], Any] = {}
        partitions = {
            topic: tuple(sorted(await producer.partitions_for(topic)))
            for topic in {message.topic for message in turn}
        }
        for message in turn:
            number = self._partition_of(message.key, partitions[message.topic])
            target = (message.topic, number)
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
        try:
            await asyncio.wait_for(producer.stop(), CLOSING_S)
        except TimeoutError:
            # It would wait for ever to deliver what a lost broker does not take.
            sending = producer._sender.sender_task
            if sending is not None:
                sending.cancel()
                await asyncio.wait({sending}, timeout=CLOSING_S)
            await producer.client.close()


def _partition(key: bytes, partitions: tuple[int, ...]) -> int:
    """Where the default partitioner of Kafka's own clients puts this key."""
    return int(DefaultPartitioner()(key, partitions, partitions))


def _added(batch: Any, message: Message) -> bool:
    added = batch.append(
        timestamp=None, key=message.key, value=message.value, headers=list(message.headers)
    )
    return added is not None
