"""What a data folder remembers, and what it refuses."""

import socket
from pathlib import Path

import pytest

from streams.machine.ports import LOOPBACK
from streams.up.memory import DEFAULT_PARTITIONS, Memory, keep, recall
from streams.up.place import UpError, taken


def test_a_new_folder_takes_what_is_asked_or_the_defaults(tmp_path: Path) -> None:
    assert recall(tmp_path, None, None, None) == Memory(
        partitions=DEFAULT_PARTITIONS, scale=1, database="postgresql"
    )
    assert recall(tmp_path, 3, 60, "sqlite") == Memory(partitions=3, scale=60, database="sqlite")


def test_what_was_kept_holds(tmp_path: Path) -> None:
    memory = Memory(partitions=3, scale=60, database="sqlite", ports={"sink": 20_001})
    keep(tmp_path, memory)

    assert recall(tmp_path, None, None, None) == memory
    assert recall(tmp_path, 3, 60, None) == memory


def test_another_number_of_partitions_or_scale_is_refused(tmp_path: Path) -> None:
    keep(tmp_path, Memory(partitions=3, scale=60, database="sqlite"))

    with pytest.raises(UpError, match="has 3 partitions, which cannot become 4"):
        recall(tmp_path, 4, None, None)
    with pytest.raises(UpError, match="lives at scale 60"):
        recall(tmp_path, None, 1, None)


def test_the_database_may_change(tmp_path: Path) -> None:
    keep(tmp_path, Memory(partitions=3, scale=1, database="sqlite"))

    assert recall(tmp_path, None, None, "postgresql").database == "postgresql"


def test_a_port_stays_unless_somebody_took_it() -> None:
    memory = Memory(partitions=1, scale=1, database="sqlite")
    port = memory.port("worker")

    assert memory.port("worker") == port
    with socket.create_server((LOOPBACK, port)):
        assert memory.port("worker") != port
    assert memory.port("sink") not in (port, memory.port("worker"))


def test_a_folder_is_taken_once_and_free_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with (
        taken(folder),
        pytest.raises(UpError, match=f"rollcall is up on {folder} already"),
        taken(folder),
    ):
        pass
    with taken(folder):
        pass
