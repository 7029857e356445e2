"""Announcements: what plans and staff say of one session, folded into its facts.

Of everything the newest revision holds; every revision of the schedule is kept, because how it
was changed matters.
"""

from bisect import insort
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from schemas.codec import encode
from schemas.instants import milliseconds
from schemas.telemetry import (
    MOST_PEOPLE,
    Break,
    Capabilities,
    Identified,
    Outage,
    RosterEntry,
    SessionScheduled,
    Void,
)
from streams.session.facts import (
    MOST_ENTITIES,
    MOST_REVISIONS,
    Ability,
    Decision,
    Interruption,
    Link,
    Place,
    Plan,
    SessionFacts,
)
from streams.stage import Effect

NOTHING, SIGNAL, PROMPT, TOO_MANY = (
    Effect.NOTHING,
    Effect.SIGNAL,
    Effect.PROMPT,
    Effect.TOO_MANY,
)

Fold = Callable[[SessionFacts, Any, int], Effect]


def _heard(facts: SessionFacts, at: int) -> Effect:
    """Note the latest word of staff: all there is of a session without plan or signal."""
    if at <= facts.heard_at:
        return NOTHING
    facts.heard_at = at
    return SIGNAL


def _order(record: Any) -> tuple[int, str]:
    """Newest revision wins; two contents under one revision are ordered by their digest."""
    content = encode(msgspec.structs.replace(record, id="-", source="-"))
    return (record.revision, blake2b(content, digest_size=8).hexdigest())


def _fold_interruption(facts: SessionFacts, record: Outage | Break, at: int) -> Effect:
    entities = facts.outages if isinstance(record, Outage) else facts.breaks
    known = entities.get(record.entity)
    if known is None and len(entities) >= MOST_ENTITIES:
        return TOO_MANY
    heard = _heard(facts, at)
    order = _order(record)
    if known is not None and known.order >= order:
        return heard
    entities[record.entity] = Interruption(
        order, milliseconds(record.begins), milliseconds(record.ends), record.withdrawn
    )
    return PROMPT


def _fold_identified(facts: SessionFacts, record: Identified, at: int) -> Effect:
    known = facts.links.get(record.alias)
    fresh = record.participant not in facts.named
    full = known is None and len(facts.links) >= MOST_PEOPLE
    if full or (fresh and len(facts.named) >= MOST_PEOPLE):
        return TOO_MANY
    heard = _heard(facts, at)
    if fresh:
        heard = SIGNAL
        insort(facts.named, record.participant)
    order = _order(record)
    if known is not None and known.order >= order:
        return heard
    facts.links[record.alias] = Link(order, record.participant, record.withdrawn)
    return PROMPT


def _fold_capabilities(facts: SessionFacts, record: Capabilities, at: int) -> Effect:
    heard = _heard(facts, at)
    order = _order(record)
    if facts.ability is not None and facts.ability.order >= order:
        return heard
    camera = record.camera or ("exact" if "camera" in record.signals else "none")
    facts.ability = Ability(order, record.signals, camera)
    return PROMPT


def _fold_void(facts: SessionFacts, record: Void, at: int) -> Effect:
    heard = _heard(facts, at)
    order = _order(record)
    if facts.decision is not None and facts.decision.order >= order:
        return heard
    facts.decision = Decision(order, record.value, record.reason)
    return PROMPT


def _fold_scheduled(facts: SessionFacts, record: SessionScheduled, at: int) -> Effect:
    order = _order(record)
    name = f"{order[0]}.{order[1]}"
    if name in facts.plans:
        return NOTHING
    if len(facts.plans) >= MOST_REVISIONS:
        return TOO_MANY
    facts.plans[name] = Plan(
        order=order,
        at=at,
        program=record.program,
        kind=record.kind,
        delivery=record.delivery,
        cancelled=record.status == "cancelled",
        starts_at=milliseconds(record.starts_at),
        ends_at=milliseconds(record.ends_at),
        breaks=tuple((milliseconds(b.begins), milliseconds(b.ends)) for b in record.breaks),
        hosts=record.hosts,
        roster=tuple(_place(entry) for entry in record.roster),
    )
    return PROMPT


def _place(entry: RosterEntry) -> Place:
    begins, until, enrolled_at = (
        None if at is None else milliseconds(at)
        for at in (entry.begins, entry.until, entry.enrolled_at)
    )
    return Place(entry.participant, begins, until, enrolled_at, entry.exempt, entry.make_up)


ANNOUNCEMENTS: Mapping[type, Fold] = {
    SessionScheduled: _fold_scheduled,
    Outage: _fold_interruption,
    Break: _fold_interruption,
    Identified: _fold_identified,
    Capabilities: _fold_capabilities,
    Void: _fold_void,
}
"""How each record, said at an instant in ms, enters the facts."""
