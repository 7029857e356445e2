"""Shadow: where everything that the other policies would have published is written.

A new file, or a database that holds nothing yet: never a place that anything else feeds.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import func, select

from schemas.outputs import OUTPUTS
from sinks.bulk import Row
from sinks.database import Database
from sinks.tables import METADATA
from streams.changes import Change
from streams.replay.run import Keep

ROWS_AT_ONCE = 500
DECODERS: Mapping[str, Callable[[bytes], Any]] = {
    topic: msgspec.json.Decoder(record).decode for topic, record in OUTPUTS.items()
}


class ShadowError(Exception):
    """The place holds something already; one line."""


@contextmanager
def shadow(file: Path | None, database: str | None) -> Iterator[Keep]:
    """A function that writes what was published to the new `file` and the empty `database`.

    Raises:
        ShadowError: there is something already.
        OSError, ValueError: the file cannot be made; the URL of the database is no good.
    """
    with ExitStack() as stack:
        keepers: list[Keep] = []
        if file is not None:
            lines = stack.enter_context(_new(file))
            keepers.append(lambda changes: _write(lines, changes))
        if database is not None:
            rows = stack.enter_context(_Rows(database))
            keepers.append(rows.keep)

        def keep(changes: list[Change]) -> None:
            for each in keepers:
                each(changes)

        yield keep


@contextmanager
def _new(file: Path) -> Iterator[BinaryIO]:
    """Half a file is none: it goes again where the replay fails."""
    try:
        lines = file.open("xb")
    except FileExistsError:
        raise ShadowError(f"{file}: is there already; a what-if is written to a new file") from None
    try:
        with lines:
            yield lines
    except BaseException:
        file.unlink()
        raise


def _write(lines: BinaryIO, changes: list[Change]) -> None:
    for change in changes:
        if change.topic in OUTPUTS:
            name = OUTPUTS[change.topic].__name__.lower().encode()
            lines.write(b'{"record":"%b",%b\n' % (name, change.value[1:]))


class _Rows:
    """Rows on their way to the database, some hundreds at a time."""

    def __init__(self, url: str) -> None:
        self._waiting: list[Row] = []
        self._database = Database(url)

    def __enter__(self) -> "_Rows":
        for table in METADATA.sorted_tables:
            (held,) = self._database.read(select(func.count()).select_from(table))
            if held[0]:
                self._database.close()
                raise ShadowError(
                    f"the database already holds {table.name}; a what-if needs it empty"
                )
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                self._database.write(self._waiting)
        finally:
            self._database.close()

    def keep(self, changes: list[Change]) -> None:
        """Store what was published."""
        for change in changes:
            decode = DECODERS.get(change.topic)
            if decode is not None:
                self._waiting.append(Row(decode(change.value), change.value))
        if len(self._waiting) >= ROWS_AT_ONCE:
            self._database.write(self._waiting)
            self._waiting.clear()
