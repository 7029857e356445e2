"""`rollcall record excuse-all`: everyone is excused from a session, or from a day's sessions."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import click

from schemas.care import AbsenceDecided, CareEvent
from schemas.checking import RefusedError
from schemas.instants import instant, rfc3339
from streams.commands.destination import ERRORS, to_destination
from streams.commands.options import one_line_errors, policy_option
from streams.commands.pipes import silent_when_unread
from streams.commands.record_options import Day, Moment
from streams.policies import load
from streams.recording.destination import Destination
from streams.recording.excusing import Excuse, excuses, on_day
from streams.recording.known import Session
from streams.recording.settling import Said, settled

UNNAMED = "unnamed"
ANY_ZONE = timedelta(days=1)
"""Wherever the program is, its day lies within a day of the same date in UTC."""


@click.command("excuse-all")
@click.option("--session", help="Everyone on the roster of this session.")
@click.option("--day", type=Day(), help="Everyone in sessions that start on this day.")
@click.option("--program", help="With --day: only sessions of this program.")
@click.option("--reason-code", required=True, help="Why, as a code of yours; never free text.")
@policy_option
@click.option("--at", type=Moment(), help="When it was decided.  [default: now]")
@click.option("--source", default="staff", show_default=True, help="Who tells it, as a code.")
@click.option("--withdraw", is_flag=True, help="Take back what the same command has said.")
@click.option("--yes", is_flag=True, help="Do it; without, nothing is written.")
@to_destination
def excuse_all(
    destination: Destination,
    session: str | None,
    day: date | None,
    program: str | None,
    reason_code: str,
    policies: Sequence[Path],
    at: datetime | None,
    source: str,
    withdraw: bool,
    yes: bool,
) -> None:
    """Excuse everyone from a session, or from a day's sessions.

    Lists whom it would excuse; with --yes it accepts these absences. Whoever attends keeps the
    credit. Days are those of the program's zone.
    """
    if (session is None) == (day is None):
        raise click.UsageError("give either --session or --day")
    said = Said(withdraw=withdraw, at_given=at is not None)
    at = at or instant(time.time_ns() // 1_000_000)
    with one_line_errors(*ERRORS):
        sessions = _sessions(destination, session, day, program, policies)
        found = excuses(sessions)
        if not found:
            raise RefusedError("nobody is on the roster of such a session")
        known = destination.of_people({each.participant for each in found})
        facts = [settled(_decision(each, reason_code, at, source), known, said) for each in found]
        if yes:
            destination.post([fact for fact in facts if fact is not None])
    with silent_when_unread():
        _tell(found, facts, yes)


def _sessions(
    destination: Destination,
    session: str | None,
    day: date | None,
    program: str | None,
    policies: Sequence[Path],
) -> list[Session]:
    if not destination.knows_sessions:
        raise RefusedError(
            "session: there is nowhere to look rosters up: give --database, or --to a file that "
            "has the sessions"
        )
    known = destination.of_people(())
    if day is None:
        sessions = destination.with_sessions(known, (str(session),)).sessions
        if session not in sessions:
            raise RefusedError(f"session: {session} is no known session")
        return [sessions[session]]
    midnight = datetime.combine(day, clock(), UTC)
    known = destination.with_span(known, midnight - ANY_ZONE, midnight + 2 * ANY_ZONE)
    return on_day(known.sessions.values(), day, program, load(policies))


def _decision(excuse: Excuse, reason_code: str, at: datetime, source: str) -> AbsenceDecided:
    return AbsenceDecided(
        id=UNNAMED,
        entity=UNNAMED,
        source=source,
        at=at,
        participant=excuse.participant,
        session=excuse.session.session,
        accepted=True,
        reason_code=reason_code,
    )


def _tell(found: Sequence[Excuse], facts: Sequence[CareEvent | None], yes: bool) -> None:
    for excuse, fact in zip(found, facts, strict=True):
        state = "already" if fact is None else "taken back" if fact.withdrawn else "excused"
        session = excuse.session
        line = f"{rfc3339(session.starts_at)}  {session.session}  {session.program}"
        click.echo(f"{line}  {excuse.participant}  {state}", err=True)
    new = sum(fact is not None for fact in facts)
    told = f"{new} recorded" if yes else f"{new} would be recorded; --yes does it"
    click.echo(f"{told}, {len(facts) - new} of {len(facts)} already are", err=True)
