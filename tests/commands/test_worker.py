"""`rollcall worker` and `rollcall sink`: thin, complete, and clear about what they cannot do."""

import os
import subprocess
import sys
from dataclasses import fields

import click
import pytest

from streams.commands.sink import sink
from streams.commands.worker import worker
from streams.settings import PREFIX, READERS, Settings
from streams.sinking.loop import SinkSettings

SPELT = {"prefix": "topic_prefix"}


def options(command: click.Command) -> dict[str, click.Option]:
    """The options of a command by the name of their setting."""
    named = {SPELT.get(one.name or "", one.name or ""): one for one in command.params}
    return {name: one for name, one in named.items() if isinstance(one, click.Option)}


def refusal(*arguments: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if PREFIX not in name}
    command = (sys.executable, "-m", "streams.commands", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_every_setting_of_the_worker_is_an_option_with_its_variable() -> None:
    assert set(options(worker)) == set(READERS)
    assert {name: one.envvar for name, one in options(worker).items()} == {
        name: PREFIX + name.upper() for name in READERS
    }


def test_the_options_default_to_the_settings() -> None:
    defaults = {each.name: each.default for each in fields(Settings)}
    for name, one in options(worker).items():
        if name == "stages":
            assert one.default == ",".join(defaults[name])
        elif name not in ("bootstrap", "policies"):
            assert one.default == defaults[name], name


def test_every_setting_of_the_sink_is_an_option_with_a_variable() -> None:
    named = {each.name for each in fields(SinkSettings)} - {"security"}

    assert set(options(sink)) == named
    assert all(str(one.envvar).startswith(PREFIX) for one in options(sink).values())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("worker", "--heartbeat-ms", "5000"), "heartbeat_ms: must be at most half"),
        (("worker", "--stages", "session,other"), "stages: 'other' is not one of"),
        (("worker", "--scale", "0"), "'--scale'"),
        (("worker", "--bootstrap", "host:port"), "'host:port' is no address"),
        (("sink",), "Missing option '--database-url'"),
        (("sink", "--database-url", "mysql://host/name"), "of kind 'mysql' is not known"),
    ],
)
def test_what_cannot_be_is_one_clear_line(arguments: tuple[str, ...], reason: str) -> None:
    lines = refusal(*arguments)

    assert reason in lines[-1]
    assert not any(line.startswith("Traceback") for line in lines)
