"""`rollcall worker`: the stages on Kafka."""

from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import click

from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.journal import to_standard_error
from streams.commands.options import one_line_errors
from streams.settings import PREFIX, RANGES, SHARES, STAGES, Settings, SettingsError

HELP = {
    "stages": "Which stages run here, separated by commas.",
    "app": "Names the consumer group and the transactions; one name, one deployment.",
    "partitions": "Of the source topics; another number than they have is refused.",
    "policies": "A policy file or a folder of them; may be repeated.",
    "scale": "Divide every duration of policies: at 60 a session of 2 h lasts 2 min.",
    "checkpoint_every_ms": "Between two transactions of a partition.",
    "assess_every_ms": "Between two looks at a subject with nothing urgent.",
    "publish_every_ms": "Between two scores of somebody for whom little changes.",
    "save_every_ms": "The longest that a subject's facts stay unsaved.",
    "metrics_port": "Answer Prometheus here.",
    "fetch_bytes": "The most that is fetched at once.",
    "fetch_records": "The most records that are folded at once.",
    "session_timeout_ms": "Without a heartbeat for so long, others take over.",
    "heartbeat_ms": "Between two heartbeats.",
    "watchdog_ms": "Without progress for so long, the worker gives up and exits.",
    "dead_letter_share": "Stop where more of the last 1000 records of a partition are refused.",
    "dead_letter_run": "Stop where so many records of a partition in a row are; 0 is no limit.",
    "data": "A folder for files of the runtime.",
}
"""Of every setting but the connection's, which other commands share."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    defaults = {each.name: each.default for each in fields(Settings)}
    for name in reversed(HELP):
        default = defaults[name]
        flag = "--" + name.replace("_", "-")
        command = click.option(
            *((flag, "--stage") if name == "stages" else (flag,)),
            type=_type(name),
            multiple=name == "policies",
            envvar=PREFIX + name.upper(),
            default=None if default is MISSING else _text(default),
            show_default=default not in (None, ()),
            show_envvar=True,
            help=HELP[name],
        )(command)
    return command


def _type(name: str) -> click.ParamType:
    if name in RANGES:
        return click.IntRange(*RANGES[name])
    if name in SHARES:
        return click.FloatRange(*SHARES[name])
    if name in ("policies", "data"):
        return click.Path(exists=name == "policies", path_type=Path)
    return click.STRING


def _text(default: Any) -> Any:
    return ",".join(default) if default == STAGES else default


@click.command()
@bootstrap_option
@prefix_option
@_options
def worker(stages: str, prefix: str, **settings: Any) -> None:
    """Run the stages on Kafka.

    Telemetry and care records are folded, scores, weeks, violations and recommendations
    published, until SIGTERM or Ctrl-C. Any number of workers share the partitions. One that is
    in doubt exits with code 1 and is to be started again, with a pause: `rollcall up`, compose
    and Kubernetes do that.
    """
    # Faust is slow to import, and no other command needs it.
    from streams.worker.run import run_worker

    to_standard_error()
    chosen = tuple(part.strip() for part in stages.split(",") if part.strip())
    with one_line_errors(SettingsError):
        exit_code = run_worker(Settings(stages=chosen, topic_prefix=prefix, **settings))
    raise SystemExit(exit_code)
