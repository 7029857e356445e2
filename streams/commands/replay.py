"""`rollcall replay`: a stretch of the past under another policy, and what would differ."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from schemas.instants import instant, instant_or_none
from schemas.policy import Policies
from sinks.faults import DatabaseAwayError, DatabaseUnusableError
from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.journal import quiet_clients
from streams.commands.options import InstantType, json_option, one_line_errors
from streams.commands.pipes import silent_when_unread
from streams.commands.plain import echo
from streams.commands.progress import shown
from streams.commands.replay_text import text
from streams.local import Routed
from streams.logs import read
from streams.policies import load
from streams.reading import ReadingError
from streams.replay.difference import Difference, Period, Total, differences, totals
from streams.replay.records import from_topics
from streams.replay.run import Replayed, replay
from streams.replay.shadow import ShadowError, shadow

POLICY_PATH = click.Path(exists=True, path_type=Path)


@click.command("replay")
@click.argument("files", nargs=-1, type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--policy",
    "policies",
    type=POLICY_PATH,
    multiple=True,
    required=True,
    help="What if: a policy file or a folder of them; may be repeated.",
)
@click.option(
    "--baseline",
    type=POLICY_PATH,
    multiple=True,
    help="The policies to compare with.  [default: the shipped one]",
)
@click.option("--from", "begins", type=InstantType(), help="Compare what lasts beyond this.")
@click.option("--until", "ends", type=InstantType(), help="Compare what begins before this.")
@click.option(
    "--as-of", type=InstantType(), help="As known then; default: once sessions and weeks are final."
)
@click.option(
    "--shadow",
    "shadow_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all that the other policies would publish to this new file (NDJSON).",
)
@click.option("--database", metavar="URL", help="Write it to this database, which must be empty.")
@bootstrap_option
@prefix_option
@json_option
def replay_command(
    files: tuple[Path, ...],
    policies: tuple[Path, ...],
    baseline: tuple[Path, ...],
    begins: int | None,
    ends: int | None,
    as_of: int | None,
    shadow_file: Path | None,
    database: str | None,
    bootstrap: str,
    prefix: str,
    as_json: bool,
) -> None:
    """Score the past under another policy and show what would differ.

    From FILES (NDJSON as `rollcall score` reads it; - is standard input); without any, from
    the topics on Kafka, which are only read. Everything the log holds is scored; --from and
    --until choose what is compared.
    """
    if begins is not None and ends is not None and ends <= begins:
        raise click.UsageError("--until must be later than --from")
    expected = (OSError, ValueError, ReadingError, ShadowError)
    with one_line_errors(*expected, DatabaseAwayError, DatabaseUnusableError):
        rules = load(baseline), load(policies)
        records = read(files) if files else _topics(bootstrap, prefix)
        with shadow(shadow_file, database) as keep, shown("records", None) as tell:
            found = replay(_counted(records, tell), *rules, keep, as_of)
    place = "line" if files else "offset"
    for dead in sorted(found.refused, key=lambda dead: dead.arrival.offset):
        click.echo(f"{place} {dead.arrival.offset}: {dead.reason}: {dead.detail}", err=True)
    _tell(found, rules, Period(begins, ends), as_json)


def _topics(bootstrap: str, prefix: str) -> Iterator[Routed]:
    quiet_clients()
    return from_topics(bootstrap, prefix)


def _counted(records: Iterable[Routed], tell: Any) -> Iterator[Routed]:
    for number, routed in enumerate(records, 1):
        yield routed
        if number % 1_000 == 0:
            tell(number)


def _tell(
    replayed: Replayed, rules: tuple[Policies, Policies], period: Period, as_json: bool
) -> None:
    before, after = replayed.before.items, replayed.after.items
    found = differences(before, after, period)
    counts = totals(before, after, found, period)
    names = [sorted(each.digests()) for each in rules]
    _tell_missing(replayed, rules[1])
    with silent_when_unread():
        if as_json:
            for record in _records(replayed, found, counts, names):
                click.echo(msgspec.json.encode(record))
            return
        zone = ZoneInfo(rules[0].at(None, replayed.assessed_at).zone)
        same = rules[0].digest == rules[1].digest
        for line in text(replayed, found, counts, names, zone, same):
            echo(line)


def _tell_missing(replayed: Replayed, policies: Policies) -> None:
    """A policy for a program that the log does not have changes nothing: that is worth a word."""
    known = {item.program for item in replayed.after.items.values()} | {"default"}
    for program in sorted({policy.program for policy in policies} - known):
        click.echo(f"a policy is for program {program}, of which the log has nothing", err=True)


def _records(
    replayed: Replayed,
    found: Sequence[Difference],
    counts: Sequence[Total],
    names: Sequence[list[str]],
) -> Iterator[dict[str, Any]]:
    for each in found:
        item = each.item
        yield {
            "record": "difference",
            "of": item.record,
            "id": each.id,
            "rule": item.rule,
            "change": each.change,
            "before": each.before and each.before.state,
            "after": each.after and each.after.state,
            "participant": item.participant,
            "program": item.program,
            "session": item.session,
            "week": item.week,
            "begins_at": instant_or_none(item.begins),
        }
    for total in counts:
        yield {
            "record": "total",
            "of": total.record,
            "rule": total.rule,
            "before": total.before,
            "after": total.after,
            **{change: total.changes[change] for change in ("appears", "vanishes", "changes")},
        }
    yield {
        "record": "run",
        "baseline": names[0],
        "policies": names[1],
        "records": replayed.records,
        "assessed_at": instant(replayed.assessed_at),
    }
