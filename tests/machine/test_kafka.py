"""The broker from wheels: keeps its data and its port, dies and comes back, says why not."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from streams.machine.kafka import Broker, BrokerError
from streams.machine.ports import LOOPBACK, free_port

TOPIC = TopicPartition("t", 0)


@pytest.fixture
def broker(data_folder: Path) -> Iterator[Broker]:
    with Broker(data_folder) as broker:
        yield broker


def produce(broker: Broker, *values: bytes) -> None:
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        if TOPIC.topic not in admin.list_topics():
            admin.create_topics([TOPIC.topic], wait_for_metadata=True)
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    for value in values:
        producer.send(TOPIC.topic, value, partition=TOPIC.partition).get(timeout=30)
    producer.close()


def consume(broker: Broker, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", group_id=None
    )
    consumer.assign([TOPIC])
    values = [next(consumer).value for _ in range(count)]
    consumer.close()
    return values


def test_data_and_port_survive_a_kill_and_a_stop(broker: Broker) -> None:
    first, port = broker.pid, broker.port
    produce(broker, b"before")

    broker.kill()
    assert broker.pid is None
    broker.start()
    assert broker.pid not in (None, first)
    produce(broker, b"after")

    broker.stop()
    with Broker(broker.folder) as again:
        assert again.port == port
        assert consume(again, 2) == [b"before", b"after"]


def test_a_second_broker_on_the_same_folder_is_refused_and_the_first_goes_on(
    broker: Broker,
) -> None:
    produce(broker, b"mine")

    second = Broker(broker.folder, port=free_port())
    with pytest.raises(BrokerError, match="already runs on"):
        second.start()

    assert second.pid is None
    assert Broker(broker.folder).port == broker.port
    assert consume(broker, 1) == [b"mine"]


def test_a_port_that_somebody_has_is_named(data_folder: Path) -> None:
    with socket.create_server((LOOPBACK, free_port())) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(BrokerError, match=f"port {port} is already in use"):
            Broker(data_folder, port=port).start()


def test_why_it_does_not_come_up_is_one_line(data_folder: Path) -> None:
    broker = Broker(data_folder, heap="1x")

    with pytest.raises(BrokerError, match="Invalid maximum heap size") as failed:
        broker.start()

    assert "\n" not in str(failed.value)
    assert broker.pid is None


def test_nobody_creates_topics_by_mistake(broker: Broker) -> None:
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.describe_topics(["mistyped"])

        assert "mistyped" not in admin.list_topics()
