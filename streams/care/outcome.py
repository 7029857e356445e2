"""Outcome: what each session of a person counts as (measures.md 3.1).

The first that applies: what staff set, `credited`, `made_up`, `switched`, `excused`, `pending`,
`unexcused`; a session that is not over is `to_come`, unless its absence is excused already.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.care import MakeUpArranged, Override
from schemas.instants import milliseconds
from schemas.policy import Policies, Policy
from schemas.week import Outcome
from streams.care.calendar import local_day, week_of
from streams.care.excuse import NONE, OF_THE_HOST, Excuse
from streams.care.facts import Result
from streams.care.membership import asked, enrolments
from streams.care.staff import Said


class Mend(NamedTuple):
    """What stands in for a missed session: another one, and by how many ms of it."""

    outcome: Outcome
    session: str
    at: int
    attended_ms: int


class Counted(NamedTuple):
    """A session of the person's with its outcome; `staff` tells that it was set by staff.

    `spared`: what was found in it is excused, or waits for a decision, even if it was attended.
    """

    result: Result
    program: str
    starts_at: int
    outcome: Outcome
    reason: str | None
    mend: Mend | None
    staff: bool
    spared: bool


class Links(NamedTuple):
    """What make-ups came to.

    `mends` by missed session; `arranged`: missed sessions with a make-up still to come, and
    when it begins; `remarks`: links that cannot count, as (missed session, why).
    """

    mends: dict[str, Mend]
    arranged: dict[str, int]
    remarks: list[tuple[str, str]]


class Outcomes(NamedTuple):
    """Every session that is asked of the person, by time, and what make-ups came to."""

    counted: list[Counted]
    links: Links


def outcomes(
    results: Mapping[str, Result],
    staff: Said,
    excused: Mapping[str, Excuse],
    policies: Policies,
    now: int,
) -> Outcomes:
    """The outcome of each session asked of a person at `now` ms."""
    regular = [each for each in results.values() if _regular(each, staff, policies)]
    regular.sort(key=_by_time)
    set_by_staff = {each.session: outcome for each in regular if (outcome := _set(each, staff))}
    missed = {
        each.session: each
        for each in regular
        if each.over and not _credited(each) and each.session not in set_by_staff
        if not each.needs_review
    }
    links = _make_ups(results, {each.session for each in regular}, missed, staff, policies, now)
    used = {mend.session for mend in links.mends.values()}
    spare = [each for each in results.values() if _guest(each) and each.session not in used]
    mends = links.mends | _switches(
        [each for name, each in missed.items() if name not in links.mends], spare, policies
    )
    counted = [
        _count(each, set_by_staff.get(each.session), mends.get(each.session), excused, now)
        for each in regular
    ]
    return Outcomes(counted, links)


def _by_time(result: Result) -> tuple[int, str]:
    return (result.starts_at or result.ends_at, result.session)


def _regular(result: Result, staff: Said, policies: Policies) -> bool:
    """Whether the session is asked of the person."""
    if result.program is None or result.starts_at is None or not result.rostered:
        return False
    if result.withdrawn or result.void or result.make_up:
        return False
    zone = policies.at(result.program, result.starts_at).zone
    return asked(staff, result.program, result.starts_at, zone)


def _credited(result: Result) -> bool:
    return result.over and result.standing == "attended"


def _guest(result: Result) -> bool:
    """Whether the person attended without a place of their own."""
    return _credited(result) and not (result.rostered or result.withdrawn or result.void)


def _set(result: Result, staff: Said) -> Outcome | None:
    overrides = [
        fact for fact in staff.sessions.get(result.session, ()) if isinstance(fact, Override)
    ]
    return overrides[-1].outcome if overrides else None


def _make_ups(
    results: Mapping[str, Result],
    regular: set[str],
    missed: Mapping[str, Result],
    staff: Said,
    policies: Policies,
    now: int,
) -> Links:
    """Links in the order in which they were arranged: each session makes up for one at most."""
    links = Links({}, {}, [])
    used: set[str] = set()
    for link in staff.make_ups:
        miss = missed.get(link.session)
        if miss is None or miss.program is None or link.session in links.mends:
            continue
        other = results.get(link.make_up)
        policy = policies.at(miss.program, miss.starts_at or 0)
        why = _refusal(link, miss, other, regular, used, policy)
        if why is None and other is not None and other.over and not _credited(other):
            why = "not_attended"
        if why is None and other is None and milliseconds(link.starts_at) <= now:
            why = "unknown_session"
        if why is not None:
            links.remarks.append((link.session, why))
            continue
        used.add(link.make_up)
        if other is not None and other.over:
            links.mends[link.session] = _mend("made_up", miss, other)
            links.arranged.pop(link.session, None)
        else:
            links.arranged.setdefault(link.session, _begins(link, other))
    return links


def _begins(link: MakeUpArranged, other: Result | None) -> int:
    begins = None if other is None else other.starts_at
    return milliseconds(link.starts_at) if begins is None else begins


def _refusal(
    link: MakeUpArranged,
    miss: Result,
    other: Result | None,
    regular: Iterable[str],
    used: Iterable[str],
    policy: Policy,
) -> str | None:
    """Why a link cannot count, whatever happens in the session that it names."""
    if not policy.make_up.allowed:
        return "not_allowed"
    if link.make_up in regular:
        return "regular_session"
    if link.make_up in used:
        return "already_used"
    if other is not None and (other.withdrawn or other.void):
        return "session_void"
    apart = abs(_begins(link, other) - (miss.starts_at or 0))
    return "too_far_apart" if apart > policy.make_up.within else None


def _mend(outcome: Outcome, miss: Result, other: Result) -> Mend:
    # Attended ahead of the session that it stands in for, it mends from the first.
    at = max(other.ends_at, miss.ends_at)
    return Mend(outcome, other.session, at, min(other.attended_ms, miss.window_ms))


def _switches(
    missed: Sequence[Result], spare: Sequence[Result], policies: Policies
) -> dict[str, Mend]:
    """Missed sessions paired with others of the same kind, in order of start."""
    mends: dict[str, Mend] = {}
    left = sorted(spare, key=_by_time)
    for miss in missed:
        for other in left:
            if _stands_in(other, miss, policies):
                mends[miss.session] = _mend("switched", miss, other)
                left.remove(other)
                break
    return mends


def _stands_in(other: Result, miss: Result, policies: Policies) -> bool:
    if other.program != miss.program or other.kind != miss.kind or miss.program is None:
        return False
    if other.starts_at is None or miss.starts_at is None:
        return False
    policy = policies.at(miss.program, miss.starts_at)
    if policy.switch.within == "never":
        return False
    if policy.switch.within == "week":
        theirs = week_of(miss.program, other.starts_at, policies)
        return theirs.label == week_of(miss.program, miss.starts_at, policies).label
    return local_day(other.starts_at, policy.zone) == local_day(miss.starts_at, policy.zone)


def _count(
    result: Result,
    set_by_staff: Outcome | None,
    mend: Mend | None,
    excused: Mapping[str, Excuse],
    now: int,
) -> Counted:
    excuse = excused.get(result.session, NONE)
    outcome, reason = _outcome(result, mend, excuse, now)
    if set_by_staff is not None:
        outcome, reason, mend = set_by_staff, "override", None
    return Counted(
        result=result,
        program=result.program or "",
        starts_at=result.starts_at or 0,
        outcome=outcome,
        reason=reason,
        mend=mend,
        staff=set_by_staff is not None,
        spared=excuse.reason is not None or excuse.pending(now),
    )


def _outcome(
    result: Result, mend: Mend | None, excused: Excuse, now: int
) -> tuple[Outcome, str | None]:
    if not result.over:
        # What the host does may still change while the session runs.
        ahead = excused.reason is not None and excused.reason not in OF_THE_HOST
        return ("excused", excused.reason) if ahead else ("to_come", None)
    if result.needs_review:
        return ("pending", "session_needs_review")
    if _credited(result):
        return ("credited", None)
    if mend is not None:
        return (mend.outcome, None)
    if excused.reason is not None:
        return ("excused", excused.reason)
    return ("pending", "notice") if excused.pending(now) else ("unexcused", None)


def known(results: Iterable[Result], staff: Said, program: str) -> bool:
    """Whether the person has, or had, a place in the program: not merely looked in."""
    if enrolments(staff, program):
        return True
    return any(each.program == program and each.rostered and not each.withdrawn for each in results)
