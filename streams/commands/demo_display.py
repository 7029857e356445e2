"""The demo's display on standard error: a bar for a person, a line an hour for a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from schemas.instants import HOUR_MS
from streams.readable import counted, moment
from streams.telling import Telling


class Shown(Protocol):
    """Is told how many events are in, and what was published."""

    def __call__(self, events: int, telling: Telling) -> None: ...


@contextmanager
def display(total: int, zone: tzinfo) -> Iterator[Shown]:
    """Show the simulated clock and what is going on, for as long as it lasts."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(zone)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("events, {task.fields[running]} running, {task.fields[open]} open"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total, running=0, open=0)

        def show(events: int, telling: Telling) -> None:
            progress.update(
                task,
                completed=events,
                description=moment(telling.now - telling.now % 60_000, zone),
                running=telling.running,
                open=telling.open,
            )

        yield show


class _Lines:
    """One line for each half hour in which a session ran."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._told = 0

    def __call__(self, events: int, telling: Telling) -> None:
        half_hour = telling.now // (HOUR_MS // 2)
        if half_hour == self._told or not telling.running:
            return
        self._told = half_hour
        click.echo(
            f"{moment(telling.now - telling.now % 60_000, self._zone)}: "
            f"{counted(events, 'event')}, {counted(telling.running, 'session')} running, "
            f"{counted(telling.open, 'violation')} open",
            err=True,
        )
