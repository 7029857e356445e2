"""Progress: which letters were sent again, so that none is sent twice and none is lost.

The redrive's consumer group stands, in each partition, at the first letter that still could be
sent again: its lag is what is left to look at. A letter that filters pass over is therefore never
passed by the group. Letters behind it that were sent already are written down on the dead letter
topic itself, in a record without key whose header says so (`rollcall.redriven`) and whose value
lists their offsets: a mark lies behind its letters, and so is kept as long as they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from schemas.dead_letter import Entry, Header
from streams.committed import ANSWER_TIMEOUT_MS, ReadingError, away, connected, places

CLOSING_MS = 1_000
REDRIVEN = "rollcall.redriven"
MARK: tuple[Header, ...] = ((REDRIVEN, b"1"), ("content-type", b"application/json"))

Place = tuple[int, int]
"""Partition and offset of a letter."""

_read = msgspec.json.Decoder(list[int]).decode


def mark(offsets: Iterable[int]) -> bytes:
    """The value of a mark."""
    return msgspec.json.encode(sorted(offsets))


def marked(partition: int, entry: Entry) -> set[Place] | None:
    """The letters that a mark is about; None for a record that is no mark."""
    if not any(name == REDRIVEN for name, _ in entry.headers):
        return None
    try:
        return {(partition, offset) for offset in _read(entry.value or b"[]")}
    except msgspec.MsgspecError:
        return set()


class Group:
    """The offsets of a consumer group on one topic; nobody joins it."""

    def __init__(self, consumer: KafkaConsumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic

    def positions(self) -> dict[int, int]:
        """The committed offset of each partition that has one."""
        found = {
            place.partition: self._consumer.committed(place, timeout_ms=ANSWER_TIMEOUT_MS)
            for place in places(self._consumer, self._topic)
        }
        return {partition: offset for partition, offset in found.items() if offset is not None}

    def commit(self, positions: Mapping[int, int]) -> None:
        """Move to `positions`; returns when the broker has taken them."""
        offsets = {
            TopicPartition(self._topic, partition): OffsetAndMetadata(offset, "", -1)
            for partition, offset in positions.items()
        }
        self._consumer.commit(offsets, timeout_ms=ANSWER_TIMEOUT_MS)


@contextmanager
def group_of(bootstrap: str, topic: str, name: str, security: Mapping[str, Any]) -> Iterator[Group]:
    """The group `name`, whose offsets on `topic` may be asked for and moved meanwhile.

    Raises:
        ReadingError: the broker is away or refuses, or there is no such topic.
    """
    try:
        consumer = connected(bootstrap, security, name)
    except (KafkaError, ValueError) as error:
        raise ReadingError(away(bootstrap, error)) from error
    try:
        yield Group(consumer, topic)
    except (KafkaError, TimeoutError) as error:
        raise ReadingError(away(bootstrap, error)) from error
    finally:
        consumer.close(autocommit=False, timeout_ms=CLOSING_MS)
