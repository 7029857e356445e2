"""`rollcall roster import`: enrolments, aliases and sessions from files that planners keep."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click

from schemas.instants import instant
from streams.commands.destination import ERRORS, to_destination
from streams.commands.options import one_line_errors, policy_option
from streams.commands.record_options import Day, Moment
from streams.policies import load
from streams.pseudonyms.ring import RingError, read_ring
from streams.recording.destination import Destination
from streams.roster.changes import News
from streams.roster.importing import Files, Manner, imported
from streams.roster.plan import Teller

LONGEST_SPAN_DAYS = 400
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def roster() -> None:
    """Who is enrolled where, and when sessions take place."""


@roster.command("import")
@click.argument("people", metavar="PEOPLE.csv", type=A_FILE)
@click.argument("calendar", metavar="[SESSIONS.ics]", type=A_FILE, required=False)
@click.option("--from", "first", type=Day(), help="The first day whose sessions are imported.")
@click.option("--until", type=Day(), help="The day after the last one.")
@policy_option
@click.option(
    "--program",
    "programs",
    multiple=True,
    help="A known program; may be repeated.  [default: those with a policy, else the calendar's]",
)
@click.option(
    "--keys",
    type=A_FILE,
    metavar="FILE",
    help="The key ring (`rollcall keys`) that makes pseudonyms of rooms, and of ids and addresses "
    "in aliases.",
)
@click.option("--at", type=Moment(), help="When this was said.  [default: now]")
@click.option("--source", default="roster", show_default=True, help="Who tells it, as a code.")
@click.option(
    "--revision",
    type=click.IntRange(0, 2**53),
    default=0,
    help="The least revision of what is new or changed, where nothing else tells that it changed.",
)
@click.option("--complete", is_flag=True, help="What was imported before and is missing is over.")
@click.option("--dry-run", is_flag=True, help="Check and tell, but write nothing.")
@to_destination
def import_(
    destination: Destination,
    people: Path,
    calendar: Path | None,
    first: date | None,
    until: date | None,
    policies: Sequence[Path],
    programs: Sequence[str],
    keys: Path | None,
    at: datetime | None,
    source: str,
    revision: int,
    complete: bool,
    dry_run: bool,
) -> None:
    """Import people from a CSV, and their sessions from an iCalendar file.

    \b
    The CSV has a header and one row for each enrolment:
      participant, program      pseudonym and code
      enrolled_from             a day of the program's zone, or an instant
      series                    series attended (blanks or ; between), * for all of the program
      enrolled_until, discharge_reason, priority (yes/no), weekly_minutes,
      aliases, exempt           may be left out; lists with blanks or ; between
    Aliases are pseudonyms. With --keys they may be ids, as zoom:ID, and addresses: these become
    pseudonyms under the newest key, and go nowhere themselves.

    \b
    Each event of the calendar has X-ROLLCALL-PROGRAM and X-ROLLCALL-KIND, and may have
    X-ROLLCALL-SERIES (else its UID), -ROOM, -HOSTS and -DELIVERY. Nothing else of it is
    read but times, exceptions and STATUS. A room is a code, or `zoom:123 4567 8901`: with
    --keys it is booked under its pseudonym, and what Zoom says of it is about the session.

    All is checked first, and nothing is written if anything is wrong. What is known where the
    records go is not said again; what changed becomes a higher revision. With --kafka and --to
    the file is what was sent before; with --kafka alone the topics are read for it, and a
    session that they do not know gets the second of --at as its revision.
    """
    span = _days(calendar, first, until)
    teller = Teller(source, at or instant(time.time_ns() // 1_000_000))
    manner = Manner(teller, revision, complete, destination.forgets)
    with one_line_errors(*ERRORS, RingError):
        key = None if keys is None else read_ring(keys).newest
        files = Files(people, calendar, *span, programs, key)
        found, records = imported(files, load(policies), destination.of_everything(), manner)
        if not dry_run:
            destination.post(records)
    _tell(found, complete, dry_run, destination)


def _days(calendar: Path | None, first: date | None, until: date | None) -> tuple[date, date]:
    if calendar is None:
        return date.min, date.min
    if first is None or until is None:
        raise click.UsageError("sessions need --from and --until")
    if not 0 < (until - first).days <= LONGEST_SPAN_DAYS:
        raise click.UsageError(f"--until must follow --from by 1 to {LONGEST_SPAN_DAYS} days")
    return first, until


def _tell(found: News, complete: bool, dry_run: bool, destination: Destination) -> None:
    done = "would go" if dry_run else "went"
    parts = f"{len(found.new)} new, {len(found.changed)} changed"
    ended = f", {len(found.missing)} taken back" if complete and found.missing else ""
    click.echo(f"{parts}{ended} {done} to {destination}; {found.unchanged} unchanged", err=True)
    if found.missing and not complete:
        click.echo(
            f"{len(found.missing)} imported before are missing in these files: they stay as "
            "they are; --complete cancels such sessions and withdraws such enrolments",
            err=True,
        )
