"""Excusing: whom a bulk excuse is about."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.instants import instant
from schemas.policy import Policies
from streams.recording.known import Session


class Excuse(NamedTuple):
    """One person's absence of one session."""

    session: Session
    participant: str


def on_day(
    sessions: Iterable[Session], day: date, program: str | None, policies: Policies
) -> list[Session]:
    """The sessions that start on `day` in their program's zone, of one program or of all."""
    return [
        each
        for each in sessions
        if program in (None, each.program) and _local_day(each, policies) == day
    ]


def excuses(sessions: Iterable[Session]) -> list[Excuse]:
    """Everyone on the rosters of these sessions, in order; cancelled ones ask nothing."""
    return [
        Excuse(session, participant)
        for session in sorted(sessions, key=lambda each: (each.starts_at, each.session))
        for participant in sorted(session.people)
        if not session.cancelled
    ]


def _local_day(session: Session, policies: Policies) -> date:
    zone = policies.at(session.program, session.starts_at).zone
    return instant(session.starts_at).astimezone(ZoneInfo(zone)).date()
