"""`rollcall convert`: reports and captured webhooks of a platform, as telemetry."""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

import click

from schemas.checking import NO_PSEUDONYM, RefusedError, pseudonymous
from schemas.instants import milliseconds, plausible, rfc3339
from schemas.platforms.source import DateOrder, Meeting, Naming, Report, Source
from schemas.telemetry import LONGEST_SESSION, Kind
from streams.commands.options import one_line_errors, policy_option
from streams.commands.pipes import silent_when_unread
from streams.commands.record_options import Moment
from streams.converting.reading import PLATFORMS, Found, read
from streams.converting.records import Plan, SessionsError, complete, lines, with_session
from streams.converting.roster import expected, identities, people_known
from streams.policies import load
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.links import settled
from streams.pseudonyms.names import Names
from streams.pseudonyms.ring import Ring, RingError, read_ring

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NO_KEY = "pseudonyms need a key: make some with `rollcall keys new FILE`, give it as --keys"


class Zone(click.ParamType):
    """A time zone's name."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The ZoneInfo; BadParameter for what is none."""
        try:
            return value if isinstance(value, ZoneInfo) else ZoneInfo(value)
        except (OSError, ValueError, LookupError):
            self.fail(f"{value!r} is not a zone such as Europe/Berlin", param, ctx)


class Asked(NamedTuple):
    """What the command line says of the file's session."""

    starts: datetime | None
    ends: datetime | None
    zone: ZoneInfo | None
    date_order: DateOrder | None
    session: str | None
    program: str
    kind: Kind
    roster: Path | None
    policies: tuple[Path, ...]


@click.command()
@click.argument("platform", type=click.Choice(sorted(PLATFORMS)))
@click.argument("file", type=A_FILE)
@click.option("--keys", type=A_FILE, help="The key ring; only its owner may read it.")
@click.option("--starts", type=Moment(), help="The session's planned start.")
@click.option("--ends", type=Moment(), help="Its planned end.")
@click.option("--zone", type=Zone(), help="The zone of local times in FILE: Europe/Berlin.")
@click.option(
    "--date-order",
    type=click.Choice(get_args(DateOrder)),
    help="How FILE writes days, where 3/4 may be either.",
)
@click.option("--session", help="The id of the session in the plan.  [default: a pseudonym]")
@click.option("--program", default="program", show_default=True, help="The session's program.")
@click.option("--kind", type=click.Choice(get_args(Kind)), default="group", show_default=True)
@click.option("--roster", type=A_FILE, help="Whom the session expects; needs --starts, --ends.")
@policy_option
def convert(platform: str, file: Path, keys: Path | None, **asked: Any) -> None:
    """Print the telemetry in FILE, one JSON object a line, with pseudonyms for ids.

    FILE is a report, or webhooks of PLATFORM as they came: one payload a line, or one alone.
    What says nothing or cannot be understood is told on standard error, by place and code.

    With --starts and --ends the session's plan comes first. --roster is the CSV of `rollcall
    roster import`, or a list: on each line a person's pseudonym or address, and what else the
    platform calls them. Names never tell who somebody is.

    \b
    rollcall keys new north.keys
    rollcall convert zoom_csv evening.csv --keys north.keys --zone Europe/Berlin \\
        --starts 2026-03-02T18:00:00+01:00 --ends 2026-03-02T20:00:00+01:00 \\
        --roster people.txt | rollcall score -
    """
    if keys is None:
        raise click.ClickException(NO_KEY)
    _convert(platform, file, keys, Asked(**asked))


def _convert(platform: str, file: Path, key: Path, asked: Asked) -> None:
    with one_line_errors(OSError, RingError, RefusedError, SessionsError):
        source = PLATFORMS[platform]
        ring = read_ring(key)
        plan = _plan(asked, ring, source)
        people = () if plan is None else plan.expected
        found = _found(file, platform, asked, Names(ring, identities(people), source.platform))
        records = settled(found.records, people_known(people))
        if records and asked.session is not None and not isinstance(source, Report):
            records = with_session(records, asked.session)
        everything = list(complete(source, records, plan)) if records else []
    with silent_when_unread():
        for line in lines(everything, found.told):
            click.echo(line)
    for told in found.told:
        click.echo(_plain(told), err=True)
    if not everything:
        raise click.ClickException(f"{file}: nothing in it could be converted")


def _found(file: Path, platform: str, asked: Asked, names: Names) -> Found:
    """The file under the key in force when its session starts, or when its first event was."""

    def under(ms: int) -> Found:
        naming = names.at(ms)
        return read(file, platform, _meeting(PLATFORMS[platform], asked, naming), naming)

    if asked.starts is not None:
        return under(milliseconds(asked.starts))
    newest = names.ring.newest
    found = under(newest.starts_at)
    first = min((milliseconds(record.at) for record in found.records), default=newest.starts_at)
    return found if names.ring.at(first) == newest else under(first)


def _meeting(source: Source | Report, asked: Asked, naming: Naming) -> Meeting:
    session = asked.session
    if session is not None and not pseudonymous(session):
        raise click.UsageError(f"--session {NO_PSEUDONYM}")
    if session is None and isinstance(source, Report):
        if asked.starts is None:
            raise click.UsageError("a report does not name its session: give --session or --starts")
        start = rfc3339(milliseconds(asked.starts))
        session = naming("session", f"{asked.program}\n{start}")
    return Meeting(session or "", asked.starts, asked.ends, asked.zone, asked.date_order)


def _plan(asked: Asked, ring: Ring, source: Source | Report) -> Plan | None:
    starts, ends = asked.starts, asked.ends
    if starts is None or ends is None:
        if asked.roster is not None or starts is not ends:
            raise click.UsageError("a plan needs both --starts and --ends")
        return None
    if not plausible(starts, ends) or not starts < ends <= starts + LONGEST_SESSION:
        raise click.UsageError("--ends must follow --starts by at most 48 h")
    if not pseudonymous(asked.program):
        raise click.UsageError(f"--program {NO_PSEUDONYM}")
    names = Names(ring, Identities(), source.platform)
    people = (
        []
        if asked.roster is None
        else expected(asked.roster, asked.program, starts, load(asked.policies), names)
    )
    return Plan(asked.program, asked.kind, starts, ends, people)


def _plain(told: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in told)
