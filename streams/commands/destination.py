"""Options that say where records go; commands get them as one `Destination`."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from schemas.checking import RefusedError
from sinks.faults import DatabaseAwayError, DatabaseUnusableError
from streams.appending import SendError
from streams.commands.connection import address, prefix_option
from streams.commands.journal import quiet_clients
from streams.committed import ReadingError
from streams.recording.destination import Destination
from streams.up.address import known_bootstrap

ERRORS = (
    DatabaseAwayError,
    DatabaseUnusableError,
    OSError,
    ReadingError,
    RefusedError,
    SendError,
    ValueError,
)
"""What a user can cause by saying the wrong thing, or the wrong place."""

_OPTIONS = (
    click.option(
        "--to",
        "file",
        type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
        metavar="FILE",
        help="Append to this file of NDJSON; - is standard output.",
    ),
    click.option(
        "--kafka",
        is_flag=False,
        flag_value="",
        callback=address,
        metavar="[HOST:PORT]",
        help="Send to this broker (without an address: that of `rollcall up` here).",
    ),
    prefix_option,
    click.option(
        "--database",
        "database_url",
        envvar="ROLLCALL_DATABASE_URL",
        show_envvar=True,
        metavar="URL",
        help="Where sessions are looked up: sqlite:///FILE or postgresql://…; one with a password "
        "belongs into the environment.",
    ),
)


def to_destination(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options, and a `Destination` as its first argument."""

    @wraps(command)
    def with_destination(
        *arguments: Any,
        file: Path | None,
        kafka: str | None,
        prefix: str,
        database_url: str | None,
        **options: Any,
    ) -> None:
        if file is None and kafka is None:
            raise click.UsageError("say where it goes: --to FILE, or --kafka")
        bootstrap = None
        if kafka is not None:
            bootstrap = kafka or os.environ.get("ROLLCALL_BOOTSTRAP") or known_bootstrap()
        destination = Destination(
            file=file, bootstrap=bootstrap, prefix=prefix, database_url=database_url
        )
        quiet_clients()
        command(destination, *arguments, **options)

    for option in reversed(_OPTIONS):
        with_destination = option(with_destination)
    return with_destination
