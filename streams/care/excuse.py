"""Excuse: why a session must not be held against a person (measures.md 2 and 3.1).

Staff come first: the latest override, then the latest decision on the absence. Without them a
notice excuses that was early enough, or that names an emergency in time; any other notice
leaves the matter pending. What the host did is never held against anyone, unless staff override.
"""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.care import (
    AbsenceDecided,
    AbsenceNotified,
    Accommodation,
    Judged,
    Override,
    Waived,
)
from schemas.instants import milliseconds
from schemas.policy import Policy
from streams.care.facts import CareFacts, Result

SessionFact = AbsenceNotified | AbsenceDecided | Override | Waived
"""What staff say of one session."""


class Excuse(NamedTuple):
    """`reason` says why the session is excused; `pending` that staff must still decide."""

    reason: str | None
    pending: bool = False


class Said(NamedTuple):
    """Staff facts that were not taken back, oldest first by (at, id)."""

    sessions: dict[str, list[SessionFact]]
    accommodations: list[Accommodation]


def said(facts: CareFacts) -> Said:
    """What staff said of this person: session by session, and for all of them."""
    index = Said({}, [])
    for fact in sorted(facts.staff.values(), key=lambda fact: (fact.at, fact.id, fact.entity)):
        if fact.withdrawn:
            continue
        if isinstance(fact, Accommodation):
            index.accommodations.append(fact)
        elif isinstance(fact, SessionFact) and fact.session is not None:
            index.sessions.setdefault(fact.session, []).append(fact)
    return index


def excuse(about: Sequence[SessionFact], result: Result, policy: Policy) -> Excuse:
    """The excuse for one session, if any; `about` is what was said of it, oldest first."""
    overrides = [fact for fact in about if isinstance(fact, Override)]
    if overrides:
        outcome = overrides[-1].outcome
        return Excuse(None if outcome == "unexcused" else f"override_{outcome}")
    decisions = [fact for fact in about if isinstance(fact, AbsenceDecided)]
    if decisions and decisions[-1].accepted:
        return Excuse("absence_accepted")
    notices = [fact for fact in about if isinstance(fact, AbsenceNotified)]
    if not decisions:
        for notice in notices:
            reason = _by_notice(notice, result, policy)
            if reason is not None:
                return Excuse(reason)
    if result.before_host_ms >= policy.host.late_present and result.after_host_ms == 0:
        return Excuse("host_late")
    if result.not_admitted:
        return Excuse("not_admitted")
    return Excuse(None, pending=bool(notices) and not decisions)


def _by_notice(notice: AbsenceNotified, result: Result, policy: Policy) -> str | None:
    if result.starts_at is None:
        return None
    said_at, rules = milliseconds(notice.at), policy.notice
    if said_at <= result.starts_at - rules.before:
        return "notice_in_time"
    emergency = notice.reason in rules.emergency_reasons
    if emergency and said_at < result.starts_at + rules.emergency_until:
        return f"notice_{notice.reason}"
    return None


def waived(about: Sequence[SessionFact]) -> set[Judged]:
    """Rules that staff waived for the session that `about` was said of."""
    return {fact.rule for fact in about if isinstance(fact, Waived) and fact.rule is not None}


def exempt(accommodations: Sequence[Accommodation], result: Result) -> set[str]:
    """Signals under an accommodation in force when the session started."""
    signals: set[str] = set()
    at = result.starts_at
    if at is None:
        return signals
    for fact in accommodations:
        until = None if fact.until is None else milliseconds(fact.until)
        if milliseconds(fact.begins) <= at and (until is None or at < until):
            signals.update(fact.exempt)
    return signals
