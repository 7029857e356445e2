"""Run: the same records under two sets of policies, side by side.

Both sides take each record as it is read and look at the same instants, so that neither the log
nor what was published of it is ever held: sessions leave memory when their corrections end.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from schemas.dead_letter import DeadLetter
from schemas.instants import HOUR_MS
from schemas.policy import Policies
from streams.changes import Change
from streams.local import Local, Routed
from streams.replay.outcome import Outcome
from streams.session.measure import final_at

LOOK_EVERY_MS = 6 * HOUR_MS
"""What counts in the end does not depend on how often one looks on the way."""

Keep = Callable[[list[Change]], None]
Refuse = Callable[[DeadLetter], None]


class Replayed(NamedTuple):
    """What was true in the end: by id, under the policies in force and under the others."""

    before: Outcome
    after: Outcome
    records: int
    assessed_at: int


class Side:
    """One set of policies at work."""

    def __init__(self, policies: Policies, keep: Keep, refuse: Refuse) -> None:
        self.outcome = Outcome()
        self._policies = policies
        self._local = Local(policies)
        self._keep = keep
        self._refuse = refuse

    def take(self, routed: Routed) -> None:
        """Fold one record without looking."""
        self._local.take((routed,))

    def look_if_due(self, now: int) -> None:
        """One look at `now` ms if anything is due by then."""
        dues = (self._local.session.next_due(), self._local.care.next_due())
        if any(at is not None and at <= now for at in dues):
            self.look(now)

    def look(self, now: int, everything: bool = False) -> None:
        """One look at `now` ms; a fault of a rule is raised."""
        looked = self._local.look(now, everything)
        for fault in looked.faults:
            raise fault
        for dead in looked.dead_letters:
            self._refuse(dead)
        self.outcome.take(looked.changes)
        self._keep(looked.changes)

    def final_at(self) -> int:
        """When the last session that is known now is final."""
        finals = (final_at(facts, self._policies) for _, facts in self._local.session.each())
        return max(finals, default=0)


class _Clock:
    """Simulated time, the same for both sides; it begins with the first record."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self.now = 0
        self._sides = sides

    def advance(self, now: int) -> None:
        """Look every so often, as long as that is not after `now` ms."""
        self.now = self.now or now
        while now - self.now >= LOOK_EVERY_MS:
            self.now += LOOK_EVERY_MS
            for side in self._sides:
                side.look_if_due(self.now)

    def finish(self, now: int) -> None:
        """Look at everything at `now` ms, or where the clock is if that is later."""
        self.advance(now)
        self.now = max(self.now, now)
        for side in self._sides:
            side.look(self.now, everything=True)


def replay(
    routed: Iterable[Routed], before: Side, after: Side, as_of: int | None = None
) -> Replayed:
    """Both sides over all of `routed`, and what holds at `as_of` ms, by default once all is final.

    Records come in append order; with `as_of` those after it are left out. Sessions are final
    some hours after their end; then the clock runs on until their weeks are closed, too.
    """
    sides, records = (before, after), 0
    clock = _Clock(sides)
    for each in routed:
        if as_of is not None and each.entry.timestamp > as_of:
            continue
        clock.advance(each.entry.timestamp)
        records += 1
        for side in sides:
            side.take(each)
    if as_of is not None:
        clock.finish(as_of)
    else:
        clock.finish(max(side.final_at() for side in sides))
        clock.finish(max(side.outcome.closes_at for side in sides))
    return Replayed(before.outcome, after.outcome, records, clock.now)
