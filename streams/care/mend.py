"""Mend: what stands in for a missed session (measures.md 3.1).

Make-ups that were arranged, each used once, in the order in which they were arranged; then other
groups of the same kind, attended as a guest, paired in order of start.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.care import MakeUpArranged, Override
from schemas.instants import milliseconds
from schemas.policy import Policies, Policy
from schemas.week import Outcome
from streams.care.calendar import local_day, week_of
from streams.care.facts import Result
from streams.care.staff import Said


class Mend(NamedTuple):
    """What stands in for a missed session: another one, and by how many ms of it."""

    outcome: Outcome
    session: str
    at: int
    attended_ms: int


class Links(NamedTuple):
    """What make-ups, and other groups, came to.

    `mends` by missed session; `arranged`: missed sessions with a make-up still to come, and
    when it begins; `remarks`: links that cannot count; `dangling`: links of which the missed
    session is none that anybody heard of, with the begin (ms) of the make-up.
    """

    mends: dict[str, Mend]
    arranged: dict[str, int]
    remarks: list[tuple[str, str]]
    """Missed session, and why."""
    dangling: list[tuple[str, int]]


def set_by_staff(result: Result, staff: Said) -> Outcome | None:
    """The outcome that staff set, the latest by (at, id)."""
    overrides = [
        fact for fact in staff.sessions.get(result.session, ()) if isinstance(fact, Override)
    ]
    return overrides[-1].outcome if overrides else None


def credited(result: Result, staff: Said) -> bool:
    """Whether a session counts as attended: as staff set it, else as it was measured."""
    outcome = set_by_staff(result, staff)
    if outcome is not None:
        return outcome == "credited"
    return result.over and result.standing == "attended" and not result.needs_review


def by_time(result: Result) -> tuple[int, str]:
    """The order of sessions."""
    return (result.starts_at or result.ends_at, result.session)


def mends(
    results: Mapping[str, Result],
    regular: set[str],
    missed: Mapping[str, Result],
    staff: Said,
    policies: Policies,
    now: int,
) -> Links:
    """What stands in for `missed` sessions, in order of time; `regular` are a person's own."""
    links = _make_ups(results, regular, missed, staff, policies, now)
    used = {mend.session for mend in links.mends.values()}
    spare = [
        each
        for each in results.values()
        if each.session not in used and not (each.rostered or each.withdrawn or each.void)
        if credited(each, staff)
    ]
    left = [each for name, each in missed.items() if name not in links.mends]
    links.mends.update(_switches(left, spare, staff, policies))
    return links


def _make_ups(
    results: Mapping[str, Result],
    regular: set[str],
    missed: Mapping[str, Result],
    staff: Said,
    policies: Policies,
    now: int,
) -> Links:
    """Links in the order in which they were arranged: each session makes up for one at most."""
    links = Links({}, {}, [], [])
    used: set[str] = set()
    for link in staff.make_ups:
        miss = missed.get(link.session)
        if link.session not in results:
            links.dangling.append((link.session, milliseconds(link.starts_at)))
        if miss is None or miss.program is None or link.session in links.mends:
            continue
        other = results.get(link.make_up)
        policy = policies.at(miss.program, miss.starts_at or 0)
        why = _refusal(link, miss, other, regular, used, policy)
        there = other is not None and credited(other, staff)
        if why is None and other is not None and other.over and not there:
            # Whether a session that needs a review can mend anything is for staff to say first.
            why = None if other.needs_review else "not_attended"
        if why is None and other is None and milliseconds(link.starts_at) <= now:
            why = "unknown_session"
        if why is not None:
            links.remarks.append((link.session, why))
            continue
        used.add(link.make_up)
        if other is not None and there:
            links.mends[link.session] = _mend("made_up", miss, other, staff)
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


def _mend(outcome: Outcome, miss: Result, other: Result, staff: Said) -> Mend:
    # Attended ahead of the session that it stands in for, it mends from the first.
    at = max(other.ends_at, miss.ends_at)
    whole = set_by_staff(other, staff) is not None
    attended_ms = other.whole_ms if whole else other.attended_ms
    return Mend(outcome, other.session, at, min(attended_ms, miss.whole_ms))


def _switches(
    missed: Sequence[Result], spare: Sequence[Result], staff: Said, policies: Policies
) -> dict[str, Mend]:
    """Missed sessions paired with others of the same kind, in order of start."""
    found: dict[str, Mend] = {}
    left = sorted(spare, key=by_time)
    for miss in missed:
        for other in left:
            if _stands_in(other, miss, policies):
                found[miss.session] = _mend("switched", miss, other, staff)
                left.remove(other)
                break
    return found


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
