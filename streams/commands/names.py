"""Names as platforms give them: whose ids they are, and how many stand in a file."""

from typing import Any

import click

from schemas.checking import NO_PSEUDONYM, RefusedError, pseudonymous
from streams.pseudonyms.raw import PLATFORMS


def platform_name(context: click.Context, option: click.Parameter, given: Any) -> Any:
    """A callback for one platform or several; raises BadParameter for what can be none.

    A name that is none of ours is a producer's, and told: a slip would give ids of nobody.
    """
    for name in (given,) if isinstance(given, str) else given:
        if not pseudonymous(name):
            raise click.BadParameter(NO_PSEUDONYM)
        if name not in PLATFORMS:
            known = ", ".join(sorted(PLATFORMS))
            click.echo(f"{name} is taken for a producer; platforms are {known}", err=True)
    return given


def names_in(content: bytes, place: str) -> list[str]:
    """The names of a file at `place`, one a line; RefusedError for what is no text."""
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise RefusedError(f"{place}: not UTF-8") from None
    return list(filter(None, map(str.strip, lines)))
