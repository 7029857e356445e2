"""Keeping: whoever reads a ring while it changes reads a whole one, and no key is lost."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

from streams.pseudonyms.keeping import new_ring, retire, rotate
from streams.pseudonyms.ring import Ring, RingError, read_ring

AT_ONCE = 8
NOW = 1_900_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    new_ring(tmp_path / "north.keys", NOW - 1)
    return tmp_path / "north.keys"


def test_changes_at_once_wait_for_each_other(file: Path) -> None:
    together = Barrier(AT_ONCE)

    def rotated(number: int) -> str | None:
        together.wait()
        try:
            return rotate(file, NOW + number, NOW).id
        except RingError:
            # Somebody with a later instant was there first.
            return None

    for round_ in range(4):
        with ThreadPoolExecutor(AT_ONCE) as threads:
            numbers = range(round_ * AT_ONCE, (round_ + 1) * AT_ONCE)
            made = [each for each in threads.map(rotated, numbers) if each is not None]
        assert made
        assert set(made) <= {key.id for key in read_ring(file).newest_first}


def test_a_reader_never_sees_half_a_change(file: Path) -> None:
    done = Event()

    def read() -> list[Ring]:
        found = []
        while not done.is_set():
            found.append(read_ring(file))
        return found

    first = read_ring(file).newest
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(read)
        try:
            for number in range(50):
                rotate(file, NOW + number, NOW)
        finally:
            done.set()
        assert all(ring.newest_first[-1] == first for ring in reading.result())


def test_the_instant_of_a_rotation_may_be_now_and_never_past(file: Path) -> None:
    with pytest.raises(RingError, match="has passed"):
        rotate(file, NOW - 1, NOW)
    assert rotate(file, NOW, NOW).starts_at == NOW


def test_in_force_changes_with_the_instant(file: Path) -> None:
    old = read_ring(file).newest
    new = rotate(file, NOW + 10, NOW)
    for now, in_force, other in ((NOW + 9, old, new), (NOW + 10, new, old)):
        with pytest.raises(RingError, match=f"{in_force.id} is in force"):
            retire(file, in_force.id, now)
        assert read_ring(file).key(other.id) is not None
    retire(file, old.id, NOW + 10)
    assert read_ring(file).newest_first == (new,)


def test_the_owner_stays_the_owner(file: Path) -> None:
    """Whoever rotates as root must not lock the door's own user out."""
    before = file.stat()
    if os.geteuid() == 0:
        os.chown(file, 65534, 65534)
        before = file.stat()
    rotate(file, NOW, NOW)
    after = file.stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_mode & 0o777 == 0o600
