"""Excuse: why a session must not be held against a person (measures.md 2 and 3.1).

Staff come first: the latest override, then the latest decision on the absence. Without them a
notice excuses that was early enough, or that names an emergency in time; any other notice
leaves the matter pending. What the host did is never held against anyone, unless staff say so.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from schemas.care import AbsenceDecided, AbsenceNotified, Accommodation, Override, Waived
from schemas.instants import milliseconds
from schemas.policy import Policy
from streams.care.facts import CareFacts, Result

AboutSession = TypeVar("AboutSession", AbsenceDecided, AbsenceNotified, Override, Waived)


class Excuse(NamedTuple):
    """`reason` says why the session is excused; `pending` that staff must still decide."""

    reason: str | None
    pending: bool = False


def excuse(facts: CareFacts, result: Result, policy: Policy) -> Excuse:
    """The excuse for one session of this participant, if any."""
    override = _latest(_about(facts, Override, result.session))
    if override is not None:
        return Excuse(None if override.outcome == "unexcused" else f"override_{override.outcome}")
    decision = _latest(_about(facts, AbsenceDecided, result.session))
    if decision is not None and decision.accepted:
        return Excuse("absence_accepted")
    notices = list(_about(facts, AbsenceNotified, result.session))
    if decision is None:
        for notice in notices:
            reason = _by_notice(notice, result, policy)
            if reason is not None:
                return Excuse(reason)
    if result.before_host_ms >= policy.host.late_present and result.after_host_ms == 0:
        return Excuse("host_late")
    if result.not_admitted:
        return Excuse("not_admitted")
    return Excuse(None, pending=bool(notices) and decision is None)


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


def waived(facts: CareFacts, result: Result) -> set[str]:
    """Rules that staff waived for this session."""
    return {fact.rule for fact in _about(facts, Waived, result.session)}


def exempt(facts: CareFacts, result: Result) -> set[str]:
    """Signals under an accommodation in force when the session started."""
    signals: set[str] = set()
    at = result.starts_at
    for fact in facts.staff.values():
        if not isinstance(fact, Accommodation) or fact.withdrawn or at is None:
            continue
        until = None if fact.until is None else milliseconds(fact.until)
        if milliseconds(fact.begins) <= at and (until is None or at < until):
            signals.update(fact.exempt)
    return signals


def _about(
    facts: CareFacts, wanted: type[AboutSession], session: str
) -> Iterable[AboutSession]:
    return (
        fact
        for fact in facts.staff.values()
        if isinstance(fact, wanted) and not fact.withdrawn and fact.session == session
    )


def _latest(found: Iterable[AboutSession]) -> AboutSession | None:
    return max(found, key=lambda fact: (fact.at, fact.id), default=None)
