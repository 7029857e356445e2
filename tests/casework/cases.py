"""Cases for tests: a log, read and run under the defaults with a few settings changed."""

from collections.abc import Iterable
from datetime import date

from schemas.policy import Policy
from schemas.policy_case import Case
from schemas.policy_file import parse
from streams.casework.expectation import Found
from streams.casework.trial import found, read

MONDAY = date(2026, 3, 2)
HEAD = 'version = "1"\neffective_from = 2026-01-01\nprogram = "evening"\n'


def policy(settings: str = "") -> Policy:
    """The defaults with some settings changed."""
    return parse(HEAD + settings, "p.toml")


def case(
    *log: str, looked_at: str | None = None, expect: Iterable[str] = (), week: date = MONDAY
) -> Case:
    """A case with these lines as its log."""
    return Case(
        name="case", week=week, log="\n".join(log), expect=tuple(expect), looked_at=looked_at
    )


def outputs(*log: str, settings: str = "", looked_at: str | None = None) -> list[Found]:
    """What comes of a log."""
    rules = policy(settings)
    return found(read(case(*log, looked_at=looked_at), rules), rules)


def texts(*log: str, settings: str = "", looked_at: str | None = None) -> set[str]:
    """The same as text, without the praise for weeks that went well."""
    told = outputs(*log, settings=settings, looked_at=looked_at)
    return {each.text for each in told if each.name != "recommend recognise"}
