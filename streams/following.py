"""Following: what is committed on topics from now on, for as long as somebody watches."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from operator import attrgetter
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, LogTruncationError, OffsetOutOfRangeError

from schemas.dead_letter import Entry
from streams.committed import (
    NO_SECURITY,
    ReadingError,
    away,
    connected,
    places,
)

LONGEST_POLL_MS = 500
ASK_EVERY_S = 2.0
ANSWER_TIMEOUT_MS = 5_000
RETRY_AFTER_S = 1.0

Followed = tuple[str, Entry]
"""A topic's name and a record of it."""


class Follower:
    """Reads `topics` as they grow, and waits for a broker that is away.

    From now on, or with `from_beginning` from the first record there is. `on_here` is told when
    it has found its place, and again after each `on_away`, which is told in one line that the
    broker is away or that a topic is not there yet. A follower belongs to one thread.
    """

    def __init__(
        self,
        bootstrap: str,
        topics: Iterable[str],
        *,
        on_away: Callable[[str], None],
        on_here: Callable[[], None],
        from_beginning: bool = False,
        security: Mapping[str, Any] = NO_SECURITY,
    ) -> None:
        self._bootstrap = bootstrap
        self._topics = list(topics)
        self._from_beginning = from_beginning
        self._on_away = on_away
        self._on_here = on_here
        self._security = security
        self._next: dict[TopicPartition, int] = {}
        self._away: bool | None = None

    def entries(self) -> Iterator[Followed]:
        """Every record, each partition's in order; never ends.

        Raises:
            ValueError: the address of the broker is none.
        """
        while True:
            try:
                with closing(connected(self._bootstrap, self._security)) as consumer:
                    yield from self._follow(consumer)
            except (OffsetOutOfRangeError, LogTruncationError):
                # Deleted before it was read, or a log made anew: what is there now is new.
                self._next.clear()
                self._from_beginning = True
            except KafkaError as error:
                self._wait(away(self._bootstrap, error))
            except ReadingError as error:
                self._wait(str(error))

    def _follow(self, consumer: KafkaConsumer) -> Iterator[Followed]:
        """Until the broker goes away."""
        followed = self._assign(consumer)
        asked_at = -ASK_EVERY_S
        while True:
            found = consumer.poll(LONGEST_POLL_MS)
            records = [record for some in found.values() for record in some]
            for each in sorted(records, key=attrgetter("timestamp")):
                entry = Entry(each.offset, each.timestamp, each.key, each.value, each.headers)
                self._next[TopicPartition(each.topic, each.partition)] = each.offset + 1
                yield each.topic, entry
            if time.monotonic() - asked_at > ASK_EVERY_S:
                # A consumer whose broker is away waits in silence: it has to be asked.
                consumer.end_offsets(list(followed), ANSWER_TIMEOUT_MS)
                self._tell_here()
                asked_at = time.monotonic()
                if self._partitions(consumer) != followed:
                    followed = self._assign(consumer)

    def _assign(self, consumer: KafkaConsumer) -> set[TopicPartition]:
        followed = self._partitions(consumer)
        if new := list(followed - set(self._next)):
            # One that is added later begins with records that nobody has seen.
            whole = self._from_beginning or self._next
            offsets = consumer.beginning_offsets if whole else consumer.end_offsets
            self._next |= offsets(new, ANSWER_TIMEOUT_MS)
        consumer.assign(list(followed))
        for place in followed:
            consumer.seek(place, self._next[place])
        return followed

    def _partitions(self, consumer: KafkaConsumer) -> set[TopicPartition]:
        return {place for topic in self._topics for place in places(consumer, topic)}

    def _wait(self, reason: str) -> None:
        if not self._away:
            self._away = True
            self._on_away(reason)
        time.sleep(RETRY_AFTER_S)

    def _tell_here(self) -> None:
        if self._away is not False:
            self._away = False
            self._on_here()
