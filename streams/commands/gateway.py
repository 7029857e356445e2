"""`rollcall gateway`: the HTTP door."""

from pathlib import Path

import click

from schemas.toml_file import FileError
from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.journal import to_standard_error
from streams.commands.options import metrics_option, one_line_errors


@click.command()
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="ROLLCALL_GATEWAY_CONFIG",
    required=True,
    show_envvar=True,
    help="Who may knock: tenants, webhooks, producers, staff.",
)
@bootstrap_option
@prefix_option
@click.option(
    "--host",
    envvar="ROLLCALL_GATEWAY_HOST",
    default="127.0.0.1",
    show_default=True,
    show_envvar=True,
    help="Listen at this address; whatever ends TLS stands before it.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    envvar="ROLLCALL_GATEWAY_PORT",
    default=8080,
    show_default=True,
    show_envvar=True,
)
@click.option(
    "--patience",
    "patience_s",
    type=click.FloatRange(0.1, 60),
    envvar="ROLLCALL_GATEWAY_PATIENCE",
    default=2.0,
    show_default=True,
    show_envvar=True,
    help="Seconds that a request waits for the log before it is answered 503.",
)
@click.option(
    "--most-bytes",
    type=click.IntRange(1_024, 64 << 20),
    envvar="ROLLCALL_GATEWAY_MOST_BYTES",
    default=4 << 20,
    show_default=True,
    show_envvar=True,
    help="The longest body.",
)
@click.option(
    "--body-seconds",
    "body_s",
    type=click.FloatRange(0.1, 600),
    envvar="ROLLCALL_GATEWAY_BODY_SECONDS",
    default=10.0,
    show_default=True,
    show_envvar=True,
    help="The longest that a body may take to arrive.",
)
@click.option(
    "--idle-seconds",
    "idle_s",
    type=click.FloatRange(0.1, 3_600),
    envvar="ROLLCALL_GATEWAY_IDLE_SECONDS",
    default=75.0,
    show_default=True,
    show_envvar=True,
    help="The longest that a connection may be without a request's whole head.",
)
@metrics_option
def gateway(
    config: Path,
    bootstrap: str,
    prefix: str,
    host: str,
    port: int,
    patience_s: float,
    most_bytes: int,
    body_s: float,
    idle_s: float,
    metrics_port: int | None,
) -> None:
    """Take in webhooks, producers' events and staff's facts over HTTP.

    What comes in is checked, its ids become pseudonyms, and only when the log has it is it
    answered with 2xx. Runs until SIGTERM or Ctrl-C; SIGHUP reads the config again.
    """
    # aiohttp's server is of no use to other commands.
    from streams.gateway.run import GatewaySettings, run_gateway

    to_standard_error()
    settings = GatewaySettings(
        config=config,
        bootstrap=bootstrap,
        host=host,
        port=port,
        topic_prefix=prefix,
        metrics_port=metrics_port,
        patience_s=patience_s,
        most_bytes=most_bytes,
        body_s=body_s,
        idle_s=idle_s,
    )
    with one_line_errors(FileError, OSError):
        exit_code = run_gateway(settings)
    raise SystemExit(exit_code)
