"""Log: the committed records of the output topics, read with kafka-python from given offsets."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import (
    KafkaError,
    LogTruncationError,
    OffsetOutOfRangeError,
    UnknownTopicOrPartitionError,
)
from kafka.structs import OffsetAndMetadata

from sinks.database import Partition

BOOTSTRAP_TIMEOUT_MS = 3_000
ANSWER_TIMEOUT_MS = 3_000
COMMIT_TIMEOUT_MS = 2_000

GONE = (OffsetOutOfRangeError, LogTruncationError)
"""What `OutputLog.take` raises when the log does not have the offset that was to be read."""


class OutputLog:
    """All partitions of `topics`, in any number of readers: nothing is shared with a group.

    `group` only names the offsets that are told to the broker. Every call may raise
    `KafkaError`, when the broker is away or refuses.
    """

    def __init__(
        self,
        bootstrap: str,
        topics: Iterable[str],
        group: str,
        security: Mapping[str, Any],
        untold: Callable[[], None],
    ) -> None:
        """Connect; `untold` is called when the broker did not take the group's offsets."""
        self._topics = list(topics)
        self._untold = untold
        self._consumer = _connected(
            bootstrap_servers=bootstrap,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            group_id=group,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="none",
            **security,
        )

    def partitions(self) -> set[TopicPartition]:
        """Every partition there is now.

        Raises:
            UnknownTopicOrPartitionError: one of the topics is not there (yet).
        """
        found = {topic: self._consumer.partitions_for_topic(topic) for topic in self._topics}
        for topic, numbers in found.items():
            if not numbers:
                raise UnknownTopicOrPartitionError(f"the topic {topic} does not exist")
        return {TopicPartition(topic, n) for topic, numbers in found.items() for n in numbers}

    def start(self, offsets: Mapping[Partition, int]) -> None:
        """Read every partition from its offset on; one that has none, from its beginning."""
        partitions = self.partitions()
        self._consumer.assign(sorted(partitions))
        new = partitions - set(offsets)
        starts = self._consumer.beginning_offsets(list(new), ANSWER_TIMEOUT_MS) if new else {}
        for partition in partitions:
            self._consumer.seek(partition, offsets.get(partition, starts.get(partition)))

    def grown(self) -> bool:
        """Whether there are partitions that are not read."""
        return bool(self.partitions() - self._consumer.assignment())

    def take(self, most: int, seconds: float) -> list[Any]:
        """Up to `most` records, as soon as there are any; none after `seconds`.

        Raises one of `GONE` when a partition no longer has what was to be read; then `restart`.
        """
        found = self._consumer.poll(timeout_ms=round(seconds * 1000), max_records=most)
        return [record for records in found.values() for record in records]

    def restart(self, error: Exception) -> dict[Partition, tuple[int, int]]:
        """Read the partitions that `error` is about from where their log begins now.

        Returns, for each, the offset that was to be read and the one that is.
        """
        gone: Mapping[TopicPartition, object]
        gone = getattr(error, "divergent_offsets", None) or error.args[0]
        starts = self._consumer.beginning_offsets(list(gone), ANSWER_TIMEOUT_MS)
        moved = {}
        for partition, start in starts.items():
            moved[tuple(partition)] = self._position(partition), start
            self._consumer.seek(partition, start)
        return moved

    def positions(self) -> dict[Partition, int]:
        """The next offset to read of each partition; all before it was given or passed."""
        return {tuple(one): self._position(one) for one in self._consumer.assignment()}

    def ask(self) -> None:
        """Ask the broker something; returns when it has answered."""
        self._consumer.end_offsets(list(self._consumer.assignment()), ANSWER_TIMEOUT_MS)

    def known_ends(self) -> dict[Partition, int]:
        """The ends of the partitions that the broker has told of, open transactions included."""
        known = {one: self._consumer.highwater(one) for one in self._consumer.assignment()}
        return {tuple(one): end for one, end in known.items() if end is not None}

    def tell_group(self, offsets: Mapping[Partition, int], wait: bool = False) -> None:
        """Give the group's offsets to the broker, and see that they arrive if `wait`."""
        told = {
            TopicPartition(*one): OffsetAndMetadata(offset, "", -1)
            for one, offset in offsets.items()
        }
        if not wait:
            self._consumer.commit_async(told, self._on_told)
            return
        try:
            self._consumer.commit(told, timeout_ms=COMMIT_TIMEOUT_MS)
        except KafkaError as error:
            self._on_told(told, error)

    def close(self) -> None:
        """Leave; nothing is committed by it."""
        self._consumer.close(autocommit=False, timeout_ms=COMMIT_TIMEOUT_MS)

    def _on_told(self, offsets: object, answer: object) -> None:
        if isinstance(answer, Exception):
            self._untold()

    def _position(self, partition: TopicPartition) -> int:
        # Every partition was given an offset by `start`, so that nothing has to be asked for.
        position: int = self._consumer.position(partition, timeout_ms=0)
        return position


def _connected(**settings: Any) -> KafkaConsumer:
    """A consumer; when that fails nothing is left, as its thread would try on for ever."""
    clients: list[Any] = []

    def client(**config: Any) -> Any:
        clients.append(KafkaConsumer.DEFAULT_CONFIG["kafka_client"](**config))
        return clients[-1]

    try:
        return KafkaConsumer(kafka_client=client, **settings)
    except KafkaError:
        for left in clients:
            left.close()
        raise
