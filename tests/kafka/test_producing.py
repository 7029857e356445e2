"""Producing on a real broker: what is sent lies where its readers look; what is not is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.partitioner import murmur2
from msgspec import Struct

from schemas.checking import NO_PSEUDONYM, RefusedError
from schemas.codec import decode_care, decode_telemetry
from schemas.dead_letter import Entry
from schemas.topics import CARE, TELEMETRY
from sinks.producing import NotSentError, Producer
from sinks.topics import provision
from streams.ledger import Ledger
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from streams.reading import read_topic
from streams.session.stage import session_stage
from streams.stage import Pacing
from tests.builders import joined, ms, scheduled
from tests.live import policies

PARTITIONS = 3
NOTICE: dict[str, Any] = {
    "type": "absence_notified",
    "at": "2026-03-02T17:00:00Z",
    "participant": "par-1",
    "entity": "fac-1",
    "session": "ses-1",
    "reason": "illness",
}


def joining(number: int) -> dict[str, Any]:
    return {
        "type": "joined",
        "at": f"2026-03-02T18:{number % 60:02}:00Z",
        "session": f"ses-{number % 7}",
        "participant": f"par-{number}",
        "connection": f"con-{number}",
    }


def on_the_log(broker: Broker, topic: str) -> Iterator[tuple[int, Entry]]:
    for partition in range(PARTITIONS):
        for entry in read_topic(broker.bootstrap, topic, partition=partition):
            yield partition, entry


def partition_of(key: bytes | None) -> int:
    """Where Kafka's own clients put a key."""
    assert key is not None
    return int((murmur2(key) & 0x7FFFFFFF) % PARTITIONS)


def test_records_lie_under_their_keys_and_the_ledger_takes_them(
    broker: Broker, prefix: str
) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    ours: list[Struct] = [scheduled(roster=("a",)), joined("10:02", "a")]

    with Producer(broker.bootstrap, source="video-north", prefix=prefix) as producer:
        sent = [producer.send(joining(number)) for number in range(200)]
        sent += [producer.send(record) for record in ours]
        told = producer.send(NOTICE)

    found = list(on_the_log(broker, prefix + TELEMETRY.name))
    records = [decode_telemetry(entry.value) for _, entry in found]
    assert sorted(record.id for record in records) == sorted(sent)
    for (partition, entry), record in zip(found, records, strict=True):
        assert entry.key == record.session.encode()
        assert partition == partition_of(entry.key)
    for partition in range(PARTITIONS):
        owns = lambda key, own=partition: partition_of(key) == own  # noqa: E731  # one line here
        ledger = Ledger(session_stage(policies()), Pacing(), owns=owns)
        ledger.take(entry for place, entry in found if place == partition)
        # What the wall clock thinks of March 2026 is another matter than form, key and place.
        reasons = {letter.reason for letter in ledger.checkpoint(ms("15:00")).dead_letters}
        assert reasons <= {"too_old"}
    ((partition, notice),) = on_the_log(broker, prefix + CARE.name)
    assert (notice.key, partition) == (b"par-1", partition_of(b"par-1"))
    assert decode_care(notice.value).id == told


def test_the_same_again_has_the_same_id(broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    ids = []
    for _ in range(2):
        with Producer(broker.bootstrap, source="video-north", prefix=prefix) as producer:
            ids.append(producer.send(joining(1)))
    assert ids[0] == ids[1]
    values = {entry.value for _, entry in on_the_log(broker, prefix + TELEMETRY.name)}
    assert len(values) == 1


def test_what_is_refused_is_not_sent_and_not_quoted(broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    with Producer(broker.bootstrap, source="video-north", prefix=prefix) as producer:
        for changed, reason in (
            ({"participant": "person-17@example.org"}, f"participant: {NO_PSEUDONYM}"),
            ({"connection": "Some Body"}, f"connection: {NO_PSEUDONYM}"),
            ({"at": "2026-03-02T18:00:00"}, "at: Expected `datetime` with a timezone component"),
            ({"role": "spectator"}, "role: not an allowed value"),
        ):
            with pytest.raises(RefusedError) as error:
                producer.send(joining(1) | changed)
            assert str(error.value) == reason
        producer.send(joining(1) | {"name": "Some Body", "text": "what was said"})
    ((_, entry),) = on_the_log(broker, prefix + TELEMETRY.name)
    assert entry.value is not None
    assert b"Some" not in entry.value
    assert b"said" not in entry.value


def test_a_source_is_no_address() -> None:
    with pytest.raises(RefusedError, match="source: must be a pseudonym"):
        Producer("127.0.0.1:1", source="video@example.org")


def test_no_broker_is_one_clear_line() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with pytest.raises(NotSentError) as error:
        Producer(nobody, source="video-north", patience_s=1)
    assert str(error.value) == f"no Kafka broker answers at {nobody}"


def test_a_topic_that_is_not_there_takes_nothing(broker: Broker, prefix: str) -> None:
    producer = Producer(broker.bootstrap, source="video-north", prefix=prefix, patience_s=1)
    topic = prefix + TELEMETRY.name
    with pytest.raises(NotSentError) as error:
        producer.send(joining(1))
    assert str(error.value) == f"{topic} at {broker.bootstrap} takes no records"
    with pytest.raises(NotSentError, match="1 of 1 records were not acknowledged"):
        producer.flush()
    producer.close()


def test_an_error_of_the_caller_is_not_hidden(broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    with (
        pytest.raises(ZeroDivisionError),
        Producer(broker.bootstrap, source="video-north", prefix=prefix),
    ):
        raise ZeroDivisionError


def test_a_lost_broker_is_told_or_waited_for(data_folder: Path) -> None:
    with Broker(data_folder) as broker:
        provision(broker.bootstrap, PARTITIONS, 1)
        impatient = Producer(broker.bootstrap, source="video-north", patience_s=2)
        patient = Producer(broker.bootstrap, source="video-north", patience_s=60)
        for producer in (impatient, patient):
            producer.send(joining(0))
            producer.flush()

        broker.stop()
        for number in range(1, 4):
            impatient.send(joining(number))
            patient.send(joining(number + 10))
        with pytest.raises(NotSentError) as error:
            impatient.flush()
        assert error.value.count == 3
        assert "3 of 3 records were not acknowledged" in str(error.value)
        assert "ses-" not in str(error.value)

        broker.start()
        patient.flush()
        patient.close()
        impatient.close()
        people = {
            decode_telemetry(entry.value).participant
            for _, entry in on_the_log(broker, TELEMETRY.name)
        }
        assert people >= {"par-0", "par-11", "par-12", "par-13"}
