"""Options that say where Kafka is, and which topics there are ours."""

import click
from kafka.cluster import collect_hosts

from streams.up.address import USUAL_BROKER, known_bootstrap


def address(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """A callback for options that name a broker; raises BadParameter for what names none."""
    try:
        collect_hosts(given or "")
    except ValueError:
        raise click.BadParameter(f"{given!r} is no address of a broker; host:port is") from None
    return given


bootstrap_option = click.option(
    "--bootstrap",
    envvar="ROLLCALL_BOOTSTRAP",
    default=known_bootstrap,
    callback=address,
    metavar="HOST:PORT,…",
    show_default=f"the broker of `rollcall up` here, else {USUAL_BROKER}",
    show_envvar=True,
    help="The Kafka broker.",
)
prefix_option = click.option(
    "--topic-prefix",
    "prefix",
    envvar="ROLLCALL_TOPIC_PREFIX",
    default="",
    show_envvar=True,
    help="What goes before the name of each topic.",
)
partitions_option = click.option(
    "--partitions",
    type=click.IntRange(1, 10_000),
    envvar="ROLLCALL_PARTITIONS",
    default=8,
    show_default=True,
    show_envvar=True,
    help="Partitions of each topic; fixed for good, so take more than you need now.",
)
