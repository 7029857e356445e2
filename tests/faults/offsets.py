"""Offsets: where the workers' group stands on the telemetry topic, and where the log ends."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from kafka import KafkaConsumer, TopicPartition

from schemas.topics import TELEMETRY
from tests.kafka.comparison import Run
from tests.kafka.fleet import PARTITIONS


def committed(run: Run) -> list[int]:
    """The group's offset of each partition, 0 where it has none."""
    with _group(run) as consumer:
        return [consumer.committed(place) or 0 for place in _places(run)]


def lag(run: Run) -> int:
    """Records that no committed checkpoint covers."""
    with _group(run) as consumer:
        ends = consumer.end_offsets(_places(run))
        return sum(end - (consumer.committed(place) or 0) for place, end in ends.items())


def _places(run: Run) -> list[TopicPartition]:
    return [TopicPartition(run.prefix + TELEMETRY.name, n) for n in range(PARTITIONS)]


@contextmanager
def _group(run: Run) -> Iterator[KafkaConsumer]:
    with closing(
        KafkaConsumer(
            bootstrap_servers=run.bootstrap,
            group_id=f"{run.prefix}rollcall",
            enable_auto_commit=False,
        )
    ) as consumer:
        yield consumer
