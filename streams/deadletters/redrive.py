"""Redrive: letters as the records they were, to their topics again.

    1. the group's positions are asked for, and all letters behind them surveyed,
    2. the topics that some are to go to are looked for,
    3. the letters that were chosen are read again, a batch at a time, and sent,
    4. every acknowledgement of the batch is waited for,
    5. what lies behind the first letter that stays open is marked, and the group moved up to it.

Whatever ends it between 4 and 5 makes the next redrive send the batch once more: facts are sets,
and a record that is on the log twice changes nothing. A letter that comes while it runs is left
for the next one, or a record that fails again would go round and round.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from typing import Any

from kafka.errors import KafkaError

from schemas.dead_letter import Entry
from schemas.topics import DEAD_LETTERS
from streams.committed import ReadingError, away, connected, places
from streams.deadletters.again import again
from streams.deadletters.choice import Outcome, Wanted
from streams.deadletters.letter import Gathering, Letter
from streams.deadletters.progress import MARK, Group, Place, group_of, mark, marked
from streams.deadletters.sending import Sender
from streams.deadletters.survey import Histogram, Move, Survey
from streams.reading import read_partitions

BATCH_LETTERS = 2_000
BATCH_BYTES = 8 << 20


@dataclass(frozen=True, kw_only=True)
class Redrive:
    """One run over the dead letters below `prefix`, under the consumer group `group`.

    `security` are kafka-python's connection settings. Its methods raise ReadingError or
    SendError, each in one line.
    """

    bootstrap: str
    prefix: str
    group: str
    wanted: Wanted
    most: int | None = None
    security: Mapping[str, Any] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """Where the letters are."""
        return self.prefix + DEAD_LETTERS.name

    def rehearse(self) -> Histogram:
        """What a run would do; nothing is sent or committed."""
        with self._group() as group:
            starts = group.positions()
        survey = Survey(self._records(starts), self.wanted, self.most)
        self._look_for_targets(survey)
        return survey.histogram({})

    def run(self, progress: Callable[[int], None] = lambda done: None) -> Histogram:
        """Send again what is wanted; `progress` is told how many letters are done."""
        outcomes: dict[Place, Outcome] = {}
        with self._group() as group, Sender(self.bootstrap, self.security) as sender:
            starts = group.positions()
            survey = Survey(self._records(starts), self.wanted, self.most)
            self._look_for_targets(survey)
            for batch in _batches(self._chosen(survey, starts)):
                taken = self._send(batch, sender)
                self._settle(survey.sent([each for each in taken if taken[each]]), sender, group)
                outcomes |= {
                    place: "redriven" if there else "too_large" for place, there in taken.items()
                }
                progress(len(outcomes))
        return survey.histogram(outcomes)

    def _group(self) -> AbstractContextManager[Group]:
        return group_of(self.bootstrap, self.topic, self.group, self.security)

    def _records(self, starts: Mapping[int, int]) -> Iterator[tuple[int, Entry]]:
        return read_partitions(self.bootstrap, self.topic, starts, security=self.security)

    def _look_for_targets(self, survey: Survey) -> None:
        """Before anything is sent: a topic that is not there would be waited for in vain."""
        targets = {self.wanted.to or found.topic or "" for found in survey.chosen.values()}
        if self.wanted.to is not None:
            targets.add(self.wanted.to)
        try:
            with closing(connected(self.bootstrap, self.security)) as consumer:
                for target in sorted(targets):
                    places(consumer, target)
        except (KafkaError, ValueError) as error:
            raise ReadingError(away(self.bootstrap, error)) from error

    def _chosen(self, survey: Survey, starts: Mapping[int, int]) -> Iterator[Letter]:
        gathering, left = Gathering(), set(survey.chosen)
        for partition, entry in self._records(starts):
            if not left:
                return
            if marked(partition, entry) is not None:
                continue
            letter = gathering.take(partition, entry)
            if letter is not None and (place := (letter.partition, letter.offset)) in left:
                left.remove(place)
                yield letter

    def _send(self, batch: list[Letter], sender: Sender) -> dict[Place, bool]:
        """Whether each of them is on the log now."""
        records = [again(letter, self.wanted.to, self.prefix) for letter in batch]
        where = [(letter.partition, letter.offset) for letter in batch]
        return dict(zip(where, sender.send(records), strict=True))

    def _settle(self, moves: list[Move], sender: Sender, group: Group) -> None:
        for partition, _, behind in moves:
            if behind:
                sender.mark(self.topic, partition, mark(behind), MARK)
        if moves:
            group.commit({partition: position for partition, position, _ in moves})


def _batches(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    batch: list[Letter] = []
    size = 0
    for letter in letters:
        batch.append(letter)
        size += len(letter.value or b"") + len(letter.key or b"")
        if len(batch) >= BATCH_LETTERS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
