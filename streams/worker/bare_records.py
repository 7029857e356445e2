"""Bare records: aiokafka's consumers without an eleven-field ConsumerRecord for each record.

The log's own record already has what a fold needs: offset, timestamp, key, value, headers.
Making the other object costs as much as the whole fetch. This is the one private hook of
aiokafka that the speed of the worker rests on; a test holds it against new versions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka.consumer.fetcher import PartitionRecords


@contextmanager
def bare_records() -> Iterator[None]:
    """Meanwhile every aiokafka consumer of this process hands out bare records."""
    original = PartitionRecords._consumer_record
    PartitionRecords._consumer_record = _bare
    try:
        yield
    finally:
        PartitionRecords._consumer_record = original


def _bare(records: Any, partition: Any, record: Any) -> Any:
    return record
