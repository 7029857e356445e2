"""The `rollcall` command: one literal list of what it can do."""

import click

from streams.commands.convert import convert
from streams.commands.deadletters import deadletters
from streams.commands.demo import demo
from streams.commands.explain import explain
from streams.commands.gateway import gateway
from streams.commands.keys import keys
from streams.commands.policy import policy
from streams.commands.record import record
from streams.commands.replay import replay_command
from streams.commands.roster import roster
from streams.commands.schema import schema
from streams.commands.score import score
from streams.commands.simulate import simulate
from streams.commands.sink import sink
from streams.commands.tail import tail
from streams.commands.topics import topics
from streams.commands.up import up
from streams.commands.week import week
from streams.commands.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rollcall")
def main() -> None:
    """Live attendance and participation for virtual care programs."""


for command in (
    convert,
    deadletters,
    demo,
    explain,
    gateway,
    keys,
    policy,
    record,
    roster,
    replay_command,
    schema,
    score,
    simulate,
    sink,
    tail,
    topics,
    up,
    week,
    worker,
):
    main.add_command(command)
