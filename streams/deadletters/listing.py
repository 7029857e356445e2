"""Listing: the newest letters, how many there are by reason, and one of them in full."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from heapq import nlargest
from typing import Any, NamedTuple

from schemas.topics import DEAD_LETTERS
from streams.committed import NO_SECURITY
from streams.deadletters.choice import Filters
from streams.deadletters.conventions import cause
from streams.deadletters.letter import Gathering, Letter
from streams.deadletters.progress import Place, group_of, marked
from streams.reading import read_partitions, read_topic

PARTS_LIE_WITHIN_MS = 60_000
"""The parts of one letter are written by one transaction, which is over long before."""


class Tally(NamedTuple):
    """Letters of one reason: how many, how many of them were sent again, when the last came."""

    letters: int = 0
    sent_again: int = 0
    last_at: int = 0


class Listing:
    """The letters that `filters` let pass; the `most` newest of them in full, oldest first.

    What was sent again is known from the consumer group `group` and its marks.

    Raises:
        ReadingError: the broker is away, or there is no such topic.
    """

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        filters: Filters,
        most: int,
        *,
        group: str,
        security: Mapping[str, Any] = NO_SECURITY,
    ) -> None:
        self.tallies: dict[str, Tally] = {}
        self._marked: set[Place] = set()
        self._passing: dict[Place, tuple[str, int, bool]] = {}
        topic = prefix + DEAD_LETTERS.name
        with group_of(bootstrap, topic, group, security) as standing:
            self._positions = standing.positions()
        letters = self._letters(bootstrap, topic, filters, security)
        newest = nlargest(
            most, letters, key=lambda one: (one.appended_at, one.partition, one.offset)
        )
        self.newest = newest[::-1]
        for place, (reason, at, may_return) in self._passing.items():
            count, again, last_at = self.tallies.get(reason, Tally())
            again += may_return and self._passed(place)
            self.tallies[reason] = Tally(count + 1, again, max(last_at, at))

    def sent_again(self, letter: Letter) -> bool:
        """Whether a redrive has sent it."""
        place = (letter.partition, letter.offset)
        return letter.complete and letter.may_return and self._passed(place)

    def _passed(self, place: Place) -> bool:
        return place in self._marked or place[1] < self._positions.get(place[0], 0)

    def _letters(
        self, bootstrap: str, topic: str, filters: Filters, security: Mapping[str, Any]
    ) -> Iterator[Letter]:
        gathering = Gathering()
        since_ms = filters.since_ms
        for partition, entry in read_partitions(
            bootstrap, topic, {}, since_ms=since_ms, security=security
        ):
            marks = marked(partition, entry)
            if marks is not None:
                self._marked |= marks
                continue
            letter = gathering.take(partition, entry)
            if letter is not None and filters.let_pass(letter):
                yield self._noted(letter)
        yield from (self._noted(letter) for letter in gathering.rest() if filters.let_pass(letter))

    def _noted(self, letter: Letter) -> Letter:
        may_return = letter.complete and letter.may_return
        noted = (letter.cause.reason, letter.appended_at, may_return)
        self._passing[letter.partition, letter.offset] = noted
        return letter


def find(
    bootstrap: str,
    prefix: str,
    place: Place,
    security: Mapping[str, Any] = NO_SECURITY,
) -> Letter | None:
    """The letter at a place, or the one that a record there is a part of; None if there is none.

    Raises:
        ReadingError: the broker is away, or the log has no such partition, or no longer that
            offset.
    """
    topic, (partition, offset) = prefix + DEAD_LETTERS.name, place
    settings: dict[str, Any] = {"partition": partition, "security": security}
    with closing(read_topic(bootstrap, topic, offset=offset, **settings)) as entries:
        entry = next(entries, None)
    if entry is None or entry.offset != offset or marked(partition, entry) is not None:
        return None
    gathering, wanted = Gathering(), cause(entry.headers)
    letter = gathering.take(partition, entry)
    if letter is not None:
        return letter
    since_ms = max(0, entry.timestamp - PARTS_LIE_WITHIN_MS)
    with closing(read_topic(bootstrap, topic, since_ms=since_ms, **settings)) as entries:
        for near in entries:
            letter = gathering.take(partition, near)
            if letter is not None and letter.cause == wanted:
                return letter
            if near.timestamp > entry.timestamp + PARTS_LIE_WITHIN_MS:
                break
    return next(torn for torn in gathering.rest() if torn.cause == wanted)
