"""Fold: one care record into the facts of its participant."""

from hashlib import blake2b

import msgspec

from schemas.care import Care, SessionResult
from schemas.codec import encode
from schemas.instants import milliseconds
from streams.care.facts import CareFacts, Result, StaffFact
from streams.stage import Effect

MOST_RESULTS = 2_000
MOST_STAFF_FACTS = 2_000


def fold(facts: CareFacts, record: Care, at: int) -> Effect:
    """Add `record`, said at `at` ms, to `facts`."""
    if isinstance(record, SessionResult):
        return _fold_result(facts, record, at)
    return _fold_staff(facts, record)


def _fold_result(facts: CareFacts, record: SessionResult, at: int) -> Effect:
    known = facts.results.get(record.session)
    if known is not None and known.order >= (record.epoch, record.revision):
        return Effect.NOTHING
    if known is None and len(facts.results) >= MOST_RESULTS:
        return Effect.TOO_MANY
    result = _compact(record, at)
    if result.ends_at < facts.sealed_before:
        return Effect.TOO_LATE
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
        policy=score.policy,
    )


def _fold_staff(facts: CareFacts, record: StaffFact) -> Effect:
    name = f"{record.__struct_config__.tag}/{record.entity}"
    known = facts.staff.get(name)
    if known is None and len(facts.staff) >= MOST_STAFF_FACTS:
        return Effect.TOO_MANY
    if known is not None and _order(known) >= _order(record):
        return Effect.NOTHING
    facts.staff[name] = record
    return Effect.PROMPT


def _order(record: StaffFact) -> tuple[int, str]:
    content = encode(msgspec.structs.replace(record, id="-", source="-"))
    return (record.revision, blake2b(content, digest_size=8).hexdigest())
