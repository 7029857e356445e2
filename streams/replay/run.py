"""Run: the same records under two sets of policies.

Records are read once and folded into facts, which know no policy: sessions are kept once and
measured under both sets, one after the other. Nothing else is held of the log.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from schemas.dead_letter import DeadLetter, Entry
from schemas.policy import Policies
from schemas.topics import CARE
from streams.changes import Change, Moment, changes
from streams.ledger import Ledger
from streams.local import Local, Routed
from streams.replay.outcome import Outcome
from streams.session.facts import SessionFacts
from streams.session.stage import session_stage
from streams.settling import settled
from streams.stage import Pacing

Keep = Callable[[list[Change]], None]


class Replayed(NamedTuple):
    """What holds in the end: under the policies in force (`before`) and under the others."""

    before: Outcome
    after: Outcome
    records: int
    refused: list[DeadLetter]
    assessed_at: int


def replay(
    routed: Iterable[Routed],
    before: Policies,
    after: Policies,
    keep: Keep,
    as_of: int | None = None,
) -> Replayed:
    """All of `routed` under both, and what holds at `as_of` ms.

    With `as_of` later records are left out; by default everything counts, and the clock stands
    where all that had begun is final and, if nothing more was to come in its weeks, closed.
    `keep` is told what `after` would publish. A fault of a rule is raised.
    """
    sessions = Ledger(session_stage(before), Pacing())
    sides = _Side(before), _Side(after, keep)
    records = 0
    for each in routed:
        if as_of is not None and each.entry.timestamp > as_of:
            continue
        records += 1
        if each.care:
            for side in sides:
                side.take(each)
        else:
            sessions.take((each.entry,))
    if as_of is None:
        as_of = _settled_at([facts for _, facts in sessions.each()], (before, after))
    refused = [*sessions.refused, *sides[0].look(sessions, as_of)]
    sides[1].look(sessions, as_of)
    return Replayed(sides[0].outcome, sides[1].outcome, records, refused, as_of)


class _Side:
    """One set of policies: how it measures, and what it makes of people."""

    def __init__(self, policies: Policies, keep: Keep | None = None) -> None:
        self.outcome = Outcome()
        self._measuring = session_stage(policies)
        self._judging = Local(policies, seals=False)
        self._keep = keep

    def take(self, routed: Routed) -> None:
        """Fold one record about a person."""
        self._judging.take((routed,))

    def look(self, sessions: Ledger, now: int) -> list[DeadLetter]:
        """Measure and judge everything at `now` ms; what of the people's records was refused."""
        moment = Moment(now, sessions.position, epoch=0, publish_every=0, everything=True)
        for name, facts in sessions.each():
            found = list(changes(self._measuring.assess(facts, name, now), {}, moment))
            for change in found:
                if change.topic == CARE.name:
                    result = Entry(0, now, change.key.encode(), change.value)
                    self._judging.take((Routed(True, result),))
            self._tell(found)
        looked = self._judging.look(now, everything=True)
        for fault in looked.faults:
            raise fault
        self._tell(looked.changes)
        return looked.dead_letters

    def _tell(self, found: list[Change]) -> None:
        self.outcome.take(found)
        if self._keep is not None:
            self._keep(found)


def _settled_at(sessions: Iterable[SessionFacts], both: Iterable[Policies]) -> int:
    known = list(sessions)
    found = [settled(known, policies) for policies in both]
    weeks = [each.weeks for each in found if each.weeks is not None]
    if len(weeks) == len(found):
        return max(weeks)
    return max(each.sessions for each in found)
