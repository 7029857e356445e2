"""The broker from wheels: keeps its data and its port, dies and comes back, says why not."""

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from streams.machine.kafka import Broker, BrokerError
from streams.machine.ports import LOOPBACK, free_port


@pytest.fixture(scope="module")
def server() -> Iterator[Broker]:
    with TemporaryDirectory(prefix="rollcall-") as folder, Broker(Path(folder)) as broker:
        yield broker


@pytest.fixture
def broker(server: Broker) -> Broker:
    """Running, whatever the test before did to it."""
    server.start()
    return server


def produce(broker: Broker, topic: str, value: bytes) -> None:
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        if topic not in admin.list_topics():
            admin.create_topics([topic], wait_for_metadata=True)
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    producer.send(topic, value, partition=0).get(timeout=30)
    producer.close()


def consume(broker: Broker, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", group_id=None
    )
    consumer.assign([TopicPartition(topic, 0)])
    values = [next(consumer).value for _ in range(count)]
    consumer.close()
    return values


def test_data_and_port_survive_a_kill_and_a_stop(broker: Broker) -> None:
    first, port = broker.pid, broker.port
    produce(broker, "kept", b"before")

    broker.kill()
    assert broker.pid is None
    broker.start()
    assert broker.pid not in (None, first)
    produce(broker, "kept", b"after")

    broker.stop()
    with Broker(broker.folder) as again:
        assert again.port == port
        assert consume(again, "kept", 2) == [b"before", b"after"]


def test_a_second_broker_on_the_same_folder_is_refused_and_the_first_goes_on(
    broker: Broker,
) -> None:
    produce(broker, "mine", b"one")

    second = Broker(broker.folder, port=free_port())
    with pytest.raises(BrokerError, match="already runs on"):
        second.start()

    assert second.pid is None
    assert Broker(broker.folder).port == broker.port
    assert consume(broker, "mine", 1) == [b"one"]


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
