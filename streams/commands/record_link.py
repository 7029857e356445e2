"""`rollcall record link`: what happened without a plan happened in a planned session."""

import time
from collections import Counter
from datetime import datetime

import click

from schemas.instants import instant
from streams.commands.destination import ERRORS, to_destination
from streams.commands.options import one_line_errors
from streams.commands.record_options import Moment
from streams.recording.destination import Destination
from streams.recording.linking import Ends, Link, linked
from streams.recording.sessions import telemetry_of, times_of


@click.command()
@click.argument("unscheduled")
@click.argument("scheduled")
@click.option("--at", type=Moment(), help="When it was decided.  [default: now]")
@click.option("--source", default="staff", show_default=True, help="Who tells it, as a code.")
@click.option("--dry-run", is_flag=True, help="Check and tell, but write nothing.")
@to_destination
def link(
    destination: Destination,
    unscheduled: str,
    scheduled: str,
    at: datetime | None,
    source: str,
    dry_run: bool,
) -> None:
    """Link the session UNSCHEDULED, which has no plan, to SCHEDULED, which has one.

    What happened in UNSCHEDULED is said again of SCHEDULED, with the same ids, and UNSCHEDULED
    becomes void, so that it counts for nobody. Repeating it adds only what came late. It cannot
    be taken back: what is said of a session stays said. Do it while SCHEDULED may still be
    corrected (session.corrections_for, 10 days); later it is a dead letter.

    With --kafka the log is read for both sessions, else the file given by --to. A plan that the
    log no longer has is looked up in the rooms booked, and in the database.
    """
    with one_line_errors(*ERRORS):
        found = linked(
            _ends(destination, unscheduled),
            _ends(destination, scheduled),
            source,
            at or instant(time.time_ns() // 1_000_000),
        )
        if not dry_run:
            destination.repeat(found.events)
            destination.post([] if found.void is None else [found.void])
    _tell(found, unscheduled, scheduled, destination, dry_run)


def _ends(destination: Destination, session: str) -> Ends:
    telemetry = telemetry_of(destination, session)
    return Ends(session, telemetry, times_of(destination, session, telemetry))


def _tell(
    found: Link, unscheduled: str, scheduled: str, destination: Destination, dry_run: bool
) -> None:
    known = f"{found.known} there already"
    kinds = Counter(str(each.__struct_config__.tag) for each in found.events)
    parts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    if not found.events and found.void is None:
        click.echo(f"link: nothing to do, {unscheduled} is linked already; {known}", err=True)
        return
    done = "would go" if dry_run else "went"
    told = f"{len(found.events)} events{f' ({parts})' if parts else ''}"
    click.echo(f"link: {told} of {unscheduled} {done} to {scheduled} in {destination}", err=True)
    void = "" if found.void is None else f"; {unscheduled} {'would be' if dry_run else 'is'} void"
    click.echo(f"link: {known}{void}", err=True)
