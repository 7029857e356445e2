"""Sources: where published records come from: computed from files, or read from the database."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Table, select

from schemas.codec import decoder
from schemas.dead_letter import DeadLetter
from schemas.instants import instant
from schemas.outputs import OUTPUTS, Output
from schemas.policy import Policies
from schemas.recommendation import Recommendation
from schemas.violation import Violation
from schemas.week import Week
from sinks.database import Database
from sinks.tables import RECOMMENDATIONS, VIOLATIONS, WEEKS
from streams.glance.view import OPEN, Published
from streams.local import Local
from streams.logs import read
from streams.session.measure import final_at

Record = TypeVar("Record", Week, Violation, Recommendation)


class Asked(NamedTuple):
    """One person, or one program."""

    participant: str | None
    program: str | None

    def matches(self, record: Output) -> bool:
        """Whether a record is about them."""
        return self.participant in (None, record.participant) and (
            self.program in (None, record.program)
        )


class Computed(NamedTuple):
    """What files amount to at `now`: everybody's records, and what was refused."""

    now: datetime
    published: Published
    refused: list[DeadLetter]


def compute(files: Sequence[Path], as_of: int | None, policies: Policies) -> Computed:
    """One look at everything that `files` hold up to `as_of` ms.

    Default: when everything is final that had begun by the last record.

    Raises:
        OSError: a file cannot be read.
    """
    local, latest = Local(policies, seals=False), 0

    def known() -> Iterator[Any]:
        nonlocal latest
        for routed in read(files):
            if as_of is None or routed.entry.timestamp <= as_of:
                latest = max(latest, routed.entry.timestamp)
                yield routed

    local.take(known())
    if as_of is None:
        finals = (_final(facts, policies, latest) for _, facts in local.session.each())
        as_of = max(latest, max(finals, default=0))
    looked = local.look(as_of, everything=True)
    for fault in looked.faults:
        raise fault
    said = [
        decoder(OUTPUTS[change.topic])(change.value)
        for change in looked.changes
        if change.topic in OUTPUTS
    ]
    return Computed(instant(as_of), published(said), looked.dead_letters)


def _final(facts: Any, policies: Policies, latest: int) -> int:
    begun = any(plan.starts_at <= latest for plan in facts.plans.values())
    return final_at(facts, policies) if begun or not facts.plans else 0


def published(records: Sequence[Any]) -> Published:
    """Records of any kind, sorted out."""
    return Published(
        [each for each in records if isinstance(each, Week)],
        [each for each in records if isinstance(each, Violation)],
        [each for each in records if isinstance(each, Recommendation)],
    )


def stored(database: Database, asked: Asked) -> Published:
    """What the tables hold of those who are asked for, without what is over and done.

    Raises:
        DatabaseAwayError, DatabaseUnusableError: see `sinks.faults`.
    """
    held = (*OPEN, "stood")
    return Published(
        _rows(database, WEEKS, Week, asked),
        _rows(database, VIOLATIONS, Violation, asked, held),
        _rows(database, RECOMMENDATIONS, Recommendation, asked, OPEN),
    )


def _rows(
    database: Database,
    table: Table,
    kind: type[Record],
    asked: Asked,
    statuses: Sequence[str] = (),
) -> list[Record]:
    query = select(table.c.body)
    for name, wanted in asked._asdict().items():
        if wanted is not None:
            query = query.where(table.c[name] == wanted)
    if statuses:
        query = query.where(table.c.status.in_(statuses))
    return [msgspec.convert(body, kind) for (body,) in database.read(query)]


def names(database: Database, column: str) -> list[str]:
    """Every participant or program that has a week."""
    query = select(WEEKS.c[column]).where(WEEKS.c.withdrawn.is_(False)).distinct()
    return [name for (name,) in database.read(query)]
