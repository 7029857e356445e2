"""Excuse: why a session must not be held against a person (measures.md 2 and 3.1).

Staff come first: the latest override, then the latest decision on the absence. Without them a
notice excuses that was early enough, or that names an emergency in time, as long as there were
not too many of those; any other notice leaves the matter pending, for some working days. What
the host did is never held against anyone, unless staff override.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.care import (
    AbsenceDecided,
    AbsenceNotified,
    Accommodation,
    Judged,
    Override,
    Waived,
)
from schemas.instants import DAY_MS, milliseconds
from schemas.policy import Policies, Policy
from streams.care.calendar import end_of_working_day
from streams.care.facts import Result
from streams.care.membership import regular
from streams.care.staff import Said, SessionFact

OF_THE_HOST = frozenset({"host_late", "not_admitted"})


class Excuse(NamedTuple):
    """`reason` says why the session is excused.

    `pending_until` (ms): until then staff may still decide, and while it is to come the matter
    is open. `by_notice` tells that nobody decided but the notice itself.
    """

    reason: str | None
    pending_until: int | None = None
    by_notice: bool = False

    def pending(self, now: int) -> bool:
        """Whether staff must still decide."""
        return self.pending_until is not None and now < self.pending_until


NONE = Excuse(None)


def excuses(
    results: Iterable[Result], staff: Said, asked: Container[str], policies: Policies
) -> dict[str, Excuse]:
    """The excuse for each session by its name, in the order of their beginnings.

    `asked` are the sessions that the person is asked to. A notice is too many if so many before
    it, of the program's sessions within the weeks before, excused somebody who was asked to come
    and did not.
    """
    found: dict[str, Excuse] = {}
    granted: dict[str | None, list[int]] = {}
    for result in sorted(results, key=lambda each: (each.starts_at or each.ends_at, each.session)):
        about = staff.sessions.get(result.session, ())
        policy = policies.at(result.program, result.starts_at or result.ends_at)
        each = excuse(about, result, policy)
        missing = regular(result, asked) and result.standing != "attended"
        if each.by_notice and result.starts_at is not None and missing:
            since = result.starts_at - policy.notice.max_excused_weeks * 7 * DAY_MS
            before = granted.setdefault(result.program, [])
            if sum(at > since for at in before) >= policy.notice.max_excused:
                each = _undecided(about, result, policy)
            else:
                before.append(result.starts_at)
        found[result.session] = each
    return found


def excuse(about: Sequence[SessionFact], result: Result, policy: Policy) -> Excuse:
    """The excuse for one session alone; `about` is what was said of it, oldest first."""
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
                return Excuse(reason, by_notice=True)
    if result.before_host_ms >= policy.host.late_present and result.after_host_ms == 0:
        return Excuse("host_late")
    if result.not_admitted:
        return Excuse("not_admitted")
    return _undecided(about, result, policy) if notices and not decisions else NONE


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


def _undecided(about: Sequence[SessionFact], result: Result, policy: Policy) -> Excuse:
    """Staff have their days from the first notice on, but never less than from the session."""
    first = next(milliseconds(fact.at) for fact in about if isinstance(fact, AbsenceNotified))
    asked_at = max(first, result.starts_at or first)
    days = policy.notice.decide_days
    return Excuse(None, end_of_working_day(asked_at, days, policy.zone, policy.calendar))


def told_at(about: Iterable[SessionFact]) -> int | None:
    """When an absence was first announced, in ms."""
    notices = (milliseconds(fact.at) for fact in about if isinstance(fact, AbsenceNotified))
    return min(notices, default=None)


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


def expiries(found: Mapping[str, Excuse]) -> list[int]:
    """When pending matters lapse, in ms."""
    return [each.pending_until for each in found.values() if each.pending_until is not None]
