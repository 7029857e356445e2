"""`rollcall sink`: what is committed, into the database."""

import click

from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.journal import to_standard_error
from streams.commands.options import metrics_option
from streams.sinking.loop import SinkSettings
from streams.sinking.run import run_sink


@click.command()
@bootstrap_option
@prefix_option
@click.option(
    "--database-url",
    envvar="ROLLCALL_DATABASE_URL",
    required=True,
    show_envvar=True,
    help="sqlite:///FILE or postgresql://…; one with a password belongs into the environment.",
)
@click.option(
    "--group",
    envvar="ROLLCALL_SINK_GROUP",
    default="rollcall.sink",
    show_default=True,
    show_envvar=True,
    help="Under this consumer group the offsets are told, for tools that show lag.",
)
@click.option(
    "--batch-rows",
    type=click.IntRange(1, 100_000),
    envvar="ROLLCALL_BATCH_ROWS",
    default=10_000,
    show_default=True,
    show_envvar=True,
    help="The most rows in one database transaction.",
)
@click.option(
    "--batch-seconds",
    type=click.FloatRange(0.01, 60),
    envvar="ROLLCALL_BATCH_SECONDS",
    default=0.5,
    show_default=True,
    show_envvar=True,
    help="The longest that a row waits for others.",
)
@metrics_option
def sink(
    bootstrap: str,
    prefix: str,
    database_url: str,
    group: str,
    batch_rows: int,
    batch_seconds: float,
    metrics_port: int | None,
) -> None:
    """Keep the database equal to the log.

    What is committed is copied until SIGTERM or Ctrl-C. Rows and offsets are written in one
    transaction; a broker or a database that is away is waited for.
    """
    to_standard_error()
    settings = SinkSettings(
        bootstrap=bootstrap,
        database_url=database_url,
        topic_prefix=prefix,
        group=prefix + group,
        batch_rows=batch_rows,
        batch_seconds=batch_seconds,
        metrics_port=metrics_port,
    )
    raise SystemExit(run_sink(settings))
