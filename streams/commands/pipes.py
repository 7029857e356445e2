"""What to do when nobody reads on, as in `rollcall … | head`, or nothing more can be written."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def silent_when_unread() -> Iterator[None]:
    """End without a word when the reader of standard output has gone, in one line if it is full."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_the_rest()
    except OSError as error:
        _drop_the_rest()
        raise click.ClickException(error.strerror or str(error)) from error


def _drop_the_rest() -> None:
    """Python would complain of what it cannot write when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
