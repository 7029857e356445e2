"""A partition of one stage, with its log and its state topic, whose worker may die at any time."""

import json
from collections.abc import Iterable
from typing import Any

from schemas.dead_letter import DeadLetter, Entry
from streams.care.violations import RULES
from streams.changes import Change
from streams.ledger import Ledger
from streams.stage import Pacing, Stage


class Partition:
    """What a broker would keep, and the worker's ledger over it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.log: list[Entry] = []
        self.told: list[dict[str, Any]] = []
        self.sent: list[tuple[str, bytes]] = []
        self.states: dict[bytes, bytes] = {}
        self.dead_letters: list[DeadLetter] = []
        self.position = self.low = 0
        self.ledger = Ledger(stage, Pacing())

    @property
    def in_sessions(self) -> list[dict[str, Any]]:
        """What was told of violations in sessions."""
        return [told for told in self.told if told.get("rule") in RULES]

    def append(self, key: bytes | None, value: bytes | None, appended_at: int) -> None:
        """Write one record to the log; the worker takes it at once."""
        self.log.append(Entry(len(self.log), appended_at, key, value))
        self.ledger.take(self.log[-1:])

    def look(self, now: int, everything: bool = False) -> Iterable[Change]:
        """One checkpoint and its transaction."""
        checkpoint = self.ledger.checkpoint(now, everything)
        assert checkpoint.faults == []
        self.told += [json.loads(change.value) for change in checkpoint.changes]
        self.sent += [(change.topic, change.value) for change in checkpoint.changes]
        self.dead_letters += checkpoint.dead_letters
        for key, value in checkpoint.states:
            if value is None:
                del self.states[key]
            else:
                self.states[key] = value
        self.position, self.low = checkpoint.position, checkpoint.low
        return checkpoint.changes

    def crash(self) -> None:
        """Lose the worker; another one recovers and reads on."""
        self.ledger = Ledger(self.stage, Pacing())
        self.ledger.load(self.states.items(), self.low)
        self.ledger.take(self.log[self.low : self.position], recovering=True)
        self.ledger.take(self.log[self.position :])
