"""`rollcall tail`: scores, weeks, violations and recommendations as they are published."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import click
import msgspec

from schemas.codec import ERRORS, decoder
from schemas.dead_letter import Entry
from schemas.instants import rfc3339
from schemas.outputs import OUTPUTS, Output
from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.options import json_option
from streams.commands.pipes import silent_when_unread
from streams.commands.tail_lines import line
from streams.following import Follower

Filters = Mapping[str, Collection[str]]

DECODERS: Mapping[str, Callable[[bytes | None], Any]] = {
    topic: decoder(record) for topic, record in OUTPUTS.items()
}
RECORDS = {topic: record.__name__.lower() for topic, record in OUTPUTS.items()}


@click.command()
@bootstrap_option
@prefix_option
@click.option("--scores", is_flag=True, help="Only scores.")
@click.option("--weeks", is_flag=True, help="Only weeks.")
@click.option("--violations", is_flag=True, help="Only violations.")
@click.option("--recommendations", is_flag=True, help="Only recommendations.")
@click.option("--session", multiple=True, help="Only of this session; may be repeated.")
@click.option("--participant", multiple=True, help="Only of this person; may be repeated.")
@click.option("--program", multiple=True, help="Only of this program; may be repeated.")
@click.option("--from-beginning", is_flag=True, help="First all that the log still holds.")
@json_option
def tail(
    bootstrap: str,
    prefix: str,
    scores: bool,
    weeks: bool,
    violations: bool,
    recommendations: bool,
    from_beginning: bool,
    as_json: bool,
    **filters: tuple[str, ...],
) -> None:
    """Show changes as they are published.

    One line for each score, week, violation and recommendation, until Ctrl-C. Options of one
    kind may be combined. A broker that is away is waited for.
    """
    chosen = zip(OUTPUTS, (scores, weeks, violations, recommendations), strict=True)
    names = [name for name, wanted in chosen if wanted] or list(OUTPUTS)
    *several, last = (f"{RECORDS[name]}s" for name in names)
    what = f"{', '.join(several)} and {last}" if several else last
    follower = Follower(
        bootstrap,
        [prefix + name for name in names],
        from_beginning=from_beginning,
        on_away=lambda reason: click.echo(f"{reason}; waiting for it", err=True),
        on_here=lambda: click.echo(f"following {what} at {bootstrap}; Ctrl-C ends", err=True),
    )
    try:
        with silent_when_unread():
            for topic, entry in follower.entries():
                _show(topic.removeprefix(prefix), entry, filters, as_json)
    except KeyboardInterrupt:
        return


def _show(topic: str, entry: Entry, filters: Filters, as_json: bool) -> None:
    try:
        record = DECODERS[topic](entry.value)
    except ERRORS:
        click.echo(f"{topic}: no record of ours at offset {entry.offset}", err=True)
        return
    if not _asked_for(record, filters):
        return
    if as_json:
        head = {"record": RECORDS[topic], "appended_at": rfc3339(entry.timestamp)}
        click.echo(msgspec.json.encode(head | msgspec.to_builtins(record)))
        return
    at = datetime.fromtimestamp(entry.timestamp / 1000).astimezone()
    click.echo(f"{at:%Y-%m-%d %H:%M:%S}  {line(record)}")


def _asked_for(record: Output, filters: Filters) -> bool:
    """What is about no single session is not of the session that was asked for."""
    return all(
        not chosen or getattr(record, name, None) in chosen for name, chosen in filters.items()
    )
