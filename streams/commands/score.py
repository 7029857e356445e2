"""`rollcall score`: the final scores and violations of a log, offline."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
import msgspec

from schemas.policy import Policies
from schemas.publication import Publication
from schemas.score import Score
from schemas.topics import SCORES, VIOLATIONS, Topic
from schemas.violation import Violation
from streams.commands.options import InstantType, one_line_errors, policy_option
from streams.commands.pipes import silent_when_unread
from streams.commands.plain import echo
from streams.commands.score_text import text
from streams.local import Local, Looked
from streams.logs import read
from streams.policies import load
from streams.session.measure import final_at

RECORDS = {SCORES.name: "score", VIOLATIONS.name: "violation"}
Record = TypeVar("Record", Score, Violation)
PUBLICATION = frozenset(Publication.__struct_fields__)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--as-of", type=InstantType(), help="Score as known then; default: once all is final."
)
@policy_option
@click.option(
    "--json/--table",
    "as_json",
    default=None,
    help="One JSON object a line, or text for people; default: text on a terminal.",
)
def score(
    files: tuple[Path, ...], as_of: int | None, policies: tuple[Path, ...], as_json: bool | None
) -> None:
    """Score the sessions in FILES (NDJSON; - is standard input).

    Lines are telemetry and care records; the append time of a line is its `appended_at`, or
    its `at`. Refused lines are told on standard error and change nothing around them.
    """
    if as_json is None:
        as_json = not click.get_text_stream("stdout").isatty()
    with one_line_errors(OSError):
        rules = load(policies)
        looked = score_files(files, as_of, rules)
    with silent_when_unread():
        for dead in sorted(looked.dead_letters, key=lambda dead: dead.arrival.offset):
            click.echo(f"line {dead.arrival.offset}: {dead.reason}: {dead.detail}", err=True)
        if as_json:
            for record in sorted(_records(looked), key=_place):
                click.echo(msgspec.json.encode(record))
            return
        zone = ZoneInfo(rules.at(None, looked.now).zone)
        for line in _text(looked, zone):
            echo(line)


def score_files(files: Sequence[Path], as_of: int | None, rules: Policies) -> Looked:
    """One look at everything that `files` hold up to `as_of` ms, default: when all is final."""
    local = Local(rules, seals=False)
    local.take(routed for routed in read(files) if as_of is None or routed.entry.timestamp <= as_of)
    if as_of is None:
        finals = [final_at(facts, rules) for _, facts in local.session.each()]
        as_of = max(finals, default=0)
    looked = local.look(as_of, everything=True)
    for fault in looked.faults:
        raise fault
    return looked


def _text(looked: Looked, zone: tzinfo) -> Iterator[str]:
    scores = _decoded(looked, SCORES, Score)
    return text(scores, _decoded(looked, VIOLATIONS, Violation), zone)


def _decoded(looked: Looked, topic: Topic, kind: type[Record]) -> list[Record]:
    found = (change.value for change in looked.changes if change.topic == topic.name)
    return [msgspec.json.decode(value, type=kind) for value in found]


def _records(looked: Looked) -> Iterator[dict[str, Any]]:
    for change in looked.changes:
        kind = RECORDS.get(change.topic)
        if kind is not None:
            body = msgspec.json.decode(change.value)
            yield {
                "record": kind,
                **{key: value for key, value in body.items() if key not in PUBLICATION},
            }


def _place(record: dict[str, Any]) -> tuple[bool, str, str, str, str]:
    """By session; what is about a person's weeks comes after all sessions."""
    return (
        record["session"] is None,
        record["session"] or "",
        record["participant"] or "",
        record["record"],
        record.get("rule", ""),
    )
