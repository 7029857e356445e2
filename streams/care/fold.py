"""Fold: one care record into the facts of its participant."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, get_args

from schemas.care import SessionResult, Staff
from schemas.codec import encode
from schemas.instants import milliseconds
from schemas.telemetry import Span
from streams.care.facts import MOST_RESULTS, MOST_STAFF_FACTS, MOST_STARTS, CareFacts, Result
from streams.stage import Effect


def _fold_result(facts: CareFacts, record: SessionResult, at: int) -> Effect:
    known = facts.results.get(record.session)
    result = _compact(record, at)
    if result.ends_at < facts.sealed_before:
        return Effect.TOO_LATE
    if known is None and len(facts.results) >= MOST_RESULTS:
        return Effect.TOO_MANY
    began = _note_start(facts, result)
    if known is not None and known.order >= result.order:
        return Effect.PROMPT if began else Effect.NOTHING
    facts.results[record.session] = result
    return Effect.PROMPT


def _note_start(facts: CareFacts, result: Result) -> bool:
    """Keep where the session was said to begin; True if that is new."""
    if result.starts_at is None or result.program is None:
        return False
    starts = facts.starts.setdefault(result.program, array("q"))
    place = bisect_left(starts, result.starts_at)
    if place < len(starts) and starts[place] == result.starts_at:
        return False
    starts.insert(place, result.starts_at)
    if len(starts) > MOST_STARTS:
        # So many plans were changed so often that the oldest week no longer matters.
        del starts[0]
    return True


def _compact(record: SessionResult, at: int) -> Result:
    score = record.score
    ended_at = score.ended_at or score.ends_at
    starts_at = milliseconds(score.starts_at) if score.starts_at else None
    planned = score.starts_at and score.ends_at and (score.ends_at - score.starts_at)
    return Result(
        order=(record.epoch, record.revision),
        session=record.session,
        program=score.program,
        kind=score.kind,
        starts_at=starts_at,
        ends_at=milliseconds(ended_at) if ended_at else at,
        phase=score.phase,
        standing=score.standing,
        void=score.void_reason is not None,
        needs_review=score.needs_review is not None,
        withdrawn=record.withdrawn,
        rostered=score.rostered,
        make_up=score.make_up,
        judged=not score.guest or score.identified,
        unidentified_guests=score.unidentified_guests,
        scored=tuple(name for name, part in score.components.items() if part.available),
        participation=None if score.participation is None else round(score.participation * 10),
        ramped=score.ramp == 1,
        level=score.level,
        findings=score.findings,
        window_ms=score.window_ms,
        planned_ms=round(planned.total_seconds() * 1000) if planned else 0,
        attended_ms=score.attended_ms,
        inferred_ms=score.inferred_ms,
        arrived_at=milliseconds(score.arrived_at) if score.arrived_at else None,
        reconnects=score.reconnects,
        network_lost_ms=score.network_lost_ms,
        observed=_spans(record.observed),
        inferred=_spans(record.inferred),
        breaks=_spans(record.breaks),
        before_host_ms=record.before_host_ms,
        after_host_ms=record.after_host_ms,
        not_admitted=record.not_admitted,
        correction=record.correction,
        policy=score.policy,
    )


def _spans(spans: tuple[Span, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((milliseconds(span.begins), milliseconds(span.ends)) for span in spans)


def _fold_staff(facts: CareFacts, record: Staff, at: int) -> Effect:
    name = f"{record.__struct_config__.tag}/{record.entity}"
    known = facts.staff.get(name)
    if known is None and len(facts.staff) >= MOST_STAFF_FACTS:
        return Effect.TOO_MANY
    if known is not None and _order(known) >= _order(record):
        return Effect.NOTHING
    facts.staff[name] = record
    return Effect.PROMPT


def _order(record: Staff) -> tuple[int, str]:
    """With its id: which copy holds must not depend on which came first."""
    return (record.revision, blake2b(encode(record), digest_size=8).hexdigest())


FOLDS: Mapping[type, Callable[[CareFacts, Any, int], Effect]] = {
    SessionResult: _fold_result,
    **dict.fromkeys(get_args(Staff), _fold_staff),
}
"""How each record, said at an instant in ms, enters the facts."""
