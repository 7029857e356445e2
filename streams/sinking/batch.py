"""Batch: records taken off the log, decoded, with the offsets after them."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from schemas.codec import ERRORS, decoder
from schemas.outputs import OUTPUTS
from sinks.bulk import Row
from sinks.database import Partition

DECODERS: Mapping[str, Callable[[bytes | None], Any]] = {
    topic: decoder(record) for topic, record in OUTPUTS.items()
}


class Taken(NamedTuple):
    """One record: where it lay, when the broker appended it (ms), and its row.

    `row` is None for bytes that are no record of its topic.
    """

    partition: Partition
    offset: int
    appended_at_ms: int
    row: Row | None


def take(record: Any, prefix: str) -> Taken:
    """A consumer's record as a row to be, if it is one; `prefix` goes before topics' names."""
    decode = DECODERS[record.topic.removeprefix(prefix)]
    row = None
    # Only our own worker may write here: bytes it did not write are a stranger's mistake, or the
    # work of a later version. Stopping would hold back everybody's rows for one record that no
    # repetition mends; passing over it loses nothing, for the log still has it.
    with suppress(*ERRORS):
        row = Row(decode(record.value), record.value)
    partition = record.topic, record.partition
    return Taken(partition, record.offset, record.timestamp, row)


class Batch:
    """Records in the order they were taken, and where to read on after them.

    `positions` may lie beyond the last record: transaction markers and aborted records are
    never seen, but passed.
    """

    def __init__(self, taken: Iterable[Taken], positions: Mapping[Partition, int]) -> None:
        self.taken = list(taken)
        self.positions = positions

    @property
    def rows(self) -> list[Row]:
        """What is to be written."""
        return [one.row for one in self.taken if one.row is not None]

    def oldest(self) -> dict[Partition, int]:
        """When the first record of each partition was appended (ms)."""
        return {one.partition: one.appended_at_ms for one in reversed(self.taken)}

    def halves(self) -> tuple["Batch", "Batch"]:
        """The batch in two, each with the positions that are right after it."""
        middle = len(self.taken) // 2
        first = self.taken[:middle]
        after = {one.partition: one.offset + 1 for one in first}
        return Batch(first, after), Batch(self.taken[middle:], self.positions)
