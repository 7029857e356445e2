"""Live: a ledger of the session stage that tests tell records and look at.

run(scheduled(), joined("10:02", "a"), now="15:00").scores["a"].attended_ms
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import json

from schemas.care import SessionResult
from schemas.dead_letter import DeadLetter
from schemas.policy import Policies
from schemas.policy_file import collect
from schemas.score import Score
from schemas.violation import Violation
from streams.changes import Change
from streams.ledger import Checkpoint, Ledger
from streams.session.stage import session_stage
from streams.stage import Pacing
from tests.builders import Log, entry, flat, ms


def policies(*lines: str) -> Policies:
    """The default policy with settings such as `presence.reconnect_grace = "30s"`."""
    text = "\n".join(('version = "test"', "effective_from = 2026-01-01", *lines))
    return collect([("test.toml", text)])


class Told:
    """What was published, decoded; of each id only the last."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.scores: dict[str, Score] = {}
        self.results: dict[str, SessionResult] = {}
        self.violations: dict[str, Violation] = {}
        self.changes = list(changes)
        for change in self.changes:
            self._decode(change)

    def _decode(self, change: Change) -> None:
        if change.kind == "rollcall.score.v1":
            score = json.decode(change.value, type=Score)
            self.scores[score.participant] = score
        elif change.kind == "rollcall.session-result.v1":
            result = json.decode(change.value, type=SessionResult)
            self.results[result.participant] = result
        else:
            violation = json.decode(change.value, type=Violation)
            whose = f" {violation.participant}" if violation.participant else ""
            self.violations[violation.rule + whose] = violation

    def found(self, participant: str = "a") -> dict[str, Any]:
        """The findings about one person, by rule."""
        return {finding.rule: finding for finding in self.scores[participant].findings}

    def words(self) -> list[str]:
        """Rule (and person), status and revision of each violation, in order of the rule."""
        return sorted(f"{name} {v.status} {v.revision}" for name, v in self.violations.items())


class Live:
    """A ledger that is told records and looked at like a live one."""

    def __init__(self, *lines: str, pacing: Pacing | None = None) -> None:
        self.ledger = Ledger(session_stage(policies(*lines)), pacing or Pacing())
        self.last: Checkpoint | None = None

    def take(self, *log: Log, appended_at: str | None = None) -> "Live":
        offset = self.ledger.position
        entries = [
            entry(record, offset + number, None if appended_at is None else ms(appended_at))
            for number, record in enumerate(flat(log))
        ]
        self.ledger.take(entries)
        return self

    def look(self, now: str, everything: bool = False) -> Told:
        """One checkpoint; a fault of a rule is raised."""
        self.last = self.ledger.checkpoint(ms(now), everything)
        for fault in self.last.faults:
            raise fault
        return Told(self.last.changes)

    @property
    def dead(self) -> list[DeadLetter]:
        """What the last look's checkpoint refused."""
        return [] if self.last is None else self.last.dead_letters


def run(*log: Log, now: str = "15:00", policy: Sequence[str] = ()) -> Told:
    """Everything true at `now` after `log`; refused records are an error of the test."""
    live = Live(*policy).take(*log)
    told = live.look(now, everything=True)
    assert not live.dead, live.dead
    return told
