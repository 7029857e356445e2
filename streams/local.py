"""Local: both stages in one process, on a clock that follows the records.

The same ledgers as on Kafka; session results go from the one to the other directly. Whoever
runs it decides what to do with the changes: print them, or write them to a sink.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple, get_args

import msgspec

from schemas.care import Staff
from schemas.dead_letter import DeadLetter, Entry
from schemas.instants import EARLIEST, EPOCH, LATEST, Instant, milliseconds
from schemas.policy import Policies
from schemas.topics import CARE
from streams.care.facts import CareFacts
from streams.care.stage import care_stage
from streams.changes import Change
from streams.ledger import Ledger
from streams.session.stage import session_stage
from streams.stage import Pacing

CARE_TYPES = frozenset(kind.__struct_config__.tag for kind in get_args(Staff))
CHECKPOINT_MS = 2_000
ROOM = timedelta(days=800)
"""Left after the last thing seen for all that policy lets follow: no date may leave 2200."""


class Line(msgspec.Struct):
    """What routing needs to know of a line before the codec sees it."""

    type: str | None = None
    session: str | None = None
    participant: str | None = None
    at: Instant | None = None
    appended_at: Instant | None = None


class Routed(NamedTuple):
    """A record on its way to one of the stages."""

    care: bool
    entry: Entry


class Looked(NamedTuple):
    """What one look of both stages brought."""

    now: int
    changes: list[Change]
    dead_letters: list[DeadLetter]
    faults: list[Exception]


_read_line = msgspec.json.Decoder(Line).decode


def route(value: bytes, number: int) -> Routed:
    """One line of a file as a record; a line that cannot be read is the codec's to refuse.

    The append time is `appended_at` where given, else `at`; but a date that no session can
    have is far from its append time, so that the ledger refuses it.
    """
    try:
        line = _read_line(value)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Routed(False, Entry(number, 0, b"", value))
    care = line.type in CARE_TYPES
    subject = line.participant if care else line.session
    key = None if subject is None else subject.encode()
    return Routed(care, Entry(number, _appended_at(line), key, value))


def _appended_at(line: Line) -> int:
    if line.appended_at is not None or line.at is None:
        return milliseconds(line.appended_at or EPOCH)
    if line.at >= LATEST - ROOM:
        return 0
    return milliseconds(line.at) + (0 if line.at >= EARLIEST else milliseconds(LATEST))


class Local:
    """The session and the care ledger, one feeding the other.

    With `seals=False` no session is ever too old to be judged: one look over a log of years
    then brings what looks in between would have brought.
    """

    def __init__(
        self, policies: Policies, pacing: Pacing | None = None, *, seals: bool = True
    ) -> None:
        pacing = pacing or Pacing()
        judging = care_stage(policies)
        if not seals:
            judging = judging._replace(seal=_keep)
        self.session = Ledger(session_stage(policies), pacing)
        self.care = Ledger(judging, pacing)
        self._care_offset = 0
        self._numbers: dict[int, int] = {}

    def take(self, routed: Iterable[Routed]) -> None:
        """Fold records without looking."""
        for care, entry in routed:
            if care:
                self._numbers[self._care_offset] = entry.offset
                self._tell(entry)
            else:
                self.session.take((entry,))

    def look(self, now: int, everything: bool = False) -> Looked:
        """One checkpoint of both stages at `now` ms, the session stage first."""
        measured = self.session.checkpoint(now, everything)
        for change in measured.changes:
            if change.topic == CARE.name:
                self._tell(Entry(0, now, change.key.encode(), change.value))
        judged = self.care.checkpoint(now, everything)
        return Looked(
            now,
            measured.changes + judged.changes,
            measured.dead_letters + [self._as_given(dead) for dead in judged.dead_letters],
            measured.faults + judged.faults,
        )

    def run(
        self,
        routed: Iterable[Routed],
        until: Callable[[], int],
        every_ms: int = CHECKPOINT_MS,
    ) -> Iterator[Looked]:
        """Fold in append order, looking when somebody is due, at most once in `every_ms` of it.

        At the end the clock runs on, from look to look, to `until()`; the last records are
        looked at in any case.
        """
        clock = appended_at = 0
        for each in routed:
            appended_at = each.entry.timestamp
            if clock == 0:
                clock = appended_at
            while appended_at >= clock + every_ms:
                clock = self._next(clock, appended_at, every_ms)
                yield self.look(clock)
            self.take((each,))
        end = max(until(), appended_at, clock)
        while True:
            clock = self._next(clock, end, every_ms)
            yield self.look(clock)
            if clock == end:
                return

    def _next(self, clock: int, limit: int, every_ms: int) -> int:
        """The next instant worth looking at: never nearer than `every_ms`, nor past `limit`."""
        due = [ledger.next_due() for ledger in (self.session, self.care)]
        first = min((at for at in due if at is not None), default=limit)
        return min(max(first, clock + every_ms), limit)

    def _tell(self, entry: Entry) -> None:
        self.care.take((entry._replace(offset=self._care_offset),))
        self._care_offset += 1

    def _as_given(self, dead: DeadLetter) -> DeadLetter:
        """With the number under which the record came: results in between have none."""
        arrival = dead.arrival
        number = self._numbers.get(arrival.offset, arrival.offset)
        return dead._replace(
            arrival=Entry(number, arrival.timestamp, arrival.key, arrival.value, arrival.headers)
        )


def _keep(facts: CareFacts, name: str, now: int) -> tuple[str, ...]:
    """Nothing is sealed."""
    return ()
