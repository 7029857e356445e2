"""`rollcall topics`: makes the topics that are missing, and holds all against the table."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import NamedTuple

import click
import msgspec
from rich.console import Console
from rich.table import Table

from schemas.instants import DAY_MS
from schemas.topics import TOPICS
from sinks.topics import TopicsError, TopicState, check, provision
from streams.commands.connection import bootstrap_option, partitions_option, prefix_option
from streams.commands.options import json_option, one_line_errors


class Row(NamedTuple):
    """One topic as it was found or made; `differences` is empty when it is as wanted."""

    name: str
    partitions: int
    key: str
    kept: str
    state: str
    differences: list[str]


@click.command()
@bootstrap_option
@prefix_option
@partitions_option
@click.option(
    "--replication",
    type=click.IntRange(1, 100),
    envvar="ROLLCALL_REPLICATION",
    default=1,
    show_default=True,
    show_envvar=True,
    help="Copies of each record, for topics that are made now; 3 in production.",
)
@click.option("--check", "only_check", is_flag=True, help="Create nothing.")
@json_option
def topics(
    bootstrap: str, prefix: str, partitions: int, replication: int, only_check: bool, as_json: bool
) -> None:
    """Create and check the topics.

    Those that are missing are created; one that is there is never changed. What differs from
    the wanted table is told on standard error, and the exit code is 1 then.
    """
    with one_line_errors(TopicsError, ValueError):
        made: list[TopicState] = []
        if not only_check:
            made = provision(bootstrap, partitions, replication, prefix)
        differences = check(bootstrap, partitions, prefix)
    rows = list(_rows(prefix, partitions, made, differences))
    if as_json:
        for row in rows:
            click.echo(msgspec.json.encode(row._asdict()))
    else:
        Console().print(_table(rows))
    for line in differences:
        click.echo(line, err=True)
    if differences:
        raise SystemExit(1)


def _rows(
    prefix: str, partitions: int, made: list[TopicState], differences: list[str]
) -> Iterator[Row]:
    known = {topic.name: topic for topic in made}
    for topic in TOPICS:
        name = prefix + topic.name
        found = [line for line in differences if line.startswith(f"{name}: ")]
        reasons = [line.removeprefix(f"{name}: ") for line in found]
        wanted = TopicState(name, topic.partitions or partitions, "present")
        _, count, state = astuple(known.get(name, wanted))
        if reasons:
            state = "missing" if reasons == ["missing"] else "differs"
        kept: str = topic.cleanup
        if topic.retention_ms is not None and topic.cleanup == "delete":
            kept = f"{topic.retention_ms // DAY_MS} d"
        yield Row(name, count, topic.key, kept, state, reasons)


def _table(rows: list[Row]) -> Table:
    table = Table()
    table.add_column("topic", no_wrap=True)
    table.add_column("key")
    table.add_column("partitions", justify="right")
    table.add_column("kept")
    table.add_column("state")
    for row in rows:
        table.add_row(row.name, row.key, str(row.partitions), row.kept, row.state)
    return table
