"""The private hook that spares an object for each record, against real batches."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from schemas.topics import TELEMETRY
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.worker.bare_records import bare_records

RECORDS = [
    (b"key", b"value", [("name", b"text"), ("empty", b"")]),
    (None, b"no key", []),
    (b"no value", None, []),
    (b"", b"", [("name", b"x" * 1_000)]),
]


async def _fill(bootstrap: str, topic: str) -> None:
    """A plain batch, an aborted and a committed transaction: offsets with holes."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, transactional_id=topic, compression_type="lz4"
    ) as producer:
        for commit in (True, False, True):
            await producer.begin_transaction()
            for key, value, headers in RECORDS:
                await producer.send(topic, value, key=key, partition=0, headers=headers)
            await (producer.commit_transaction() if commit else producer.abort_transaction())


async def _read(bootstrap: str, topic: str) -> list[Any]:
    place = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    ) as consumer:
        consumer.assign([place])
        found: list[Any] = []
        while len(found) < 2 * len(RECORDS):
            found += (await consumer.getmany(place, timeout_ms=500)).get(place, [])
        return found


def _told(records: list[Any]) -> list[tuple[Any, ...]]:
    return [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in records]


def test_bare_records_tell_the_same(broker: Broker, prefix: str) -> None:
    topic = prefix + TELEMETRY.name
    provision(broker.bootstrap, 1, 1, prefix)
    asyncio.run(_fill(broker.bootstrap, topic))

    with bare_records():
        bare = asyncio.run(_read(broker.bootstrap, topic))
    usual = asyncio.run(_read(broker.bootstrap, topic))

    assert _told(bare) == _told(usual)
    assert [(key, value, headers) for _, _, key, value, headers in _told(bare)] == RECORDS * 2
    assert [record.offset for record in bare] == [0, 1, 2, 3, 10, 11, 12, 13]
    assert type(bare[0]) is not type(usual[0])
    assert not hasattr(bare[0], "topic")
