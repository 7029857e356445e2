"""Place: one stage on one partition, and the names that belong to it."""

from functools import lru_cache
from typing import NamedTuple

from aiokafka.partitioner import murmur2
from aiokafka.structs import TopicPartition

from streams.stage import Stage

POSITIVE = 0x7FFF_FFFF


class Place(NamedTuple):
    """A stage on partition `partition` of its source, of `partitions` altogether.

    `group` is the consumer group; `policies` are the content digests by program and version.
    """

    stage: Stage
    partition: int
    partitions: int
    prefix: str
    group: str
    policies: dict[str, str]

    @property
    def source(self) -> TopicPartition:
        """Where its events come from."""
        return TopicPartition(self.prefix + self.stage.source.name, self.partition)

    @property
    def state(self) -> TopicPartition:
        """Where its state is written: the same partition number, so that it has one owner."""
        return TopicPartition(self.prefix + self.stage.state.name, self.partition)

    @property
    def transactional_id(self) -> str:
        """One per input partition: a new owner's producer then fences the old one's."""
        return f"{self.group}-{self.source.topic}-{self.partition}"

    def owns(self, key: bytes) -> bool:
        """Whether a producer with the usual partitioner puts `key` here."""
        return partition_of(key, self.partitions) == self.partition

    def __str__(self) -> str:
        return f"{self.source.topic}/{self.partition}"


@lru_cache(maxsize=1 << 17)
def partition_of(key: bytes, partitions: int) -> int:
    """Where Kafka's own clients put `key`; cached, as hashing in Python takes microseconds."""
    return int((murmur2(key) & POSITIVE) % partitions)
