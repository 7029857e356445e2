"""Settling: which revision of what a fact is, next to what is known already."""

from typing import Any, NamedTuple

import msgspec

from schemas.care import Enrolled
from schemas.checking import RefusedError
from streams.recording.enrolments import overlapping
from streams.recording.known import Known, key_of
from streams.recording.naming import content_of, entity_of, id_of


class Said(NamedTuple):
    """How a fact is said: what was given in so many words, and whether it is taken back.

    `at_given`: the instant was chosen, so that another one revises the fact.
    """

    withdraw: bool = False
    at_given: bool = False
    entity: str | None = None
    revision: int | None = None
    id: str | None = None


def settled(fact: Any, known: Known, said: Said) -> Any:
    """`fact` with its entity, revision and id; None if all it says is known already.

    Raises RefusedError for an enrolment that overlaps a known one, and for taking back what
    is not there.
    """
    fact = _with(fact, entity=said.entity or entity_of(fact), withdrawn=said.withdraw)
    newest = known.staff.get(key_of(fact))
    if said.revision is None and newest is not None and _same(fact, newest, said):
        return None
    if said.withdraw and newest is None and known.complete:
        raise RefusedError(f"{fact.participant}: there is no such fact to take back")
    if isinstance(fact, Enrolled) and not said.withdraw:
        other = overlapping(fact, known.staff_of(fact.participant))
        if other is not None:
            raise RefusedError(f"{fact.participant}: overlaps {other} in {fact.program}")
    return named(fact, _revision(newest, said), said.id)


def named(record: Any, revision: int, given: str | None = None) -> Any:
    """`record` in this revision, with the id that follows from it."""
    record = _with(record, revision=revision)
    return _with(record, id=given or id_of(record))


def _same(fact: Any, newest: Any, said: Said) -> bool:
    if fact.withdrawn or newest.withdrawn:
        return bool(fact.withdrawn and newest.withdrawn)
    moved = said.at_given and fact.at != newest.at
    return not moved and content_of(fact) == content_of(newest)


def _revision(newest: Any, said: Said) -> int:
    if said.revision is not None:
        return said.revision
    if newest is not None:
        return int(newest.revision) + 1
    return 1 if said.withdraw else 0


def _with(record: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(record, **fields)
