"""Producer: the transactions of one partition.

Its transactional id belongs to the input partition, so that starting one fences whoever had the
partition before and ends their open transaction. Any error here means doubt about what is on
the log; nothing is tried again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.client import CoordinationType
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.producer.sender import EndTxnHandler, Sender
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.worker.place import Place

COMMIT_TIMEOUT_S = 10.0
TRANSACTION_TIMEOUT_MS = 12_000
REQUEST_TIMEOUT_MS = 20_000
"""Above our own time-out: we, not the client, decide when to give up."""

CLOSING_S = 2.0
RETRY_MS = 20
BATCH_BYTES = 960 * 1024
"""A batch stays below the smallest limit of our topics, 1 MiB, whatever compression does."""

Batches = Mapping[TopicPartition, Sequence[BatchBuilder]]


class Acknowledged(NamedTuple):
    """Where the last record of a partition came to lie, and when it was appended (ms UTC)."""

    offset: int
    appended_at: int


class PartitionProducer:
    """The one producer that may write what follows from its place's source partition."""

    def __init__(self, place: Place, connection: Mapping[str, Any]) -> None:
        self._place = place
        self._connection = connection
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Fence the previous owner; returns when its open transaction is ended."""
        producer = AIOKafkaProducer(
            **self._connection,
            transactional_id=self._place.transactional_id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            retry_backoff_ms=RETRY_MS,
            max_batch_size=BATCH_BYTES,
            compression_type="lz4",
        )
        producer._sender = _Sender(
            producer.client,
            acks=-1,
            txn_manager=producer._txn_manager,
            message_accumulator=producer._message_accumulator,
            retry_backoff_ms=RETRY_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        self._producer = producer
        await producer.start()

    def batch(self) -> BatchBuilder:
        """An empty batch; `append` returns None when it is full."""
        assert self._producer is not None
        return self._producer.create_batch()

    async def commit(
        self,
        batches: Batches,
        position: int | None,
        reach: Callable[[str], None] = lambda name: None,
    ) -> Acknowledged:
        """One transaction; returns the last acknowledgement of the state partition.

        1. begin,
        2. the group's offset, first: after the records it would often have to wait,
        3. the records, every partition's batches in order,
        4. every acknowledgement: a transaction commits without complaint although one of its
           batches was refused,
        5. commit.

        `position` None leaves the group's offset alone. `reach` is told after each step.

        Raises:
            Exception: anything at all means doubt.
        """
        producer, place = self._producer, self._place
        assert producer is not None
        async with asyncio.timeout(COMMIT_TIMEOUT_S):
            await producer.begin_transaction()
            reach("checkpoint-begun")
            if position is not None:
                offsets = {place.source: OffsetAndMetadata(position, "")}
                await producer.send_offsets_to_transaction(offsets, place.group)
                reach("checkpoint-offsets")
            sent = await asyncio.gather(*(self._send(*each) for each in batches.items()))
            reach("checkpoint-sent")
            told = await asyncio.gather(*(future for futures in sent for future in futures))
            reach("checkpoint-acknowledged")
            await producer.commit_transaction()
        ours = [each for each in told if each.topic_partition == place.state]
        last = batches[place.state][-1].record_count() - 1
        return Acknowledged(ours[-1].offset + last, ours[-1].timestamp)

    async def stop(self) -> None:
        """Let go. An open transaction stays open, for the next owner's producer to end."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                await asyncio.wait_for(producer.stop(), CLOSING_S)
            except TimeoutError:
                await producer.client.close()

    async def _send(
        self, partition: TopicPartition, batches: Sequence[BatchBuilder]
    ) -> list[asyncio.Future[Any]]:
        assert self._producer is not None
        topic, number = partition
        return [
            await self._producer.send_batch(batch, topic, partition=number) for batch in batches
        ]


class _EndOnce(EndTxnHandler):
    """Ends a transaction with one request.

    Sent again over a new connection while the first is still under way, it would leave a
    request behind that ends the next transaction. So a lost answer is an error.
    """

    async def do(self, node_id: int) -> None:
        while True:
            request = self.create_request()
            response = await self._sender.client.send(node_id, request, group=self.group)
            back_off = self.handle_response(response)
            if back_off is None:
                return
            # The coordinator has answered that it did nothing, so asking again is in order.
            await asyncio.sleep(back_off)


class _Sender(Sender):
    async def _do_txn_commit(self, commit_result: Any) -> None:
        await self._message_accumulator.flush_for_commit()
        transaction = self._txn_manager
        if transaction.is_empty_transaction():
            transaction.complete_transaction()
            return
        kind = CoordinationType.TRANSACTION
        node_id = await self._find_coordinator(kind, transaction.transactional_id)
        await _EndOnce(self, commit_result).do(node_id)
