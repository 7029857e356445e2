"""Outcome: what each session of a person counts as (measures.md 3.1).

The first that applies: what staff set, `credited`, `made_up`, `switched`, `excused`, `pending`,
`unexcused`; a session that is not over is `to_come`, unless its absence is excused already.
"""

from collections.abc import Container, Mapping
from typing import NamedTuple

from schemas.policy import Policies
from schemas.week import Outcome
from streams.care.excuse import NONE, OF_THE_HOST, Excuse
from streams.care.facts import Result
from streams.care.membership import regular
from streams.care.mend import Links, Mend, by_time, credited, mends, set_by_staff
from streams.care.staff import Said


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


class Outcomes(NamedTuple):
    """Every session that is asked of the person, by time, and what make-ups came to."""

    counted: list[Counted]
    links: Links


def outcomes(
    results: Mapping[str, Result],
    staff: Said,
    asked: Container[str],
    excused: Mapping[str, Excuse],
    policies: Policies,
    now: int,
) -> Outcomes:
    """The outcome of each session that a person is `asked` to, at `now` ms."""
    own = sorted((each for each in results.values() if regular(each, asked)), key=by_time)
    chosen = {each.session: outcome for each in own if (outcome := set_by_staff(each, staff))}
    missed = {
        each.session: each
        for each in own
        if each.over and not credited(each, staff) and each.session not in chosen
        if not each.needs_review
    }
    links = mends(results, {each.session for each in own}, missed, staff, policies, now)
    counted = [
        _count(each, chosen.get(each.session), links.mends.get(each.session), excused, now)
        for each in own
    ]
    return Outcomes(counted, links)


def _count(
    result: Result,
    chosen: Outcome | None,
    mend: Mend | None,
    excused: Mapping[str, Excuse],
    now: int,
) -> Counted:
    excuse = excused.get(result.session, NONE)
    outcome, reason = _outcome(result, mend, excuse, now)
    if chosen is not None:
        outcome, reason, mend = chosen, "override", None
    return Counted(
        result=result,
        program=result.program or "",
        starts_at=result.starts_at or 0,
        outcome=outcome,
        reason=reason,
        mend=mend,
        staff=chosen is not None,
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
    if result.standing == "attended":
        return ("credited", None)
    if mend is not None:
        return (mend.outcome, None)
    if excused.reason is not None:
        return ("excused", excused.reason)
    return ("pending", "notice") if excused.pending(now) else ("unexcused", None)
