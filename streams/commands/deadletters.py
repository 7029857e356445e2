"""`rollcall deadletters`: what could not be taken in, and sending it again."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import click
from rich.console import Console

from schemas.topics import TOPICS
from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.deadletters_text import (
    details,
    fields,
    in_full,
    line,
    outcome_table,
    reason_table,
)
from streams.commands.journal import quiet_clients
from streams.commands.options import InstantType, json_option, one_line_errors
from streams.commands.pipes import silent_when_unread
from streams.commands.plain import echo
from streams.commands.progress import shown
from streams.committed import ReadingError
from streams.deadletters.again import SOURCES
from streams.deadletters.choice import Filters, Wanted
from streams.deadletters.listing import Listing, find
from streams.deadletters.redrive import Redrive
from streams.deadletters.sending import SendError

_OPTIONS = (
    bootstrap_option,
    prefix_option,
    click.option(
        "--group",
        envvar="ROLLCALL_REDRIVE_GROUP",
        default="rollcall.redrive",
        show_default=True,
        show_envvar=True,
        help="The consumer group that knows what was sent again.",
    ),
    click.option("--since", type=InstantType(), help="Only what was refused from then on."),
    click.option("--reason", "reasons", multiple=True, help="Only of this; may be repeated."),
    click.option("--topic", "topics", multiple=True, help="Only about this; may be repeated."),
)


class PlaceType(click.ParamType):
    """PARTITION:OFFSET, as `list` shows it."""

    name = "place"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Both as numbers."""
        partition, _, offset = str(value).partition(":")
        if not all(
            each.isascii() and each.isdigit() and len(each) < 19 for each in (partition, offset)
        ):
            self.fail(f"{value!r} is not PARTITION:OFFSET, such as 3:41", param, ctx)
        return int(partition), int(offset)


def _chosen(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def deadletters() -> None:
    """What could not be taken in: see it, and send it again."""


@deadletters.command("list")
@_chosen
@click.option(
    "--max",
    "most",
    type=click.IntRange(0, 1_000_000),
    default=50,
    show_default=True,
    help="Show so many, the newest; all are counted.",
)
@json_option
def list_(
    bootstrap: str,
    prefix: str,
    group: str,
    since: int | None,
    reasons: Sequence[str],
    topics: Sequence[str],
    most: int,
    as_json: bool,
) -> None:
    """Show dead letters, and count them by reason.

    A line for each: its place, when it was refused, why, what it is about, which event, and
    whether it was sent again.
    """
    quiet_clients()
    filters = _filters(prefix, since, reasons, topics)
    with one_line_errors(ReadingError), silent_when_unread():
        listing = Listing(bootstrap, prefix, filters, most, group=prefix + group)
        for letter in listing.newest:
            again = listing.sent_again(letter)
            echo(_json(fields(letter, again)) if as_json else line(letter, again))
        if listing.tallies and not as_json:
            Console().print(reason_table(listing.tallies))
        elif not listing.tallies:
            click.echo("there are no such dead letters", err=True)


@deadletters.command()
@bootstrap_option
@prefix_option
@click.argument("place", metavar="PARTITION:OFFSET", type=PlaceType())
@json_option
def show(bootstrap: str, prefix: str, place: tuple[int, int], as_json: bool) -> None:
    """Show one dead letter with all its headers and its value.

    What a terminal would act on is escaped; bytes that are no UTF-8 are shown as base64.
    """
    quiet_clients()
    with one_line_errors(ReadingError), silent_when_unread():
        letter = find(bootstrap, prefix, place)
        if letter is None:
            raise click.ClickException("there is no dead letter at {}:{}".format(*place))
        if as_json:
            click.echo(_json(in_full(letter)))
            return
        for each in details(letter):
            echo(each)


@deadletters.command()
@_chosen
@click.option("--max", "most", type=click.IntRange(1), help="Send no more than so many.")
@click.option(
    "--attempts",
    type=click.IntRange(1, 100_000),
    default=3,
    show_default=True,
    help="Leave alone what was tried so often, the first time included.",
)
@click.option("--to", metavar="TOPIC", help="Send there.  [default: where each came from]")
@click.option("--dry-run", is_flag=True, help="Only count what would be sent, and what not.")
@json_option
def redrive(
    bootstrap: str,
    prefix: str,
    group: str,
    since: int | None,
    reasons: Sequence[str],
    topics: Sequence[str],
    most: int | None,
    attempts: int,
    to: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send the records of dead letters to their topics again.

    Of what is not sent now, because it is not asked for or left alone, nothing is lost: the next
    redrive finds it. What was sent is not sent twice; should this be cut off, a record may be,
    which changes nothing. A record that fails again becomes a letter with a higher attempt.
    """
    quiet_clients()
    wanted = Wanted(
        _filters(prefix, since, reasons, topics),
        attempts,
        _target(prefix, to),
        frozenset(prefix + topic for topic in SOURCES),
    )
    run = Redrive(
        bootstrap=bootstrap, prefix=prefix, group=prefix + group, wanted=wanted, most=most
    )
    with one_line_errors(ReadingError, SendError):
        if dry_run:
            found = run.rehearse()
        else:
            with shown("sent again", None) as progress:
                found = run.run(progress)
    if as_json:
        outcomes = [
            {"reason": reason, "outcome": outcome, "letters": letters}
            for (reason, outcome), letters in sorted(found.items())
        ]
        click.echo(_json({"dry_run": dry_run, "outcomes": outcomes}))
    elif found:
        Console().print(outcome_table(found, dry_run))
    else:
        click.echo("there are no dead letters to send again", err=True)


def _filters(
    prefix: str, since: int | None, reasons: Sequence[str], topics: Sequence[str]
) -> Filters:
    """A topic may be named with or without the prefix."""
    about = frozenset({*topics, *(prefix + topic for topic in topics)})
    return Filters(frozenset(reasons) or None, about or None, since)


def _target(prefix: str, to: str | None) -> str | None:
    kept = {prefix + topic.name for topic in TOPICS if topic.name not in SOURCES}
    if to in kept:
        raise click.UsageError(f"--to {to}: dead letters do not go there; only its own writers do")
    return to


def _json(body: dict[str, Any]) -> str:
    """In ASCII, which no terminal acts on, and which says the same."""
    return json.dumps(body)
