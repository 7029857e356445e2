"""Options that several commands share, and the one way to fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from schemas.instants import milliseconds
from schemas.policy import PolicyError

policy_option = click.option(
    "--policy",
    "policies",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="A policy file or a folder of them; the shipped default serves programs without one.",
)
scale_option = click.option(
    "--scale",
    type=click.IntRange(1, 3600),
    default=1,
    show_default=True,
    help="Divide every duration of the policy: at 60 a session of 2 h lasts 2 min.",
)
metrics_option = click.option(
    "--metrics-port",
    type=click.IntRange(0, 65_535),
    envvar="ROLLCALL_METRICS_PORT",
    show_envvar=True,
    help="Answer Prometheus here.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


class InstantType(click.ParamType):
    """An RFC 3339 instant with an offset, as milliseconds."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds since 1970."""
        if isinstance(value, int):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant such as 2026-03-02T18:00:00Z", param, ctx)
        if at.tzinfo is None:
            self.fail(f"{value!r} needs an offset, such as Z or +01:00", param, ctx)
        return milliseconds(at)


@contextmanager
def one_line_errors(*errors: type[Exception]) -> Iterator[None]:
    """Turn the errors a user can cause into one line and exit code 1."""
    expected: tuple[type[Exception], ...] = (PolicyError, *errors)
    try:
        yield
    except expected as error:
        if isinstance(error, OSError) and error.strerror is not None:
            where = "" if error.filename is None else f"{error.filename}: "
            raise click.ClickException(f"{where}{error.strerror}") from error
        raise click.ClickException(str(error)) from error
