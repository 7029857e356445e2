"""`rollcall record identified`: staff tell who it is that a platform calls by an alias."""

import time
from collections.abc import Sequence
from datetime import datetime

import click

from schemas.identity import Identity
from schemas.instants import instant
from streams.commands.destination import ERRORS, to_destination
from streams.commands.options import one_line_errors
from streams.commands.record_options import Moment
from streams.recording.destination import Destination
from streams.recording.identifying import Told, identified

UNNAMED = "unnamed"


@click.command("identified")
@click.argument("alias")
@click.argument("participant")
@click.option(
    "--session",
    "sessions",
    required=True,
    multiple=True,
    help="A session in which the alias was seen; may be repeated.",
)
@click.option("--at", type=Moment(), help="When it was said.  [default: now]")
@click.option("--source", default="staff", show_default=True, help="Who tells it, as a code.")
@click.option("--withdraw", is_flag=True, help="Take back what the same command has said.")
@to_destination
def identified_command(
    destination: Destination,
    alias: str,
    participant: str,
    sessions: Sequence[str],
    at: datetime | None,
    source: str,
    withdraw: bool,
) -> None:
    """The pseudonym ALIAS is PARTICIPANT: in each --session, and from now on wherever it comes.

    What was seen of the alias in these sessions counts as the participant's. An alias that was
    somebody else's is moved. A name or an address is no alias: `rollcall keys pseudonym` makes
    one of it.
    """
    identity = Identity(
        id=UNNAMED,
        source=source,
        at=at or instant(time.time_ns() // 1_000_000),
        alias=alias,
        participant=participant,
    )
    with one_line_errors(*ERRORS):
        known = destination.of_alias(alias, sessions)
        told = identified(identity, sessions, known, withdraw)
        destination.post([each.record for each in told if each.record is not None])
    for each in told:
        click.echo(f"identified: {alias}: {_told(each, destination)}", err=True)


def _told(told: Told, destination: Destination) -> str:
    if told.record is None:
        return f"{told.place}: nothing to do, this is recorded already"
    done = "taken back" if told.record.withdrawn else "recorded"
    return f"{told.place}: {done} in {destination}, revision {told.record.revision}"
