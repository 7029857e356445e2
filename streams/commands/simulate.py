"""`rollcall simulate`: an invented evening, as lines or straight to Kafka."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import click

from schemas.instants import MINUTE_MS, rfc3339
from schemas.topics import CARE, TELEMETRY
from streams.appending import Message, SendError
from streams.commands.connection import address, prefix_option
from streams.commands.journal import quiet_clients
from streams.commands.options import InstantType, one_line_errors
from streams.commands.pipes import silent_when_unread
from streams.commands.progress import shown
from streams.simulation.day import day
from streams.simulation.delivery import Delivery, ndjson
from streams.simulation.evening import evening
from streams.simulation.pace import messages
from streams.simulation.season import season
from streams.simulation.send import Sent, send
from streams.simulation.settings import Evening
from streams.simulation.weeks import weeks as several
from streams.up.address import known_bootstrap

MONDAY = 1_772_474_400_000
"""2026-03-02T18:00:00Z: without `--start`, the same seed gives the same lines."""
LEAD_MS = 10 * MINUTE_MS
"""At a set speed the plans of the day before are not spread over a day of waiting."""

Story = Callable[[Evening], Iterator[Delivery]]
PLAIN = Evening(starts_at=MONDAY)
SHARE = click.FloatRange(0, 1)


def _number(name: str, least: int, help_text: str) -> Callable[[Any], Any]:
    option = "--" + name.replace("_", "-")
    default = getattr(PLAIN, name)
    return click.option(
        option, type=click.IntRange(least), default=default, show_default=True, help=help_text
    )


def _share(name: str, help_text: str) -> Callable[[Any], Any]:
    option = "--" + name.replace("_", "-")
    default = getattr(PLAIN, name)
    return click.option(option, type=SHARE, default=default, show_default=True, help=help_text)


@click.command()
@click.option("--seed", type=int, help="Same seed, same evening.  [default: 1; new with --kafka]")
@click.option(
    "--start",
    type=InstantType(),
    help=f"When the first session begins.  [default: {rfc3339(MONDAY)}; now with --kafka]",
)
@click.option(
    "--weeks",
    type=click.IntRange(1, 12),
    help="So many weeks with the same people, the evening being the last of three in each.",
)
@click.option(
    "--day",
    "whole_day",
    is_flag=True,
    help="A whole day from --start on, busiest at its ninth hour, which has as many sessions.",
)
@_number("scale", 1, "Divide every duration: at 60 a session of 2 h lasts 2 min.")
@_number("groups", 0, "Group sessions.")
@_number("group_size", 1, "People in a group.")
@_number("individuals", 0, "Individual sessions.")
@_number("workshops", 0, "Workshops.")
@_number("workshop_size", 1, "People in a workshop.")
@_share("duplicates", "Share of records that come twice.")
@_share("disorder", "Share of records that come late.")
@_share("lost_leaves", "Share of leaves that never come.")
@click.option(
    "--incidents/--no-incidents", default=True, show_default=True, help="Late hosts, outages, …"
)
@click.option(
    "--kafka",
    is_flag=False,
    flag_value="",
    callback=address,
    metavar="[HOST:PORT]",
    help="Send to this broker (without an address: that of `rollcall up` here).",
)
@prefix_option
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    help="Send so many times as fast as it happened.  [default: as it happens, from now on]",
)
@click.option(
    "--rate", type=click.FloatRange(0, min_open=True), help="Send so many records a second."
)
@click.option("--repeat", is_flag=True, help="Evening after evening, until stopped.")
@click.option("--limit", type=click.IntRange(0), help="No more than so many records.")
def simulate(
    kafka: str | None,
    prefix: str,
    speed: float | None,
    rate: float | None,
    repeat: bool,
    limit: int | None,
    weeks: int | None,
    whole_day: bool,
    seed: int | None,
    start: int | None,
    **evening_options: Any,
) -> None:
    """Simulate an evening of sessions, or weeks, as NDJSON on standard output.

    With --kafka the records go to the topics instead, and the evening takes place now, so that
    nobody hears of anything before it happens. With --speed or --rate it has just been.
    """
    if speed and rate:
        raise click.UsageError("--speed and --rate exclude each other")
    if kafka is None and (speed or rate or repeat):
        raise click.UsageError("--speed, --rate and --repeat need --kafka")
    if repeat and (speed or rate):
        raise click.UsageError("--repeat takes place as it happens, without --speed and --rate")
    if not any(evening_options[kind] for kind in ("groups", "individuals", "workshops")):
        raise click.UsageError("an evening needs at least one session")
    if weeks and (kafka is not None or evening_options["scale"] != 1):
        raise click.UsageError("--weeks lie behind us, so --scale and --kafka exclude them")
    if whole_day and (weeks or repeat):
        raise click.UsageError("--day is neither in --weeks nor can it --repeat")
    story = day if whole_day else evening
    if seed is None:
        seed = 1 if kafka is None else int(time.time())
    try:
        settings = Evening(
            seed=seed, starts_at=MONDAY if start is None else start, **evening_options
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if kafka is None:
        with silent_when_unread():
            found = several(settings, weeks) if weeks else story(settings)
            lines = ndjson(islice(found, limit))
            click.get_binary_stream("stdout").writelines(lines)
        return
    if start is None:
        settings = replace(settings, starts_at=_start(story, settings, speed, rate))
    bootstrap = kafka or os.environ.get("ROLLCALL_BOOTSTRAP") or known_bootstrap()
    with one_line_errors(SendError, ValueError):
        _send(story, settings, bootstrap, prefix, speed, rate, repeat, limit)


def _start(story: Story, settings: Evening, speed: float | None, rate: float | None) -> int:
    """When to begin so that nothing is sent before it happened, and then nothing waits."""
    now = time.time_ns() // 1_000_000
    if rate is None and (speed is None or speed <= 1):
        return now
    length = max(each.appended_at for each in story(settings)) - settings.starts_at
    if rate is not None or speed is None:
        return now - length
    return now - int(length * (1 - 1 / speed)) + int(LEAD_MS / settings.scale / speed)


def _send(
    story: Story,
    settings: Evening,
    bootstrap: str,
    prefix: str,
    speed: float | None,
    rate: float | None,
    repeat: bool,
    limit: int | None,
) -> None:
    deliveries: Iterable[Delivery]
    total = limit
    if repeat:
        deliveries = season(settings)
    else:
        deliveries = _spread(list(story(settings)), settings, speed)
        total = min(len(deliveries), len(deliveries) if limit is None else limit)
    waiting = islice(messages(deliveries, prefix + TELEMETRY.name, prefix + CARE.name), limit)
    quiet_clients()
    click.echo(
        f"an evening from {rfc3339(settings.starts_at)} on goes to {bootstrap}, "
        f"seed {settings.seed}, scale {settings.scale}",
        err=True,
    )
    begun = time.monotonic()
    with shown("records sent", total) as tell:
        sent = asyncio.run(_sending(waiting, bootstrap, speed, rate, tell))
    seconds = time.monotonic() - begun
    click.echo(f"{sent.records.total()} records sent in {seconds:.1f} s", err=True)


async def _sending(
    waiting: Iterable[Message],
    bootstrap: str,
    speed: float | None,
    rate: float | None,
    tell: Callable[[int], None],
) -> Sent:
    def progress(sent: Sent) -> None:
        tell(sent.records.total())

    return await send(waiting, bootstrap=bootstrap, speed=speed, rate=rate, progress=progress)


def _spread(
    deliveries: Sequence[Delivery], settings: Evening, speed: float | None
) -> Sequence[Delivery]:
    if speed is None:
        return deliveries
    first = settings.starts_at - LEAD_MS // settings.scale
    return [each._replace(appended_at=max(each.appended_at, first)) for each in deliveries]
