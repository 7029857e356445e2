"""Memory: what a data folder was made with, and which ports were given out."""

from pathlib import Path
from typing import Literal

import msgspec

from streams.machine.ports import free, free_port
from streams.up.place import UpError

FILE = "memory.json"
DEFAULT_PARTITIONS = 8

DatabaseKind = Literal["postgresql", "sqlite"]


class Memory(msgspec.Struct, kw_only=True):
    """What stays the same between runs on a folder. `ports` are those of metrics, by part."""

    partitions: int
    scale: int
    database: DatabaseKind
    ports: dict[str, int] = {}

    def port(self, part: str) -> int:
        """The port for the metrics of `part`: the same as before, unless it is taken now."""
        port = self.ports.get(part)
        if port is None or not free(port):
            port = self.ports[part] = free_port()
        return port


def recall(
    folder: Path, partitions: int | None, scale: int | None, database: DatabaseKind | None
) -> Memory:
    """What holds in `folder`; None leaves it to what was there before, or the default.

    Raises:
        UpError: something is asked for that cannot change, or the file cannot be read.
    """
    file = folder / FILE
    if not file.exists():
        return Memory(
            partitions=partitions or DEFAULT_PARTITIONS,
            scale=scale or 1,
            database=database or "postgresql",
        )
    try:
        known = msgspec.json.decode(file.read_bytes(), type=Memory)
    except (OSError, msgspec.MsgspecError) as error:
        raise UpError(f"cannot read {file}: {error}") from error
    if partitions not in (None, known.partitions):
        raise UpError(
            f"{folder} has {known.partitions} partitions, which cannot become {partitions}: "
            f"leave --partitions {known.partitions}, or choose another folder with --data"
        )
    if scale not in (None, known.scale):
        raise UpError(
            f"{folder} lives at scale {known.scale}, and its sessions make no sense at {scale}: "
            f"give --scale {known.scale}, or choose another folder with --data"
        )
    # A database can be changed: the log fills another one from its beginning.
    known.database = database or known.database
    return known


def keep(folder: Path, memory: Memory) -> None:
    """Write it down for the next run."""
    part = folder / f"{FILE}.part"
    part.write_bytes(msgspec.json.format(msgspec.json.encode(memory)) + b"\n")
    part.replace(folder / FILE)
