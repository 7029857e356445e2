"""`rollcall demo`: simulated weeks through the real ledger into a database."""

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from itertools import islice
from pathlib import Path
from shutil import get_terminal_size, which
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click
import msgspec
from sqlalchemy import select

from schemas.instants import HOUR_MS, instant, milliseconds, rfc3339
from schemas.policy import Policies
from schemas.score import Score
from schemas.violation import Violation
from sinks.bulk import Row
from sinks.database import Database
from sinks.faults import DatabaseAwayError, DatabaseUnusableError
from sinks.tables import OUTPUTS, SCORES, VIOLATIONS
from streams.commands.demo_display import display
from streams.commands.demo_place import Place, PlaceError, prepare
from streams.commands.demo_summary import summary
from streams.commands.demo_week import this_week, week_text
from streams.commands.options import json_option, one_line_errors, policy_option
from streams.commands.pipes import silent_when_unread
from streams.commands.plain import echo
from streams.commands.simulate import MONDAY
from streams.glance.sources import Asked
from streams.glance.sources import stored as everything
from streams.glance.view import Glance
from streams.local import Local, Looked, Routed
from streams.logs import read
from streams.policies import load
from streams.readable import wrapped
from streams.recap import Recap, recap
from streams.settling import settled
from streams.simulation.days import last_evening
from streams.simulation.delivery import ndjson
from streams.simulation.settings import Evening
from streams.simulation.weeks import weeks
from streams.stage import Pacing
from streams.telling import Telling

WEEKS = 3
LAST_EVENING = last_evening(MONDAY, WEEKS)
LOOK_EVERY_MS = 120_000
PUBLISH_EVERY_MS = 300_000
"""Of simulated time, on the last evening: two hours pass in a second."""
LOOK_BEFORE_EVERY_MS = 2 * HOUR_MS
"""Before it; what is true in the end does not depend on it."""
ROWS_AT_ONCE = 500
NARROWEST = 60


class Run(NamedTuple):
    """What a run left behind besides its rows."""

    telling: Telling
    events: int
    repeated: int


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same weeks.")
@click.option(
    "--database",
    default="rollcall-demo.sqlite",
    envvar="ROLLCALL_DEMO_DATABASE",
    show_default=True,
    show_envvar=True,
    metavar="FILE|URL",
    help="Where everything published goes: a file, replaced each time, or an empty database.",
)
@policy_option
@json_option
def demo(seed: int, database: str, policies: tuple[Path, ...], as_json: bool) -> None:
    """Score three simulated weeks into a database, and sum them up.

    First the last evening, session by session, then the program's week, person by person. The
    log is written beside the database, to be scored and explained again.
    """
    with one_line_errors(OSError, PlaceError, DatabaseAwayError, DatabaseUnusableError):
        rules = load(policies)
        zone = ZoneInfo(rules.at(None, MONDAY).zone)
        place = prepare(database)
        deliveries = list(weeks(Evening(seed=seed, starts_at=MONDAY), WEEKS))
        with place.log.open("wb") as file:
            file.writelines(ndjson(deliveries))
        before = sum(each.appended_at < LAST_EVENING for each in deliveries)
        with Database(place.url) as stored:
            run = _score(rules, place.log, stored, before, len(deliveries), zone)
            found = recap(*_last_evening(*_stored(stored)))
            published = everything(stored, Asked(None, None))
    now = instant(run.telling.now)
    people = this_week(published, now)
    commands = list(_commands(found, run, place, policies))
    with silent_when_unread():
        if as_json:
            for record in _records(found, people, run, place, seed, commands):
                click.echo(msgspec.json.encode(record))
            return
        told = summary(found, run.telling, run.repeated, zone)
        table = week_text(people, published, now, zone)
        width = max(NARROWEST, get_terminal_size().columns)
        for line in (*wrapped((*told, "", *table), width), *_next(run, place, commands)):
            echo(line)


def _score(
    rules: Policies, log: Path, stored: Database, before: int, events: int, zone: tzinfo
) -> Run:
    """Run the log, the first `before` records of it at a quicker pace."""
    local, telling, taken = Local(rules, Pacing(publish_every=PUBLISH_EVERY_MS)), Telling(), 0
    rows: list[Row] = []

    def counting() -> Iterator[Routed]:
        nonlocal taken
        for routed in read([log]):
            taken += 1
            yield routed

    def final() -> int:
        live = (facts for _, facts in local.session.each())
        return settled(live, rules, heard_until=LAST_EVENING).sessions

    def looks() -> Iterator[Looked]:
        records = counting()
        yield from local.run(islice(records, before), lambda: 0, LOOK_BEFORE_EVERY_MS)
        yield from local.run(records, final, LOOK_EVERY_MS)

    with display(events, zone) as show:
        for looked in looks():
            for fault in looked.faults:
                raise fault
            rows += telling.take(looked)
            if len(rows) >= ROWS_AT_ONCE:
                stored.write(rows)
                rows.clear()
            show(taken, telling)
    stored.write(rows)
    return Run(telling, taken, local.session.duplicates + local.care.duplicates)


def _stored(database: Database) -> tuple[list[Score], list[Violation]]:
    scores = database.read(select(SCORES.c.body).order_by(SCORES.c.session, SCORES.c.participant))
    violations = database.read(select(VIOLATIONS.c.body).order_by(VIOLATIONS.c.id))
    return (
        [msgspec.convert(body, Score) for (body,) in scores],
        [msgspec.convert(body, Violation) for (body,) in violations],
    )


def _last_evening(
    scores: Sequence[Score], violations: Sequence[Violation]
) -> tuple[list[Score], list[Violation]]:
    """Those of the last evening's sessions, and of one that nobody had planned."""
    ends = LAST_EVENING + 12 * HOUR_MS
    found = [
        each
        for each in scores
        if each.starts_at is None or LAST_EVENING <= milliseconds(each.starts_at) < ends
    ]
    sessions = {each.session for each in found}
    return found, [each for each in violations if each.session in sessions]


def _commands(found: Recap, run: Run, place: Place, policies: Sequence[Path]) -> Iterator[str]:
    """Commands that go on from here, as they can be typed now."""
    options = [word for policy in policies for word in ("--policy", str(policy))]
    log = str(place.log)
    if found.cases:
        score = max(found.cases, key=lambda case: case.score.attended_ms > 0).score
        explain = [_program(), "explain", score.session, score.participant, log, *options]
        yield shlex.join(explain)
        if score.starts_at is not None and score.ends_at is not None:
            middle = score.starts_at + (score.ends_at - score.starts_at) / 2
            yield shlex.join([*explain, "--as-of", f"{middle.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"])
    as_of = ["--as-of", rfc3339(run.telling.now)]
    yield shlex.join([_program(), "score", log, *options, *as_of])


def _program() -> str:
    """How this program can be called: its name where that finds it, else its path."""
    typed = Path(sys.argv[0])
    if typed.stem != "rollcall" or not typed.exists():
        return "rollcall"
    found = which("rollcall")
    return "rollcall" if found and typed.samefile(found) else sys.argv[0]


def _next(run: Run, place: Place, commands: Iterable[str]) -> Iterator[str]:
    published = run.telling.published
    yield ""
    became = [f"{published[table.name]} of {table.name}" for table in OUTPUTS.values()]
    yield f"{run.events} events became messages: {', '.join(became)};"
    yield f"the last of each is in {place.shown}"
    yield f"The log of all weeks: {place.log}"
    yield ""
    yield "Look closer at one person, then at that person half-way through, then at everybody:"
    for command in commands:
        yield f"  {command}"


def _records(
    found: Recap, people: Sequence[Glance], run: Run, place: Place, seed: int, commands: list[str]
) -> Iterator[dict[str, Any]]:
    for session in found.sessions:
        yield {"record": "session", **session._asdict()}
    for rule in found.rules:
        yield {"record": "rule", **rule._asdict()}
    for glance in people:
        yield glance.record()
    for case in found.cases:
        yield {
            "record": "case",
            "session": case.score.session,
            "participant": case.score.participant,
            "rules": [violation.rule for violation in case.held],
        }
    telling = run.telling
    yield {
        "record": "run",
        "seed": seed,
        "database": place.shown,
        "log": str(place.log),
        "events": run.events,
        "repeated": run.repeated,
        "published": telling.published,
        "corrections": len(telling.corrections),
        "corrections_after_final": sum(each.final for each in telling.corrections),
        "refused": telling.refused,
        "assessed_at": instant(telling.now),
        "commands": commands,
    }
