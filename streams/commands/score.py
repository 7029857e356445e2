"""`rollcall score`: the final scores and violations of a log, offline."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from schemas.publication import Publication
from schemas.topics import SCORES, VIOLATIONS
from streams.commands.options import InstantType, one_line_errors, policy_option
from streams.local import Local, Looked
from streams.logs import read
from streams.policies import load
from streams.session.measure import final_at

RECORDS = {SCORES.name: "score", VIOLATIONS.name: "violation"}
PUBLICATION = frozenset(Publication.__struct_fields__)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--as-of", type=InstantType(), help="Score as known then; default: once all is final."
)
@policy_option
@click.option(
    "--json/--table",
    "as_json",
    default=None,
    help="One JSON object a line, or tables; default: tables on a terminal.",
)
def score(
    files: tuple[Path, ...], as_of: int | None, policies: tuple[Path, ...], as_json: bool | None
) -> None:
    """Score the sessions in FILES (NDJSON; - is standard input).

    Lines are telemetry and care records; the append time of a line is its `appended_at`, or
    its `at`. Refused lines are told on standard error and change nothing around them.
    """
    with one_line_errors(OSError):
        looked = score_files(files, as_of, policies)
    for dead in sorted(looked.dead_letters, key=lambda dead: dead.arrival.offset):
        click.echo(f"line {dead.arrival.offset}: {dead.reason}: {dead.detail}", err=True)
    found = sorted(_records(looked), key=_place)
    if as_json is None:
        as_json = not click.get_text_stream("stdout").isatty()
    if as_json:
        for record in found:
            click.echo(msgspec.json.encode(record))
        return
    Console().print(_scores(found), _violations(found), sep="\n")


def score_files(files: Sequence[Path], as_of: int | None, policies: Sequence[Path]) -> Looked:
    """One look at everything that `files` hold up to `as_of` ms, default: when all is final."""
    rules = load(policies)
    local = Local(rules, seals=False)
    local.take(routed for routed in read(files) if as_of is None or routed.entry.timestamp <= as_of)
    if as_of is None:
        finals = [final_at(facts, rules) for _, facts in local.session.each()]
        as_of = max(finals, default=0)
    looked = local.look(as_of, everything=True)
    for fault in looked.faults:
        raise fault
    return looked


def _records(looked: Looked) -> Iterator[dict[str, Any]]:
    for change in looked.changes:
        kind = RECORDS.get(change.topic)
        if kind is not None:
            body = msgspec.json.decode(change.value)
            yield {
                "record": kind,
                **{key: value for key, value in body.items() if key not in PUBLICATION},
            }


def _place(record: dict[str, Any]) -> tuple[bool, str, str, str, str]:
    """By session; what is about a person's weeks comes after all sessions."""
    return (
        record["session"] is None,
        record["session"] or "",
        record["participant"] or "",
        record["record"],
        record.get("rule", ""),
    )


def _scores(found: Sequence[dict[str, Any]]) -> Table:
    table = Table(title="Scores", title_justify="left")
    for heading in ("session", "participant", "standing", "phase", "attended", "late", "level"):
        table.add_column(heading)
    for record in found:
        if record["record"] == "score":
            table.add_row(
                record["session"],
                record["participant"],
                record["standing"],
                record["phase"],
                share(record["attendance"]),
                minutes(record["late_ms"]),
                f"{record['level']} {record['participation'] or ''}".strip(),
            )
    return table


def _violations(found: Sequence[dict[str, Any]]) -> Table:
    table = Table(title="Violations", title_justify="left")
    for heading in ("session", "participant"):
        table.add_column(heading, min_width=8)
    for heading in ("rule", "status", "since", "until"):
        table.add_column(heading, no_wrap=True)
    for record in found:
        if record["record"] == "violation":
            table.add_row(
                record["session"] or f"week of {record['week']}",
                record["participant"] or "-",
                record["rule"],
                record["status"],
                _minute(record["since"]),
                _minute(record["until"] or ""),
            )
    return table


def share(value: float | None) -> str:
    """A share as per cent for reading; `-` where there is none."""
    return "-" if value is None else f"{100 * value:.1f} %"


def minutes(value_ms: int | None) -> str:
    """Milliseconds as minutes for reading; `-` where there are none."""
    return "-" if value_ms is None else f"{value_ms / 60_000:.1f} min"


def _minute(instant: str) -> str:
    """Day and minute of an instant, in UTC, as there is room for in a table."""
    return instant[5:16].replace("T", " ")
