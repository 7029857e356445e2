"""Fold: one care record into the facts of its participant."""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

from schemas.care import (
    AbsenceDecided,
    AbsenceNotified,
    Accommodation,
    Override,
    SessionResult,
    Waived,
)
from schemas.codec import encode
from schemas.instants import milliseconds
from streams.care.facts import MOST_RESULTS, MOST_STAFF_FACTS, CareFacts, Result, StaffFact
from streams.stage import Effect


def _fold_result(facts: CareFacts, record: SessionResult, at: int) -> Effect:
    known = facts.results.get(record.session)
    if known is not None and known.order >= (record.epoch, record.revision):
        return Effect.NOTHING
    result = _compact(record, at)
    if result.ends_at < facts.sealed_before:
        return Effect.TOO_LATE
    if known is None and len(facts.results) >= MOST_RESULTS:
        return Effect.TOO_MANY
    facts.results[record.session] = result
    return Effect.PROMPT


def _compact(record: SessionResult, at: int) -> Result:
    score = record.score
    ended_at = score.ended_at or score.ends_at
    return Result(
        order=(record.epoch, record.revision),
        session=record.session,
        program=score.program,
        starts_at=milliseconds(score.starts_at) if score.starts_at else None,
        ends_at=milliseconds(ended_at) if ended_at else at,
        phase=score.phase,
        standing=score.standing,
        void=score.void_reason is not None,
        needs_review=score.needs_review is not None,
        withdrawn=record.withdrawn,
        judged=not score.guest or score.identified,
        unidentified_guests=score.unidentified_guests,
        scored=tuple(name for name, part in score.components.items() if part.available),
        findings=score.findings,
        window_ms=score.window_ms,
        attended_ms=score.attended_ms,
        inferred_ms=score.inferred_ms,
        before_host_ms=record.before_host_ms,
        after_host_ms=record.after_host_ms,
        not_admitted=record.not_admitted,
        correction=record.correction,
        policy=score.policy,
    )


def _fold_staff(facts: CareFacts, record: StaffFact, at: int) -> Effect:
    name = f"{record.__struct_config__.tag}/{record.entity}"
    known = facts.staff.get(name)
    if known is None and len(facts.staff) >= MOST_STAFF_FACTS:
        return Effect.TOO_MANY
    if known is not None and _order(known) >= _order(record):
        return Effect.NOTHING
    facts.staff[name] = record
    return Effect.PROMPT


def _order(record: StaffFact) -> tuple[int, str]:
    """With its id: which copy holds must not depend on which came first."""
    return (record.revision, blake2b(encode(record), digest_size=8).hexdigest())


FOLDS: Mapping[type, Callable[[CareFacts, Any, int], Effect]] = {
    SessionResult: _fold_result,
    AbsenceNotified: _fold_staff,
    AbsenceDecided: _fold_staff,
    Accommodation: _fold_staff,
    Override: _fold_staff,
    Waived: _fold_staff,
}
"""How each record, said at an instant in ms, enters the facts."""
