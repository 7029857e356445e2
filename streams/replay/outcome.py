"""Outcome: what holds of everything that was published, one item for each output id."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import NamedTuple

import msgspec

from schemas.instants import Instant, milliseconds
from schemas.outputs import OUTPUTS
from schemas.recommendation import Recommendation
from schemas.score import Score
from schemas.violation import Violation
from schemas.week import Week
from streams.changes import Change

OPEN = frozenset({"opened", "updated"})


class Item(NamedTuple):
    """One output as far as two of them can differ; instants in ms.

    `rule` is the rule of a violation or the kind of a recommendation; `state` a score's or a
    week's standing, else the status, where `open` is opened or updated.
    """

    record: str
    rule: str
    state: str
    participant: str | None
    program: str | None
    session: str | None
    week: date | None
    begins: int | None
    ends: int | None


class Outcome:
    """What holds so far; what was withdrawn or taken back does not."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}

    def take(self, changes: Iterable[Change]) -> None:
        """Note what was published."""
        for change in changes:
            if change.topic not in OUTPUTS:
                continue
            record = msgspec.json.decode(change.value, type=OUTPUTS[change.topic])
            item = item_of(record)
            if item is None:
                self.items.pop(change.id, None)
            else:
                self.items[change.id] = item


def item_of(record: Score | Week | Violation | Recommendation) -> Item | None:
    """The item of a record, None if the record takes back what was said."""
    item = partial(
        Item,
        record=type(record).__name__.lower(),
        participant=record.participant,
        program=record.program,
        session=getattr(record, "session", None),
        week=getattr(record, "week", None),
    )
    match record:
        case Score() | Week() if record.withdrawn:
            return None
        case Violation() | Recommendation() if record.status == "retracted":
            return None
        case Score():
            span = _ms(record.starts_at), _ms(record.ends_at)
            return item(rule="standing", state=record.standing, begins=span[0], ends=span[1])
        case Week():
            span = _ms(record.starts_at), _ms(record.ends_at)
            return item(rule="attendance", state=record.standing, begins=span[0], ends=span[1])
        case Violation():
            span = _ms(record.since), _ms(record.until)
            state = _state(record.status)
            return item(rule=record.rule, state=state, begins=span[0], ends=span[1])
        case Recommendation():
            state = _state(record.status)
            return item(rule=record.kind, state=state, begins=_ms(record.began_at), ends=None)


def _state(status: str) -> str:
    return "open" if status in OPEN else status


def _ms(at: Instant | None) -> int | None:
    return None if at is None else milliseconds(at)
