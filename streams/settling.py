"""Settling: when everything that a log tells of has come to its end.

A log also holds plans of what lies ahead of it. Until those sessions begin they are to come, so
the clock must not run on to where they would count as sessions from which nothing was heard.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.policy import Policies
from streams.care.calendar import week_of
from streams.session.facts import SessionFacts
from streams.session.measure import final_at
from streams.session.window import effective


class Settled(NamedTuple):
    """When all sessions that have begun are final, and when their weeks are closed, too (ms).

    `weeks` is None while one of those weeks still has sessions to come.
    """

    sessions: int
    weeks: int | None


def settled(sessions: Iterable[SessionFacts], policies: Policies, heard_until: int = 0) -> Settled:
    """Until when the clock has to run after the last record of these sessions.

    `heard_until` (ms) is when something was heard at the latest of sessions not among them.
    """
    known = list(sessions)
    heard_until = max((heard_until, *(_heard_until(facts) for facts in known)))
    finals, weeks, ahead = [0], [0], []
    for facts in known:
        plan = effective(facts.plans)
        if plan is not None and heard_until and plan.starts_at > heard_until:
            ahead.append(plan.starts_at)
            continue
        finals.append(final_at(facts, policies))
        if plan is not None:
            weeks.append(week_of(plan.program, plan.starts_at, policies).ends)
    final = max(finals)
    closed = max(final, *weeks)
    return Settled(final, None if any(at < closed for at in ahead) else closed)


def _heard_until(facts: SessionFacts) -> int:
    """The last sign of life, or of an end; without any there is nothing to tell time by."""
    return max(facts.last_sign or 0, facts.first_signal or 0, facts.ended_at or 0)
