"""`rollcall week`: a week as it stands, of one person or of a whole program."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import get_terminal_size

import click
import msgspec
from click.core import ParameterSource
from rich.console import Console
from sqlalchemy import make_url

from sinks.database import Database
from sinks.faults import DatabaseAwayError, DatabaseUnusableError
from streams.commands.options import InstantType, json_option, one_line_errors, policy_option
from streams.commands.pipes import silent_when_unread
from streams.commands.plain import echo
from streams.explanation.find import UnknownError
from streams.glance.choose import chosen
from streams.glance.person import person
from streams.glance.program import table, together, totals
from streams.glance.sources import Asked, compute, names, published, stored
from streams.glance.view import Glance, Published, glances
from streams.policies import load
from streams.readable import wrapped


class DayType(click.ParamType):
    """A calendar day."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The day that a text such as 2026-03-02 names."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{str(value)!r} is not a day such as 2026-03-02", param, ctx)


@click.command()
@click.argument("names", nargs=-1, metavar="[PARTICIPANT] [FILE]...")
@click.option("--program", help="Everybody in this program, in place of one participant.")
@click.option("--week", "day", type=DayType(), help="The week with this day, YYYY-MM-DD, in it.")
@click.option(
    "--as-of",
    type=InstantType(),
    help="As known then; default: now, or for files once all that had begun is final.",
)
@click.option(
    "--database",
    envvar="ROLLCALL_DATABASE_URL",
    show_envvar=True,
    metavar="URL",
    help="Read the tables that the sink fills, in place of files.",
)
@policy_option
@json_option
@click.pass_context
def week(
    context: click.Context,
    names: tuple[str, ...],
    program: str | None,
    day: date | None,
    as_of: int | None,
    database: str | None,
    policies: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Show this week at a glance.

    PARTICIPANT's week in every program; with --program everybody's in one, who needs attention
    first. From FILES (NDJSON as `rollcall score` reads it; - is standard input), or from the
    database.
    """
    asked, files = _asked(names, program)
    typed = context.get_parameter_source("database") is ParameterSource.COMMANDLINE
    if files and database and typed:
        raise click.UsageError("give FILES or --database, not both")
    with one_line_errors(OSError, UnknownError, DatabaseAwayError, DatabaseUnusableError):
        if files:
            found = _from_files(asked, files, day, as_of, policies)
        elif not database:
            raise click.UsageError("where from? Give FILES, or --database URL")
        elif as_of is not None or policies:
            raise click.UsageError("--as-of and --policy are for FILES: tables hold what is now")
        else:
            found = _from_database(asked, database, day)
    with silent_when_unread():
        if as_json:
            _tell_json(asked, found)
        else:
            _tell(asked, found)


def _asked(names: Sequence[str], program: str | None) -> tuple[Asked, list[Path]]:
    if program is not None:
        return Asked(None, program), [Path(name) for name in names]
    if not names or (len(names) == 1 and Path(names[0]).is_file()):
        raise click.UsageError("whose week? Give PARTICIPANT first, or --program")
    return Asked(names[0], None), [Path(name) for name in names[1:]]


def _from_files(
    asked: Asked, files: Sequence[Path], day: date | None, as_of: int | None, rules: Sequence[Path]
) -> list[Glance]:
    computed = compute(files, as_of, load(rules))
    for dead in computed.refused:
        click.echo(f"line {dead.arrival.offset}: {dead.reason}: {dead.detail}", err=True)
    everybody = computed.published
    known = {getattr(each, _column(asked)) for each in everybody.weeks if not each.withdrawn}
    own = published([each for kind in everybody for each in kind if asked.matches(each)])
    weeks = chosen(own.weeks, _who(asked), lambda: known, day, computed.now)
    return glances(own, weeks)


def _from_database(asked: Asked, url: str, day: date | None) -> list[Glance]:
    try:
        database = Database(url)
    except ValueError as error:
        raise UnknownError(f"--database: {error}") from None
    file = make_url(url).database
    if make_url(url).get_backend_name() == "sqlite" and not (file and Path(file).is_file()):
        # SQLite would make an empty one where there is none.
        raise UnknownError(f"--database: there is no file {file!r}")
    with database:
        own: Published = stored(database, asked)
        weeks = chosen(
            own.weeks,
            _who(asked),
            lambda: names(database, _column(asked)),
            day,
            datetime.now(UTC),
        )
    return glances(own, weeks)


def _column(asked: Asked) -> str:
    return "participant" if asked.program is None else "program"


def _who(asked: Asked) -> str:
    return f"{_column(asked)} {asked.participant if asked.program is None else asked.program}"


def _tell_json(asked: Asked, found: Sequence[Glance]) -> None:
    for glance in found:
        click.echo(msgspec.json.encode(glance.record()))
    if asked.program is not None:
        click.echo(msgspec.json.encode({"record": "totals", **totals(found)}))


def _tell(asked: Asked, found: Sequence[Glance]) -> None:
    width = get_terminal_size().columns
    if asked.program is None:
        for number, glance in enumerate(found):
            for line in wrapped(("", *person(glance)) if number else person(glance), width):
                echo(line)
        return
    first = found[0].week
    echo(f"{first.program}, week of {first.week:%a} {first.week.day} {first.week:%b %Y}")
    console = Console(file=io.StringIO(), width=width, force_terminal=True)
    console.print(table(found))
    for line in (*console.file.getvalue().splitlines(), *wrapped(together(found), width)):  # type: ignore[attr-defined]
        echo(line.rstrip())
