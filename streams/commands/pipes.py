"""What to do when nobody reads on: `rollcall … | head`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_when_unread() -> Iterator[None]:
    """End without a word when the reader of standard output has gone."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has enough. Python would complain of the rest when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
