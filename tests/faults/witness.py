"""Witness: a read_committed reader of everything the workers publish, while they are disturbed."""

import threading
from collections import defaultdict

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.outputs import OUTPUTS
from schemas.topics import CARE
from tests.kafka.comparison import Run
from tests.kafka.fleet import PARTITIONS

Seen = dict[tuple[str, int], list[tuple[int, bytes | None]]]
"""By topic and partition, offset and value of each record in the order in which it came."""


class Witness:
    """Reads from the beginning on, in a thread of its own, until it is asked what it saw."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._seen: Seen = defaultdict(list)
        self._ends: dict[TopicPartition, int] | None = None
        self._stopped = threading.Event()
        self._places = [
            TopicPartition(run.prefix + topic, number)
            for topic in (*OUTPUTS, CARE.name)
            for number in range(PARTITIONS)
        ]
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def agrees(self) -> int:
        """Hold what it saw against what is on the log now; returns how many records it saw."""
        reader = self._reader()
        self._ends = reader.end_offsets(self._places)
        reader.close()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the reader beside did not come to the end"
        logs = {topic: self._run.log(topic) for topic in (*OUTPUTS, CARE.name)}
        for topic, number in self._places:
            entries = logs[topic.removeprefix(self._run.prefix)][number]
            found = [(entry.offset, entry.value) for entry in entries]
            assert self._seen[topic, number] == found, f"{topic}/{number} was read otherwise"
        return sum(map(len, self._seen.values()))

    def stop(self) -> None:
        """Read no more."""
        self._stopped.set()
        self._thread.join(60)

    def _reader(self) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self._run.bootstrap,
            group_id=None,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
        )

    def _read(self) -> None:
        consumer = self._reader()
        consumer.assign(self._places)
        consumer.seek_to_beginning(*self._places)
        while not self._stopped.is_set() and not self._at_the_end(consumer):
            for place, records in consumer.poll(timeout_ms=100).items():
                self._seen[place.topic, place.partition] += [(r.offset, r.value) for r in records]
        consumer.close()

    def _at_the_end(self, consumer: KafkaConsumer) -> bool:
        ends = self._ends
        if ends is None:
            return False
        try:
            return all(consumer.position(place) >= ends[place] for place in self._places)
        except KafkaError:
            return False
