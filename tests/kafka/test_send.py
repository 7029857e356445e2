"""Sending to a real broker: complete, in order, where Kafka's own clients look for the keys."""

import asyncio
from collections import defaultdict
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.partitioner import murmur2

from streams.appending import Message, SendError
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from streams.simulation.evening import evening
from streams.simulation.load import sessions_in_progress
from streams.simulation.pace import at_once, messages
from streams.simulation.send import Sent, send
from streams.simulation.settings import Evening

PAST = 1_772_474_400_000
PARTITIONS = 3


async def create(bootstrap: str, *topics: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in topics])
    finally:
        await admin.close()


async def read(bootstrap: str, topic: str) -> dict[int, list[tuple[bytes, bytes]]]:
    """Every key and value of the topic, by partition, in order."""
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    found: dict[int, list[tuple[bytes, bytes]]] = defaultdict(list)
    try:
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        async with asyncio.timeout(60):
            while any([await consumer.position(place) < ends[place] for place in places]):
                for place, records in (await consumer.getmany(timeout_ms=200)).items():
                    found[place.partition] += [(record.key, record.value) for record in records]
    finally:
        await consumer.stop()
    return found


def assert_complete(
    found: dict[int, list[tuple[bytes, bytes]]], sent: list[Message], topic: str
) -> None:
    """Each partition holds exactly its keys' records, in the order in which they were sent."""
    expected: dict[int, list[tuple[bytes, bytes]]] = defaultdict(list)
    for message in sent:
        if message.topic == topic:
            partition = (murmur2(message.key) & 0x7FFFFFFF) % PARTITIONS
            expected[partition].append((message.key, message.value))
    assert found == expected


def test_an_evening_arrives_complete_in_order_and_by_its_keys(broker: Broker, prefix: str) -> None:
    telemetry, care = f"{prefix}telemetry", f"{prefix}care"
    sent = list(messages(evening(Evening(starts_at=PAST)), telemetry, care))

    async def scenario() -> None:
        await create(broker.bootstrap, telemetry, care)
        told: list[int] = []
        count = await send(
            sent,
            bootstrap=broker.bootstrap,
            progress=lambda so_far: told.append(so_far.records.total()),
        )
        assert count.records.total() == len(sent) == told[-1]
        assert count.records[care] == sum(message.topic == care for message in sent) > 0
        assert count.size == sum(len(message.key) + len(message.value) for message in sent)
        assert count.repeated == 0
        for topic in (telemetry, care):
            assert_complete(await read(broker.bootstrap, topic), sent, topic)

    asyncio.run(scenario())


def test_load_fills_many_batches(broker: Broker, prefix: str) -> None:
    topic = f"{prefix}telemetry"
    pairs = sessions_in_progress(
        seed=1,
        sessions=50,
        people=8,
        events_per_person=100,
        started_at=PAST,
        now=PAST + 3_600_000,
    )
    sent = list(at_once(pairs, topic))

    async def scenario() -> None:
        await create(broker.bootstrap, topic)
        await send(sent, bootstrap=broker.bootstrap)
        assert_complete(await read(broker.bootstrap, topic), sent, topic)

    asyncio.run(scenario())


def test_a_topic_that_is_not_there_is_one_clear_line(broker: Broker, prefix: str) -> None:
    message = Message(0, f"{prefix}nowhere", b"key", b"value")
    with pytest.raises(SendError, match=f"no such topic: {prefix}nowhere"):
        asyncio.run(send([message], bootstrap=broker.bootstrap))


def test_no_broker_is_one_clear_line() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with pytest.raises(SendError, match=f"Kafka at {nobody} took no records for 1 s"):
        asyncio.run(send([Message(0, "topic", b"key", b"value")], bootstrap=nobody, patience_s=1))


def test_a_lost_broker_is_waited_for(data_folder: Path) -> None:
    topic = "telemetry"
    sent = [Message(0, topic, b"key-%d" % (number % 7), b"%d" % number) for number in range(4_000)]

    async def scenario(broker: Broker) -> None:
        await create(broker.bootstrap, topic)
        halfway = asyncio.Event()

        def progress(so_far: Sent) -> None:
            if so_far.records.total() >= 1_000:
                halfway.set()

        sending = asyncio.create_task(
            send(sent, bootstrap=broker.bootstrap, rate=1_000.0, progress=progress)
        )
        await halfway.wait()
        await asyncio.to_thread(broker.stop)
        assert not sending.done()
        await asyncio.to_thread(broker.start)
        count = await sending
        assert count.records.total() == len(sent)
        found = await read(broker.bootstrap, topic)
        values = {value for records in found.values() for _, value in records}
        assert values == {message.value for message in sent}
        if not count.repeated:
            assert_complete(found, sent, topic)

    with Broker(data_folder) as broker:
        asyncio.run(scenario(broker))
