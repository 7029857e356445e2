"""Reading a log back from a real broker: everything committed, nothing else, and an end."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from schemas.dead_letter import Entry
from schemas.topics import TELEMETRY
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from streams.reading import ReadingError, read_partitions, read_subject, read_topic
from tests.kafka.outputs import PARTITIONS, Outputs
from tests.sinks.rows import score


@pytest.fixture
def outputs(broker: Broker, prefix: str) -> Iterator[Outputs]:
    outputs = Outputs(broker.bootstrap, prefix)
    yield outputs
    outputs.close()


def send(outputs: Outputs, *names: str, commit: bool = True) -> None:
    outputs.send(*(score(id=name) for name in names), commit=commit)


def keys(entries: Iterator[Entry]) -> list[str]:
    return sorted((entry.key or b"").decode() for entry in entries)


def scores(outputs: Outputs, **options: int) -> list[str]:
    return keys(read_topic(outputs.bootstrap, outputs.topics["scores"], **options))


def test_an_empty_topic_has_nothing(outputs: Outputs) -> None:
    assert scores(outputs) == []
    assert scores(outputs, since_ms=1) == []
    assert list(read_subject(outputs.bootstrap, outputs.topics["scores"], b"one")) == []


def test_what_is_committed_is_read_with_markers_at_the_tail(outputs: Outputs) -> None:
    send(outputs, "one", "two", "three")
    send(outputs, "four")

    assert scores(outputs) == ["four", "one", "three", "two"]


def test_aborted_records_are_passed_in_the_middle_and_at_the_tail(outputs: Outputs) -> None:
    send(outputs, "never", commit=False)
    send(outputs, "one")
    send(outputs, "never", commit=False)
    send(outputs, "two")
    send(outputs, "never", "nor this", commit=False)

    assert scores(outputs) == ["one", "two"]


def test_nothing_but_aborted_records_is_nothing(outputs: Outputs) -> None:
    send(outputs, *(f"never-{number}" for number in range(10)), commit=False)

    assert scores(outputs) == []


def test_an_open_transaction_is_not_waited_for(outputs: Outputs) -> None:
    send(outputs, "one")
    with outputs.open(score(id="two")):
        assert scores(outputs) == ["one"]

    assert scores(outputs) == ["one", "two"]


def test_what_comes_after_the_start_is_not_read(outputs: Outputs) -> None:
    many = [f"score-{number}" for number in range(50)]
    send(outputs, *many)
    entries = read_topic(outputs.bootstrap, outputs.topics["scores"])
    first = next(entries)
    send(outputs, "later")

    assert keys(iter([first, *entries])) == sorted(many)


def test_entries_are_as_the_log_holds_them(outputs: Outputs) -> None:
    topic = outputs.topics["scores"]
    outputs.send_bytes("scores", 0, b"first")
    outputs.send_bytes("scores", 0, None)

    first, second = read_topic(outputs.bootstrap, topic, partition=0)

    assert (first.offset, first.key, first.value, first.headers) == (0, b"key", b"first", ())
    # Between the two lies the marker of the first transaction.
    assert (second.offset, second.value) == (2, None)
    assert first.timestamp <= second.timestamp


def test_reading_can_begin_at_an_offset_or_a_time(outputs: Outputs) -> None:
    topic = outputs.topics["scores"]
    for value in (b"one", b"two", b"three"):
        outputs.send_bytes("scores", 1, value)
    one, two, three = read_topic(outputs.bootstrap, topic, partition=1)

    tail = read_topic(outputs.bootstrap, topic, partition=1, offset=two.offset)
    since = read_topic(outputs.bootstrap, topic, since_ms=three.timestamp)
    after = read_topic(outputs.bootstrap, topic, since_ms=three.timestamp + 60_000)
    beyond = read_topic(outputs.bootstrap, topic, partition=1, offset=1_000)

    assert list(tail) == [two, three]
    assert list(since) == [entry for entry in (one, two, three) if entry.timestamp >= three[1]]
    assert list(after) == list(beyond) == []


def test_partitions_are_read_from_an_offset_each_that_the_log_has(outputs: Outputs) -> None:
    topic = outputs.topics["scores"]
    for partition in range(PARTITIONS):
        for value in (b"one", b"two", b"three"):
            outputs.send_bytes("scores", partition, value)
    with KafkaAdminClient(bootstrap_servers=outputs.bootstrap) as admin:
        admin.delete_records({TopicPartition(topic, 1): 2})

    def values(starts: dict[int, int]) -> list[tuple[int, bytes | None]]:
        found = read_partitions(outputs.bootstrap, topic, starts)
        return sorted((partition, entry.value) for partition, entry in found)

    whole = [(0, b"one"), (0, b"three"), (0, b"two"), (1, b"three"), (1, b"two")]
    assert values({}) == values({1: 1}) == values({0: 1_000, 1: 0}) == whole
    assert values({0: 1, 1: 3}) == [(0, b"three"), (0, b"two"), (1, b"three")]
    # The end is where somebody stands who has read all.
    assert values({0: 6}) == whole[3:]


def test_a_subject_is_read_from_the_partition_of_its_key(outputs: Outputs) -> None:
    topic = outputs.topics["scores"]
    names = [f"score-{number}" for number in range(20)]
    send(outputs, *names)
    send(outputs, "score-7")

    for name in names:
        found = list(read_subject(outputs.bootstrap, topic, name.encode()))
        assert [entry.key for entry in found] == [name.encode()] * (2 if name == "score-7" else 1)


def test_offsets_that_were_deleted_are_told(outputs: Outputs) -> None:
    topic = outputs.topics["scores"]
    for _ in range(3):
        outputs.send_bytes("scores", 0, b"value")
    with KafkaAdminClient(bootstrap_servers=outputs.bootstrap) as admin:
        admin.delete_records({TopicPartition(topic, 0): 2})

    entries = read_topic(outputs.bootstrap, topic, partition=0)
    assert [entry.offset for entry in entries] == [2, 4]
    with pytest.raises(ReadingError, match=f"{topic}/0 no longer holds offset 1: it begins at 2"):
        list(read_topic(outputs.bootstrap, topic, partition=0, offset=1))


def test_no_such_topic_is_one_clear_line(broker: Broker, prefix: str) -> None:
    topic = f"{prefix}{TELEMETRY.name}"
    with pytest.raises(ReadingError, match=f"there is no topic {topic} on the broker"):
        list(read_topic(broker.bootstrap, topic))
    with pytest.raises(ReadingError, match="there is no topic"):
        list(read_subject(broker.bootstrap, topic, b"key"))
    with KafkaConsumer(bootstrap_servers=broker.bootstrap) as consumer:
        assert topic not in consumer.topics()


def test_no_such_partition_is_one_clear_line(outputs: Outputs) -> None:
    with pytest.raises(ReadingError, match=f"has no partition {PARTITIONS}"):
        scores(outputs, partition=PARTITIONS)


def test_a_broker_that_falls_silent_is_one_clear_line(data_folder: Path, prefix: str) -> None:
    with Broker(data_folder) as broker:
        outputs = Outputs(broker.bootstrap, prefix)
        for _ in range(8):
            outputs.send_bytes("scores", 0, bytes(900_000))
        outputs.close()
        entries = read_topic(broker.bootstrap, outputs.topics["scores"], partition=0)
        next(entries)
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            with pytest.raises(ReadingError, match=f"{broker.bootstrap}.*nothing came for"):
                list(entries)
        finally:
            os.kill(broker.pid, signal.SIGCONT)


def test_no_broker_is_one_clear_line() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with pytest.raises(ReadingError, match=f"^no Kafka broker answers at {nobody}$"):
        list(read_topic(nobody, "topic"))
    with pytest.raises(ReadingError, match="cannot read from Kafka at 'host:port': "):
        list(read_topic("host:port", "topic"))
