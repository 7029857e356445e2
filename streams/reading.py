"""Reading: what is committed on a topic, from a place in it to its end, with no group.

The end is where the log stood when reading began: what comes later is not waited for, and a
transaction that is open then counts as not there, with all that lies behind its beginning.
"""

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2

from schemas.dead_letter import Entry
from streams.committed import (
    ANSWER_TIMEOUT_MS,
    NO_SECURITY,
    ReadingError,
    away,
    connected,
    places,
)

__all__ = ["ReadingError", "read_partitions", "read_subject", "read_topic"]

PATIENCE_S = 10.0
"""Without a step forward for so long, the broker counts as away."""
RECORDS_AT_ONCE = 5_000
LONGEST_POLL_MS = 500
CLOSING_MS = 1_000
NOWHERE: Mapping[int, int] = MappingProxyType({})


def read_topic(
    bootstrap: str,
    topic: str,
    *,
    partition: int | None = None,
    offset: int | None = None,
    since_ms: int | None = None,
    security: Mapping[str, Any] = NO_SECURITY,
) -> Generator[Entry, None, None]:
    """Every committed record of `topic`, or of one `partition`, in order within each.

    From the beginning; or from `offset` of each partition read; or from the first record
    appended at or after `since_ms`. Nothing is asked of the broker before the first entry is.
    `security` are kafka-python's connection settings.

    Raises:
        ReadingError: the broker is away, or has no such topic, partition or offset.
    """
    with _reader(bootstrap, security) as consumer:
        chosen = places(consumer, topic)
        if partition is not None:
            chosen = [place for place in chosen if place.partition == partition]
            if not chosen:
                raise ReadingError(f"the topic {topic} has no partition {partition}")
        yield from (entry for _, entry in _read(consumer, chosen, offset, since_ms))


def read_partitions(
    bootstrap: str,
    topic: str,
    starts: Mapping[int, int],
    *,
    since_ms: int | None = None,
    security: Mapping[str, Any] = NO_SECURITY,
) -> Iterator[tuple[int, Entry]]:
    """Every committed record of `topic` with the number of its partition, as `read_topic` does.

    From the offset that `starts` has for its partition; where it has none, or one that the log
    does not have, from the beginning or from `since_ms`.

    Raises:
        ReadingError: the broker is away, or has no such topic.
    """
    with _reader(bootstrap, security) as consumer:
        for place, entry in _read(consumer, places(consumer, topic), None, since_ms, starts):
            yield place.partition, entry


def read_subject(
    bootstrap: str,
    topic: str,
    key: bytes,
    *,
    since_ms: int | None = None,
    security: Mapping[str, Any] = NO_SECURITY,
) -> Iterator[Entry]:
    """Every committed record with this `key`, in order, as `read_topic` gives them.

    Only the partition that Kafka's own clients choose for the key is read: elsewhere a record
    is misrouted, and no stage takes it.

    Raises:
        ReadingError: the broker is away, or has no such topic.
    """
    with _reader(bootstrap, security) as consumer:
        all_places = places(consumer, topic)
        place = all_places[(murmur2(key) & 0x7FFFFFFF) % len(all_places)]
        found = _read(consumer, [place], None, since_ms)
        yield from (entry for _, entry in found if entry.key == key)


@contextmanager
def _reader(bootstrap: str, security: Mapping[str, Any]) -> Iterator[KafkaConsumer]:
    consumer = None
    try:
        consumer = connected(bootstrap, security)
        yield consumer
    except (KafkaError, ValueError, TimeoutError) as error:
        raise ReadingError(away(bootstrap, error)) from error
    finally:
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=CLOSING_MS)


def _read(
    consumer: KafkaConsumer,
    chosen: list[TopicPartition],
    offset: int | None,
    since_ms: int | None,
    least: Mapping[int, int] = NOWHERE,
) -> Iterator[tuple[TopicPartition, Entry]]:
    ends = consumer.end_offsets(chosen, ANSWER_TIMEOUT_MS)
    starts = _starts(consumer, chosen, offset, since_ms, ends)
    for place in chosen:
        # Beyond the end is nothing that was ever read: the log was made anew.
        if starts[place] < (known := least.get(place.partition, 0)) <= ends[place]:
            starts[place] = known
    open_ends = {place: end for place, end in ends.items() if starts[place] < end}
    consumer.assign(list(open_ends))
    for place in open_ends:
        consumer.seek(place, starts[place])
    positions, moved_at = dict(starts), time.monotonic()
    while open_ends:
        for place, records in consumer.poll(LONGEST_POLL_MS, RECORDS_AT_ONCE).items():
            yield from (
                (
                    place,
                    Entry(each.offset, each.timestamp, each.key, each.value, tuple(each.headers)),
                )
                for each in records
                if each.offset < ends[place]
            )
        # Markers and aborted records are never seen, but passed: only the positions tell.
        reached = {place: consumer.position(place, timeout_ms=0) for place in open_ends}
        if any(positions[place] != position for place, position in reached.items()):
            positions |= reached
            moved_at = time.monotonic()
        elif time.monotonic() - moved_at > PATIENCE_S:
            raise TimeoutError(f"nothing came for {PATIENCE_S:g} s")
        for place in [place for place, position in reached.items() if position >= ends[place]]:
            del open_ends[place]
            consumer.pause(place)


def _starts(
    consumer: KafkaConsumer,
    chosen: list[TopicPartition],
    offset: int | None,
    since_ms: int | None,
    ends: Mapping[TopicPartition, int],
) -> dict[TopicPartition, int]:
    first: dict[TopicPartition, int] = consumer.beginning_offsets(chosen, ANSWER_TIMEOUT_MS)
    if since_ms is not None:
        found = consumer.offsets_for_times(dict.fromkeys(chosen, since_ms), ANSWER_TIMEOUT_MS)
        return {place: at.offset if at else ends[place] for place, at in found.items()}
    if offset is None:
        return first
    for place, begins in first.items():
        if offset < begins:
            raise ReadingError(
                f"{place.topic}/{place.partition} no longer holds offset {offset}: "
                f"it begins at {begins}"
            )
    return dict.fromkeys(chosen, offset)
