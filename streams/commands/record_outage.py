"""`rollcall record outage`: a platform, a program or some sessions were down."""

import time
from datetime import datetime, timedelta
from typing import Any

import click

from schemas.checking import RefusedError
from schemas.instants import instant
from schemas.telemetry import LONGEST_SESSION
from streams.commands.destination import ERRORS, to_destination
from streams.commands.options import one_line_errors
from streams.commands.record_options import Moment
from streams.recording.destination import Destination
from streams.recording.known import Known
from streams.recording.outages import Declared, fanned_out, touched
from streams.recording.sessions import of_sessions
from streams.rooms import LEAD_MS, Rooms

LEAD = timedelta(milliseconds=LEAD_MS)


@click.command()
@click.option("--from", "begins", type=Moment(), required=True, help="When it began.")
@click.option("--until", "ends", type=Moment(), required=True, help="Until when (exclusive).")
@click.option("--platform", help="Every session booked in a room of this platform, such as zoom.")
@click.option("--program", help="Every session of this program.")
@click.option("--session", "sessions", multiple=True, help="This session; may be repeated.")
@click.option("--at", type=Moment(), help="When it was said.  [default: now]")
@click.option("--source", default="staff", show_default=True, help="Who tells it, as a code.")
@click.option("--entity", help="Which outage it revises.  [default: of the same kind and --from]")
@click.option(
    "--revision",
    type=click.IntRange(0, 2**53),
    help="Its revision.  [default: one above what is known]",
)
@click.option("--withdraw", is_flag=True, help="Take back what the same command has said.")
@click.option("--dry-run", is_flag=True, help="Check and tell, but write nothing.")
@to_destination
def outage(
    destination: Destination,
    *,
    at: datetime | None,
    sessions: tuple[str, ...],
    withdraw: bool,
    dry_run: bool,
    **said: Any,
) -> None:
    """Record an outage, once for every session that it touches.

    Nobody's attendance counts the time of an outage. Give --platform, --program (with both: the
    program's sessions on the platform), or sessions. Sessions touched are those planned or booked
    at that time, half an hour before their start included, as far as the destination or the
    database know them. Repeating it changes nothing, and finds sessions planned since; another
    end revises it.
    """
    if bool(sessions) == bool(said["platform"] or said["program"]):
        raise click.UsageError("give --platform, --program or both, or else --session")
    declared = Declared(
        at=at or instant(time.time_ns() // 1_000_000),
        sessions=tuple(sorted(set(sessions))),
        withdrawn=withdraw,
        **said,
    )
    with one_line_errors(*ERRORS):
        known = _known(destination, declared)
        about = _touched(declared, known)
        records = fanned_out(declared, about, known.outages if known.complete else None)
        already = {session for session, entity in known.outages if entity == declared.name}
        if withdraw and known.complete and not already:
            raise RefusedError("there is no such outage to take back")
        if not dry_run:
            destination.post(records)
    done = "would be " if dry_run else ""
    word = "taken back" if withdraw else "recorded"
    for each in records:
        told = f"{done}{word} in {destination}, revision {each.revision}"
        click.echo(f"outage: {each.session}: {told}", err=True)
    unchanged = len(about | already) - len(records)
    click.echo(f"outage: {len(records)} {done}{word}, {unchanged} as before", err=True)


def _known(destination: Destination, declared: Declared) -> Known:
    known = of_sessions(destination, declared.sessions)
    if declared.sessions:
        return destination.with_sessions(known, declared.sessions)
    if not known.complete and destination.database_url is None:
        raise RefusedError(
            "there is nowhere to look sessions up: give --kafka, --database, or --to a file that "
            "has them"
        )
    return destination.with_span(known, declared.begins - LONGEST_SESSION, declared.ends + LEAD)


def _touched(declared: Declared, known: Known) -> set[str]:
    rooms = Rooms()
    for booking in known.bookings.values():
        rooms.take(booking)
    about = touched(declared, rooms, known.sessions.values())
    if known.complete:
        for session in declared.sessions:
            if session not in known.sessions and session not in known.bookings:
                raise RefusedError(f"session: {session} is no known session")
    if not about and not declared.withdrawn:
        raise RefusedError("no session that is known here was planned at that time")
    return about
