"""The `rollcall` command: one literal list of what it can do."""

import click

from streams.commands.score import score


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rollcall")
def main() -> None:
    """Live attendance and participation for virtual care programs."""


for command in (score,):
    main.add_command(command)
