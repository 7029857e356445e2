"""Outbox: a checkpoint as record batches, by the partition that each goes to."""

from collections.abc import Callable, Iterable, Sequence

from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import TopicPartition

from schemas.dead_letter import DeadLetter, Header
from schemas.dead_parts import cut, fits
from schemas.instants import rfc3339
from schemas.topics import DEAD_LETTERS
from streams import state
from streams.changes import Change
from streams.ledger import Checkpoint
from streams.state import Progress, Recent
from streams.subjects import StateRecord
from streams.worker.place import Place, partition_of

PROGRESS_KEY = b"\0progress"
BARRIER_KEY = b"\0barrier"
"""Keys in the state topic that are no subject: an identifier never begins with a NUL."""

CONTENT_TYPE = ("content-type", b"application/json")
CLOUD_EVENTS = ("ce_specversion", b"1.0")


class Outbox:
    """Batches being filled for one transaction of `place`; `batch` makes an empty one.

    Append times are the broker's, so that `now` in the batches is only there to be replaced.
    """

    def __init__(self, place: Place, batch: Callable[[], BatchBuilder], now: int) -> None:
        self._place = place
        self._batch = batch
        self._now = now
        self.batches: dict[TopicPartition, list[BatchBuilder]] = {}

    @property
    def size(self) -> int:
        """Bytes of all batches before compression."""
        return sum(batch.size() for batches in self.batches.values() for batch in batches)

    def add_changes(self, changes: Iterable[Change], epoch: int) -> None:
        """Messages for readers, with CloudEvents headers, where their keys belong."""
        place, add = self._place, self._add
        stamp = [
            CLOUD_EVENTS,
            CONTENT_TYPE,
            ("ce_source", f"/rollcall/{place.stage.name}/{place.partition}".encode()),
            ("ce_time", rfc3339(self._now).encode()),
        ]
        for change in changes:
            key = change.key.encode()
            target = TopicPartition(
                place.prefix + change.topic, partition_of(key, place.partitions)
            )
            identity = f"{change.id}.{epoch}.{change.revision}".encode()
            headers = [*stamp, ("ce_id", identity), ("ce_type", change.kind.encode())]
            add(target, key, change.value, headers)

    def add_states(self, records: Iterable[StateRecord]) -> None:
        """State records, in the partition with the number of the source's."""
        for key, value in records:
            self._add(self._place.state, key, value)

    def add_dead_letters(self, letters: Iterable[DeadLetter], failed_at: int) -> None:
        """Refused records as they came; one that is too large in parts."""
        place, at = self._place, rfc3339(failed_at)
        target = TopicPartition(place.prefix + DEAD_LETTERS.name, place.partition)
        for letter in letters:
            where = (place.source.topic, place.partition, at)
            headers, original = letter.headers(*where), letter.arrival
            if fits(original.key, original.value, headers):
                self._add(target, original.key, original.value, headers)
                continue
            reason = letter.errors(*where)
            for part in cut(original.key, original.value, original.headers, reason):
                self._add(target, part.key, part.value, part.headers)

    def add_progress(self, checkpoint: Checkpoint, epoch: int, recent: Recent) -> None:
        """Where the partition stands once this transaction is committed."""
        progress = Progress(
            position=checkpoint.position,
            low=checkpoint.low,
            epoch=epoch,
            partitions=self._place.partitions,
            policies=self._place.policies,
            now=checkpoint.now,
            recent=recent,
        )
        self._add(self._place.state, PROGRESS_KEY, state.encode(progress))

    def add_barrier(self, name: bytes) -> None:
        """A mark up to which the state partition can be read."""
        self._add(self._place.state, BARRIER_KEY, name)

    def _add(
        self,
        target: TopicPartition,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[Header] = (),
    ) -> None:
        headers = list(headers)
        batches = self.batches.get(target)
        if batches is None:
            batches = self.batches[target] = [self._batch()]
        if batches[-1].append(timestamp=self._now, key=key, value=value, headers=headers) is None:
            batches.append(self._batch())
            batches[-1].append(timestamp=self._now, key=key, value=value, headers=headers)
