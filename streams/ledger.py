"""Ledger: runs one stage over one partition, without any input or output.

    take(arrivals)      fold records; refused ones become dead letters
    checkpoint(now)     assess who is due; the changes, the state to save, the progress
    load(...)           start again from saved state

Everything captured by one `checkpoint` belongs into one transaction. The ledger assumes that
the transaction commits; a runtime that cannot commit must throw the ledger away.

Order inside a checkpoint:
    1. due subjects are assessed and their changes collected,
    2. subjects that published, closed, faulted or were unsaved for long are written down,
    3. progress is taken, with `low` = the first offset whose fact is in no state record.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.codec import ERRORS, refusal
from schemas.dead_letter import Arrival, DeadLetter, Reason
from schemas.instants import DAY_MS, EPOCH
from streams.changes import Change, Moment, changes
from streams.stage import Assessment, Effect, Pace, Pacing, Stage
from streams.subjects import StateRecord, Subject, Subjects

FUTURE_MS = 300_000
"""An event may be this much newer than its append time: clocks differ."""


class Checkpoint(NamedTuple):
    """What one transaction writes; `states` has None for a mark that may be forgotten.

    `left` are due at `now` as well, at most, and wait for the next checkpoint.
    """

    now: int
    position: int
    low: int
    changes: list[Change]
    states: list[StateRecord]
    dead_letters: list[DeadLetter]
    faults: list[Exception]
    assessed: int
    left: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell anyone."""
        return not (self.changes or self.states or self.dead_letters)


class Ledger:
    """The facts and published state of one partition's subjects."""

    def __init__(
        self,
        stage: Stage,
        pacing: Pacing,
        epoch: int = 0,
        owns: Callable[[bytes], bool] = lambda key: True,
    ) -> None:
        self.stage = stage
        self.pacing = pacing
        self.epoch = epoch
        self.position = 0
        self.taken = 0
        self.duplicates = 0
        self._owns = owns
        self._subjects = Subjects(stage, pacing.remember_for)
        self._touched: dict[bytes, Subject] = {}
        self._unsaved: dict[bytes, tuple[int, int]] = {}
        self._looks: list[tuple[int, bytes]] = []
        self._dead: list[DeadLetter] = []
        self._faults: list[Exception] = []

    @property
    def subjects(self) -> int:
        """Live subjects, packed ones not counted."""
        return len(self._subjects.live)

    @property
    def low(self) -> int:
        """First offset of a fact that no state record holds; `position` if none."""
        return next(iter(self._unsaved.values()))[0] if self._unsaved else self.position

    @property
    def refused(self) -> Sequence[DeadLetter]:
        """Dead letters that wait for the next checkpoint."""
        return self._dead

    def facts(self, name: str) -> Any | None:
        """The facts of a live or packed subject, for explanations."""
        subject = self._subjects.get(name.encode())
        return subject.facts if subject else None

    def take(self, arrivals: Iterable[Arrival], recovering: bool = False) -> None:
        """Fold records in offset order; while recovering, refusals are not told again.

        One loop on purpose: every call saved here is saved once per event.
        """
        stage = self.stage
        decode, folds, oldest = stage.decode, stage.folds, stage.oldest_ms
        subject_of, subjects = stage.subject_of, self._subjects.live
        unsaved, assess_every = self._unsaved, self.pacing.assess_every
        nothing, signal, prompt = Effect.NOTHING, Effect.SIGNAL, Effect.PROMPT
        refused = [] if recovering else self._dead
        count = duplicates = 0
        arrival = None
        for arrival in arrivals:
            count += 1
            try:
                record = decode(arrival.value)
            except ERRORS as error:
                refused.append(DeadLetter(*refusal(error), arrival))
                continue
            key = arrival.key
            subject = subjects.get(key)  # type: ignore[arg-type]  # None is simply not there
            since = record.at - EPOCH
            # `milliseconds`, without its call and its division of two long numbers.
            at = since.days * DAY_MS + since.seconds * 1_000 + since.microseconds // 1_000
            appended_at = arrival.timestamp
            if not -FUTURE_MS <= appended_at - at <= oldest:
                refused.append(DeadLetter(*_untimely(appended_at - at), arrival))
                continue
            if subject is None or subject.name != subject_of(record):
                found = self._find(key, record, at, appended_at)
                if not isinstance(found, Subject):
                    refused.append(DeadLetter(*found, arrival))
                    continue
                subject = found
            try:
                effect = folds[type(record)](subject.facts, record, at)
            except Exception as error:  # noqa: BLE001  a bug in one rule must not lose the rest
                self._faults.append(error)
                refused.append(DeadLetter("internal_fault", type(error).__name__, arrival))
                continue
            if effect is not signal and effect is not prompt:
                if effect is nothing:
                    duplicates += 1
                else:
                    refused.append(DeadLetter(*_REFUSED[effect], arrival))
                if subject.finished and subject.due is None:
                    # It was unpacked for nothing: a look packs it again.
                    subject.due = 0
                    self._touched[key] = subject  # type: ignore[index]
                continue
            if key not in unsaved:
                unsaved[key] = (arrival.offset, appended_at)  # type: ignore[index]
            if subject.due is None:
                subject.due = appended_at + assess_every if effect is signal else 0
                self._touched[key] = subject  # type: ignore[index]
            elif effect is prompt:
                subject.due = 0
        if arrival is not None:
            self.position = arrival.offset + 1
        self.taken += count
        self.duplicates += duplicates

    def checkpoint(self, now: int, everything: bool = False, most: int | None = None) -> Checkpoint:
        """Assess whoever is due at `now` and capture what has to be written.

        With `most` at most so many subjects are assessed, and so many saved that were not: a
        transaction is bounded. Whoever waited longest comes first.
        """
        moment = Moment(now, self.position, self.epoch, self.pacing.publish_every, everything)
        told: list[Change] = []
        states: list[StateRecord] = []
        due = self._due(now, everything, most)
        for key, subject in due:
            before = len(told)
            closes_at = self._assess(subject, moment, told)
            if closes_at is not None and closes_at <= now:
                self._unsaved.pop(key, None)
                states.append(self._subjects.close(key, now))
            else:
                unsaved_end = subject.finished and key in self._unsaved
                if len(told) > before or subject.faulted or unsaved_end:
                    states.append(self._save(key, subject))
                self._await_look(key, subject)
        states.extend(self._save_overdue(now, most))
        states.extend(self._subjects.forget(now))
        dead, self._dead = self._dead, []
        faults, self._faults = self._faults, []
        left = self._left(now) if len(due) == most else 0
        return Checkpoint(now, self.position, self.low, told, states, dead, faults, len(due), left)

    def _left(self, now: int) -> int:
        news = (subject.due for subject in self._touched.values())
        waiting = sum(at is not None and at <= now for at in news)
        return waiting + sum(at <= now for at, _ in self._looks)

    def next_due(self) -> int | None:
        """When somebody is due at the earliest, by a record or by time alone."""
        due = [subject.due for subject in self._touched.values() if subject.due is not None]
        if self._looks:
            due.append(self._looks[0][0])
        return min(due, default=None)

    def each(self) -> Iterator[tuple[str, Any]]:
        """Name and facts of every live subject."""
        return ((subject.name, subject.facts) for subject in self._subjects.live.values())

    def load(self, records: Iterable[tuple[bytes, bytes]], position: int) -> None:
        """Take over saved state; then re-read the source from `low` with `recovering`."""
        for key, value in records:
            loaded = self._subjects.load(key, value)
            if loaded is None:
                continue
            if loaded.outdated is not None:
                loaded.outdated.due = 0
                self._touched[key] = loaded.outdated
            if loaded.next_look is not None:
                self._looks.append((loaded.next_look, key))
        heapify(self._looks)
        self._subjects.sort_marks()
        self.position = position

    def _find(
        self, key: bytes | None, record: Any, at: int, appended_at: int
    ) -> "Subject | tuple[Reason, str]":
        if key is None:
            return ("null_key", "no key")
        name = self.stage.subject_of(record)
        if key != name.encode():
            return ("wrong_key", "the key is not the subject of the record")
        if self._subjects.closed(key):
            return ("too_late", "corrections for this subject have ended")
        subject = self._subjects.get(key)
        if subject is not None:
            return subject
        if not self._owns(key):
            return ("misrouted", "the key belongs to another partition")
        if self.stage.stale(record, at, appended_at):
            return ("too_late", "the subject is unknown and ended too long ago")
        return self._subjects.begin(key)

    def _due(self, now: int, everything: bool, most: int | None) -> list[tuple[bytes, Subject]]:
        ready: dict[bytes, Subject] = dict(self._subjects.live) if everything else {}
        # News first: when a whole night's weeks close at one instant, nobody's alert waits.
        for key, subject in self._touched.items():
            if len(ready) == most:
                break
            if subject.due is not None and subject.due <= now:
                ready[key] = subject
        while self._looks and self._looks[0][0] <= now and len(ready) != most:
            at, key = heappop(self._looks)
            live = self._subjects.awaited(key, at)
            if live is None or live.queued != at:
                continue
            live.queued = None
            if live.next_look is not None and live.next_look <= now:
                ready[key] = live
            else:
                self._queue(key, live)
        for key, subject in ready.items():
            subject.due = None
            self._touched.pop(key, None)
        return list(ready.items())

    def _assess(self, subject: Subject, moment: Moment, told: list[Change]) -> int | None:
        """Collect the subject's changes; returns when it closes."""
        try:
            for forgotten in self.stage.seal(subject.facts, subject.name, moment.now):
                subject.published.pop(forgotten, None)
            assessment = self.stage.assess(subject.facts, subject.name, moment.now, subject.memory)
            # Only what closes as a whole is final as a whole.
            was_final = subject.finished and assessment.closes_at is not None
            moment = moment._replace(was_final=was_final)
            found = list(changes(assessment, subject.published, moment))
        except Exception as error:  # noqa: BLE001  the facts are kept, the others go on
            self._faults.append(error)
            subject.memory = self.stage.memory()
            subject.faulted = True
            subject.next_look = None
            return None
        for change in found:
            subject.published[change.id] = change.published
        _know_final(assessment, subject)
        told.extend(found)
        subject.faulted = False
        subject.finished = assessment.finished
        subject.next_look = self._next_look(assessment, subject, moment)
        return assessment.closes_at

    def _next_look(self, assessment: Assessment, subject: Subject, moment: Moment) -> int | None:
        """The stage's own, or when a running output may be published again."""
        every = self.pacing.publish_every
        looks = []
        for output in assessment.outputs:
            if output.pace is Pace.EVERY and output.id in subject.published:
                again = subject.published[output.id].at + every
                # What stayed as it was for longer is compared again after as long.
                looks.append(again if again > moment.now else moment.now + every)
        if assessment.next_look is not None:
            looks.append(assessment.next_look)
        return min(looks, default=None)

    def _queue(self, key: bytes, subject: Subject) -> None:
        """At most the earliest look of a subject waits in the heap."""
        look = subject.next_look
        if look is not None and (subject.queued is None or look < subject.queued):
            subject.queued = look
            heappush(self._looks, (look, key))

    def _await_look(self, key: bytes, subject: Subject) -> None:
        self._queue(key, subject)
        if subject.finished and key not in self._unsaved and not subject.faulted:
            # The entry that is already queued must be the packed one's own.
            if subject.queued != subject.next_look and subject.next_look is not None:
                heappush(self._looks, (subject.next_look, key))
            self._subjects.pack(key)

    def _save(self, key: bytes, subject: Subject) -> StateRecord:
        self._unsaved.pop(key, None)
        return (key, self._subjects.encode(subject))

    def _save_overdue(self, now: int, most: int | None) -> list[StateRecord]:
        overdue: list[bytes] = []
        for key, (_, since) in self._unsaved.items():
            if since + self.pacing.save_every > now or len(overdue) == most:
                break
            overdue.append(key)
        return [self._save(key, self._subjects.live[key]) for key in overdue]


_REFUSED: dict[Effect, tuple[Reason, str]] = {
    Effect.TOO_MANY: ("too_many", "the subject is at a cap"),
    Effect.TOO_LATE: ("too_late", "what it belongs to was summarised"),
}


def _untimely(age_ms: int) -> tuple[Reason, str]:
    if age_ms < 0:
        return ("from_the_future", f"`at` is {-age_ms} ms after the append time")
    return ("too_old", f"`at` is {age_ms} ms before the append time")


def _know_final(assessment: Assessment, subject: Subject) -> None:
    """What final left unchanged is not published again, but what follows is a correction."""
    for output in assessment.outputs:
        last = subject.published.get(output.id)
        if output.final and last is not None and not last.final:
            subject.published[output.id] = replace(last, final=True)
