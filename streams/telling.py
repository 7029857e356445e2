"""Telling: a running account of what is published while an evening is scored."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from schemas.codec import decoder
from schemas.instants import milliseconds
from schemas.outputs import OUTPUTS
from schemas.score import Score
from schemas.violation import Violation
from sinks.bulk import Row
from sinks.tables import OUTPUTS as OUTPUT_TABLES
from streams.local import Looked

DECODERS: Mapping[str, Callable[[bytes | None], Any]] = {
    topic: decoder(record) for topic, record in OUTPUTS.items()
}
TABLES = {record: table.name for record, table in OUTPUT_TABLES.items()}


class Correction(NamedTuple):
    """A score whose figures changed after its session was over; `final` after it was final."""

    before: Score
    after: Score
    final: bool


class Telling:
    """What was published so far; `take` also gives the rows to store."""

    def __init__(self) -> None:
        self.now = 0
        self.published: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.corrections: list[Correction] = []
        self._open: set[str] = set()
        self._sessions: dict[str, tuple[int, bool]] = {}
        self._over: dict[str, Score] = {}

    @property
    def open(self) -> int:
        """Violations that are open now."""
        return len(self._open)

    @property
    def running(self) -> int:
        """Sessions that have begun and are not over."""
        return sum(begins <= self.now and live for begins, live in self._sessions.values())

    def take(self, looked: Looked) -> list[Row]:
        """Note one look; returns what it published as rows."""
        self.now = looked.now
        self.refused.update(dead.reason for dead in looked.dead_letters)
        rows = []
        for change in looked.changes:
            decode = DECODERS.get(change.topic)
            if decode is not None:
                record = decode(change.value)
                rows.append(Row(record, change.value))
                self.published[TABLES[type(record)]] += 1
                if isinstance(record, Score):
                    self._score(record)
                elif isinstance(record, Violation):
                    self._violation(record)
        return rows

    def _score(self, score: Score) -> None:
        begins = milliseconds(score.starts_at) if score.starts_at else 0
        self._sessions[score.session] = (begins, score.phase == "running")
        if score.phase == "running":
            return
        before = self._over.get(score.id)
        if before is not None and _figures(before) != _figures(score):
            self.corrections.append(Correction(before, score, score.correction))
        self._over[score.id] = score

    def _violation(self, violation: Violation) -> None:
        if violation.status in ("opened", "updated"):
            self._open.add(violation.id)
        else:
            self._open.discard(violation.id)


def _figures(score: Score) -> tuple[object, ...]:
    """What a reader would call another score; becoming final is not."""
    return (
        score.standing,
        score.void_reason,
        score.withdrawn,
        score.window_ms,
        score.attended_ms,
        score.camera,
        score.participation,
        score.level,
    )
