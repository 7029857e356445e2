"""Progress on standard error: a bar for a person, a line now and then for a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 10.0


class Told(Protocol):
    """Is told how many are done."""

    def __call__(self, done: int) -> None: ...


@contextmanager
def shown(what: str, total: int | None) -> Iterator[Told]:
    """Show how many of `total` (None: without end) are done, for as long as it lasts."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console, what, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(what, total=total)

        def tell(done: int) -> None:
            progress.update(task, completed=done)

        yield tell


def _lines(console: Console, what: str, total: int | None) -> Told:
    told_at = time.monotonic()
    of = "" if total is None else f" of {total}"

    def tell(done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= LINE_EVERY_S:
            told_at = time.monotonic()
            console.print(f"{what}: {done}{of}", highlight=False)

    return tell
