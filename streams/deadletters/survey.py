"""Survey: what lies on the dead letter topic, and how far the group may move as it is sent."""

from collections import Counter
from collections.abc import Collection, Iterable
from heapq import heappop, heappush
from typing import NamedTuple

from schemas.dead_letter import Entry
from streams.deadletters.choice import NEVER, Outcome, Wanted
from streams.deadletters.letter import Gathering, Letter
from streams.deadletters.progress import Place, marked

Histogram = Counter[tuple[str, Outcome]]
"""How many letters, by reason and what becomes of them."""


class Found(NamedTuple):
    """What is kept in mind of a letter."""

    appended_at: int
    place: Place
    reason: str
    topic: str | None
    outcome: Outcome


class Move(NamedTuple):
    """What follows when letters of a partition were sent: the group's new position there, and
    the offsets behind it that are to be marked."""

    partition: int
    position: int
    behind: list[int]


class Survey:
    """Every letter from where the group stands to the end, those sent already left out.

    At most `most` are to be sent again now, those first that were written first.
    """

    def __init__(
        self, records: Iterable[tuple[int, Entry]], wanted: Wanted, most: int | None
    ) -> None:
        self._wanted = wanted
        self._found: list[Found] = []
        self._done: set[Place] = set()
        self._ends: dict[int, int] = {}
        self._open: dict[int, list[int]] = {}
        self._read(records)
        self._found = [each for each in self._found if each.place not in self._done]
        chosen = sorted(each for each in self._found if each.outcome == "redriven")[:most]
        self.chosen = {each.place: each for each in chosen}
        for each in self._found:
            if each.outcome not in NEVER:
                partition, offset = each.place
                heappush(self._open.setdefault(partition, []), offset)

    def histogram(self, outcomes: dict[Place, Outcome]) -> Histogram:
        """All letters; `outcomes` are those that became known only when they were sent."""
        counted: Histogram = Counter()
        for each in self._found:
            outcome = outcomes.get(each.place, each.outcome)
            if outcome == "redriven" and each.place not in self.chosen:
                outcome = "not_yet"
            counted[each.reason, outcome] += 1
        return counted

    def sent(self, places: Collection[Place]) -> list[Move]:
        """How far the group may move now that these were sent as well."""
        self._done.update(places)
        moves = []
        for partition in sorted({partition for partition, _ in places}):
            still = self._open[partition]
            while still and (partition, still[0]) in self._done:
                heappop(still)
            position = still[0] if still else self._ends[partition]
            offsets = sorted(offset for number, offset in places if number == partition)
            moves.append(Move(partition, position, [one for one in offsets if one > position]))
        return moves

    def _read(self, records: Iterable[tuple[int, Entry]]) -> None:
        gathering = Gathering()
        for partition, entry in records:
            self._ends[partition] = entry.offset + 1
            marks = marked(partition, entry)
            if marks is not None:
                self._done |= marks
            elif (letter := gathering.take(partition, entry)) is not None:
                self._note(letter)
        for torn in gathering.rest():
            self._note(torn)

    def _note(self, letter: Letter) -> None:
        place, cause = (letter.partition, letter.offset), letter.cause
        outcome = self._wanted.judge(letter)
        self._found.append(Found(letter.appended_at, place, cause.reason, cause.topic, outcome))
