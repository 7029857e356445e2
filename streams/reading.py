"""Reading: what is committed on a topic, from a place in it to its end, with no group.

The end is where the log stood when reading began: what comes later is not waited for, and a
transaction that is open then counts as not there, with all that lies behind its beginning.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner.default import murmur2

from schemas.dead_letter import Entry

BOOTSTRAP_TIMEOUT_MS = 5_000
ANSWER_TIMEOUT_MS = 10_000
PATIENCE_S = 15.0
"""Without a step forward for so long, the broker counts as away."""
RECORDS_AT_ONCE = 5_000
LONGEST_POLL_MS = 500

NO_SECURITY: Mapping[str, Any] = MappingProxyType({})


class ReadingError(Exception):
    """The broker is away or refuses, or has no such topic or offset. The message is one line."""


def read_topic(
    bootstrap: str,
    topic: str,
    *,
    partition: int | None = None,
    offset: int | None = None,
    since_ms: int | None = None,
    security: Mapping[str, Any] = NO_SECURITY,
) -> Iterator[Entry]:
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
        yield from _read(consumer, chosen, offset, since_ms)


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
        yield from (entry for entry in found if entry.key == key)


def connected(bootstrap: str, security: Mapping[str, Any] = NO_SECURITY) -> KafkaConsumer:
    """A consumer of committed records, with no group and nothing assigned yet.

    Raises:
        KafkaError: no broker answers; then nothing is left of the consumer, whose thread would
            try on for ever.
        ValueError: `bootstrap` is no list of addresses.
    """
    clients: list[Any] = []

    def client(**config: Any) -> Any:
        clients.append(KafkaConsumer.DEFAULT_CONFIG["kafka_client"](**config))
        return clients[-1]

    try:
        return KafkaConsumer(
            kafka_client=client,
            bootstrap_servers=bootstrap,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            request_timeout_ms=ANSWER_TIMEOUT_MS,
            group_id=None,
            isolation_level="read_committed",
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            **security,
        )
    except (KafkaError, ValueError):
        for left in clients:
            left.close()
        raise


def away(bootstrap: str, error: Exception) -> str:
    """What happened to the broker at `bootstrap`, in one line."""
    if isinstance(error, KafkaTimeoutError):
        return f"no Kafka broker answers at {bootstrap}"
    reason = str(error).partition("\n")[0] or type(error).__name__
    return f"cannot read from Kafka at {bootstrap!r}: {reason}"


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
            consumer.close(autocommit=False)


def places(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    """Every partition of `topic`; raises ReadingError when there is no such topic (yet)."""
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise ReadingError(f"there is no topic {topic} on the broker")
    return [TopicPartition(topic, number) for number in sorted(numbers)]


def _read(
    consumer: KafkaConsumer,
    chosen: list[TopicPartition],
    offset: int | None,
    since_ms: int | None,
) -> Iterator[Entry]:
    ends = consumer.end_offsets(chosen, ANSWER_TIMEOUT_MS)
    starts = _starts(consumer, chosen, offset, since_ms, ends)
    open_ends = {place: end for place, end in ends.items() if starts[place] < end}
    consumer.assign(list(open_ends))
    for place in open_ends:
        consumer.seek(place, starts[place])
    positions, moved_at = dict(starts), time.monotonic()
    while open_ends:
        for place, records in consumer.poll(LONGEST_POLL_MS, RECORDS_AT_ONCE).items():
            yield from (
                Entry(each.offset, each.timestamp, each.key, each.value, tuple(each.headers))
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
