"""`rollcall tail`: scores and violations as they are published."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import click
import msgspec

from schemas.codec import ERRORS, decoder
from schemas.dead_letter import Entry
from schemas.instants import rfc3339
from schemas.score import Score
from schemas.topics import SCORES, VIOLATIONS
from schemas.violation import Violation
from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.options import json_option
from streams.commands.pipes import silent_when_unread
from streams.commands.score_text import minutes, share
from streams.following import Follower

Filters = Mapping[str, Collection[str]]

DECODERS: Mapping[str, Callable[[bytes | None], Any]] = {
    SCORES.name: decoder(Score),
    VIOLATIONS.name: decoder(Violation),
}
RECORDS = {SCORES.name: "score", VIOLATIONS.name: "violation"}
COLOURS = {"critical": "red", "warning": "yellow", "info": "cyan"}
OVER = frozenset({"resolved", "stood", "retracted"})


@click.command()
@bootstrap_option
@prefix_option
@click.option("--scores", is_flag=True, help="Only scores.")
@click.option("--violations", is_flag=True, help="Only violations.")
@click.option("--session", multiple=True, help="Only of this session; may be repeated.")
@click.option("--participant", multiple=True, help="Only of this person; may be repeated.")
@click.option("--program", multiple=True, help="Only of this program; may be repeated.")
@click.option("--from-beginning", is_flag=True, help="First all that the log still holds.")
@json_option
def tail(
    bootstrap: str,
    prefix: str,
    scores: bool,
    violations: bool,
    from_beginning: bool,
    as_json: bool,
    **filters: tuple[str, ...],
) -> None:
    """Show changes as they are published.

    One line for each score and violation, until Ctrl-C. A broker that is away is waited for.
    """
    wanted = {SCORES.name: scores, VIOLATIONS.name: violations}
    names = [name for name, chosen in wanted.items() if chosen] or list(wanted)
    what = " and ".join(f"{RECORDS[name]}s" for name in names)
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
    if any(chosen and getattr(record, name) not in chosen for name, chosen in filters.items()):
        return
    if as_json:
        head = {"record": RECORDS[topic], "appended_at": rfc3339(entry.timestamp)}
        click.echo(msgspec.json.encode(head | msgspec.to_builtins(record)))
        return
    at = datetime.fromtimestamp(entry.timestamp / 1000).astimezone()
    subject = f"{at:%Y-%m-%d %H:%M:%S}  {record.session:<12} {record.participant or '-':<12}"
    click.echo(f"{subject} {_of_violation(record) if topic == VIOLATIONS.name else _of(record)}")


def _of(score: Score) -> str:
    attended = f"{share(score.attendance)} of {minutes(score.window_ms)}"
    level = score.level if score.participation is None else f"{score.level} {score.participation}"
    marks: list[str] = [score.phase] if score.phase != "running" else []
    marks += [name for name in ("correction", "withdrawn") if getattr(score, name)]
    return f"{score.standing:<9} {attended:<22} {level:<13} {', '.join(marks)}".rstrip()


def _of_violation(violation: Violation) -> str:
    text = f"{violation.rule} {violation.status} ({violation.severity}): {violation.label}"
    if violation.excuse or violation.reason:
        text += f" [{violation.excuse or violation.reason}]"
    over = violation.status in OVER
    return click.style(text, fg=None if over else COLOURS[violation.severity], dim=over)
