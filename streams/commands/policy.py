"""`rollcall policy`: check policies, try them on their own cases, and print them for intake."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click
import msgspec

from schemas.policy import Policies, Policy, PolicyError
from schemas.policy_file import parse, parse_cases, refused
from schemas.policy_values import digest
from streams.casework.expectation import Differences, changed
from streams.casework.script import PlacedError
from streams.casework.trial import Read, found, judged, read
from streams.commands.options import json_option, one_line_errors, policy_option
from streams.policies import DEFAULT, load, texts
from streams.readable import counted
from streams.sheet.document import sheet as sheet_of
from streams.surprises import of_succession, surprises

policy_path = click.Path(path_type=Path)


class Source(NamedTuple):
    """A policy file with everything in it; cases as (name, case)."""

    file: str
    policy: Policy
    cases: list[tuple[str, Read]]


class Result(NamedTuple):
    """What came of one case."""

    file: str
    name: str
    differences: Differences


@click.group()
def policy() -> None:
    """Check policies, try them on their own cases, print them for intake."""


@policy.command()
@click.argument("paths", nargs=-1, type=policy_path)
@json_option
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Read the policies in PATHS strictly: files or folders; default: the shipped one.

    Prints one line for each, and notes on standard error what may surprise. What cannot be used
    ends it with one line: file, key, reason.
    """
    with one_line_errors():
        load(paths)
        sources = _sources(paths or (DEFAULT,))
    for source in sources:
        before = _before(source.policy, sources)
        notes = surprises(source.policy)
        notes += of_succession(before, source.policy) if before else []
        if as_json:
            told = _facts(source) | {"notes": [note._asdict() for note in notes]}
            click.echo(msgspec.json.encode(told))
            continue
        facts = _facts(source)
        click.echo(
            "{file}: {program} {version}, in force from {effective_from}, {zone}, "
            "digest {digest}, ".format(**facts)
            + counted(facts["cases"], "case")
        )
        for note in notes:
            click.echo(f"{source.file}: {note.key}: note: {note.text}", err=True)


@policy.command()
@click.argument("paths", nargs=-1, required=True, type=policy_path)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Tell what this other policy would make of the same cases.",
)
@json_option
def test(paths: tuple[Path, ...], against: Path | None, as_json: bool) -> None:
    """Run the cases that the policies in PATHS carry, and compare with what they expect.

    How to write cases is told in deploy/policies/cases.md.

    Exit code 1 where something was expected and not found, or found and not expected. With
    --against nothing is expected: it tells what would change, and ends with exit code 0.
    """
    with one_line_errors():
        sources = _sources(paths)
        for source in sources:
            if not source.cases:
                raise refused(source.file, "cases", "there are none to run")
        other = None if against is None else _only(against)
        results = list(_results(sources, other))
    words = ("expected, not found", "found, not expected") if other is None else ("gone", "new")
    for result in results:
        _tell(result, words, as_json)
    different = sum(map(_differs, results))
    if not as_json:
        click.echo(f"{counted(len(results), 'case')}, {different} different")
    if different and other is None:
        raise SystemExit(1)


@policy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--program", help="The program whose policy it is, instead of a file.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day on which it is in force; today."
)
@policy_option
def sheet(
    file: Path | None, program: str | None, on: datetime | None, policies: tuple[Path, ...]
) -> None:
    """Print the policy in FILE, or that of a program, in plain language for intake.

    The text is Markdown and says only what the policy says.
    """
    if (file is None) == (program is None):
        raise click.UsageError("give either FILE or --program")
    with one_line_errors():
        if file is not None:
            shown = _only(file)
        else:
            shown = _in_force(load(policies), program or "default", on)
    click.echo(sheet_of(shown), nl=False)


def _only(path: Path) -> Policy:
    found_texts = texts([path])
    if len(found_texts) > 1:
        raise PolicyError(f"{path}: has {len(found_texts)} policies: name one of them")
    file, text = found_texts[0]
    return parse(text, file)


def _before(later: Policy, sources: Sequence[Source]) -> Policy | None:
    """The version that another one follows, among those that are checked."""
    versions = [
        source.policy
        for source in sources
        if source.policy.program == later.program
        and source.policy.effective_from < later.effective_from
    ]
    return max(versions, key=lambda version: version.effective_from, default=None)


def _in_force(policies: Policies, program: str, on: datetime | None) -> Policy:
    """The version of a program's policy that holds on a day of the program's, or now."""
    named = [each for each in policies if each.program == program]
    versions = named or [each for each in policies if each.program == "default"]
    begun = [
        each
        for each in versions
        if each.effective_from <= (on or datetime.now(ZoneInfo(each.zone))).date()
    ]
    return begun[-1] if begun else versions[0]


def _sources(paths: Sequence[Path]) -> list[Source]:
    return [_source(file, text) for file, text in texts(paths)]


def _source(file: str, text: str) -> Source:
    found_policy = parse(text, file)
    cases = []
    for number, case in enumerate(parse_cases(text, file)):
        with _located(file, number):
            cases.append((case.name, read(case, found_policy)))
    return Source(file, found_policy, cases)


@contextmanager
def _located(file: str, number: int) -> Iterator[None]:
    """Errors of a case as one line with the file, the case and the place in it."""
    try:
        yield
    except PlacedError as error:
        raise refused(file, f"cases[{number}].{error.place}", str(error)) from error


def _facts(source: Source) -> dict[str, Any]:
    rules = source.policy
    return {
        "file": source.file,
        "program": rules.program,
        "version": rules.version,
        "effective_from": rules.effective_from,
        "zone": rules.zone,
        "digest": digest(rules),
        "cases": len(source.cases),
    }


def _results(sources: Sequence[Source], other: Policy | None) -> Iterator[Result]:
    for source in sources:
        for number, (name, case) in enumerate(source.cases):
            with _located(source.file, number):
                if other is None:
                    differences = judged(case, source.policy)
                else:
                    differences = changed(found(case, source.policy), found(case, other, own=False))
            yield Result(source.file, name, differences)


def _differs(result: Result) -> bool:
    return bool(result.differences.missing or result.differences.surplus)


def _tell(result: Result, words: tuple[str, str], as_json: bool) -> None:
    if as_json:
        told = {"file": result.file, "case": result.name, "ok": not _differs(result)}
        click.echo(msgspec.json.encode(told | result.differences._asdict()))
        return
    click.echo(f"{'differs' if _differs(result) else 'ok':<8}{result.file}: {result.name}")
    for word, texts_of_it in zip(words, result.differences, strict=True):
        for text in texts_of_it:
            click.echo(f"{'':<10}{word}: {text}")
