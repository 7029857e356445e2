"""What a door gets that nobody has configured."""

import stat
from pathlib import Path

import pytest

from streams.gateway.config import read_config
from streams.up.door import door_config
from streams.up.place import UpError

NOW = 1_772_474_400_000


def test_a_door_for_one_producer_and_one_system_of_record(tmp_path: Path) -> None:
    config = read_config(door_config(tmp_path / "door", NOW), {})
    callers = {caller.name: caller for caller in config.callers.values()}
    assert set(callers) == {"classroom", "records"}
    assert callers["records"].roles == {"notices", "decisions", "rosters"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "door").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "door").stat().st_mode) == 0o700


def test_what_is_there_stays(tmp_path: Path) -> None:
    first = read_config(door_config(tmp_path, NOW), {})
    again = read_config(door_config(tmp_path, NOW + 1), {})
    assert first == again


def test_a_beginning_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    door_config(tmp_path, NOW)
    ring = (tmp_path / "local.keys").read_bytes()
    (tmp_path / "gateway.toml").unlink()
    (tmp_path / "records.token").unlink()
    read_config(door_config(tmp_path, NOW), {})
    assert (tmp_path / "local.keys").read_bytes() == ring


def test_a_folder_that_cannot_be_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "door").write_text("a file")
    with pytest.raises(UpError, match=r"cannot keep the door's keys in .*: "):
        door_config(tmp_path / "door", NOW)
