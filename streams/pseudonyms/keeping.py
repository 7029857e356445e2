"""Keeping: ring files are made, rotated and thinned out, each change whole or not at all.

A change goes to a file beside the ring, is on the disk before it takes the ring's name, and has
the ring's owner and mode. Two changes at once wait for each other; a secret that is lost cannot
be made again.
"""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.instants import instant, plausible, rfc3339
from streams.pseudonyms.ring import LEAST_BYTES, Key, Ring, RingError, read_ring, ring_text

NEW = ".new"


def new_ring(file: Path, starts_at: int) -> Key:
    """Make `file`, a ring of one new key that only its owner may read.

    Raises OSError, also if there is such a file, and ValueError for an instant of no use.
    """
    if not plausible(instant(starts_at)):
        raise ValueError("a key comes into force between 2000 and 2200")
    key = Key.of(secrets.token_bytes(LEAST_BYTES), starts_at)
    _write(file, ring_text(Ring.of([key])))
    _settle(file.absolute().parent)
    return key


def rotate(file: Path, starts_at: int, now_ms: int) -> Key:
    """Add a new key to the ring in `file`, in force from `starts_at` on; gives the key.

    Raises RingError for an instant that has passed or comes before a key that is there:
    what has pseudonyms already would get others. Raises OSError where files do.
    """

    def rotated(ring: Ring) -> Ring:
        if starts_at < now_ms:
            raise RingError(f"from: {rfc3339(starts_at)} has passed, and ids were given since")
        if starts_at <= ring.newest.starts_at:
            raise RingError(
                f"from: must be later than that of {ring.newest.id}, "
                f"{rfc3339(ring.newest.starts_at)}"
            )
        key = Key.of(secrets.token_bytes(LEAST_BYTES), starts_at)
        return Ring.of((key, *ring.newest_first))

    return _change(file, rotated).newest


def retire(file: Path, key_id: str, now_ms: int) -> None:
    """Take the key out of the ring in `file`: nobody is known by its pseudonyms any more.

    Raises RingError for the key in force now and for a key that is not there, and OSError.
    """

    def thinned(ring: Ring) -> Ring:
        if ring.key(key_id) is None:
            raise RingError("it has no key with this id")
        if ring.at(now_ms).id == key_id:
            raise RingError(f"{key_id} is in force; rotate first")
        return Ring.of(key for key in ring.newest_first if key.id != key_id)

    _change(file, thinned)


def _change(file: Path, change: Callable[[Ring], Ring]) -> Ring:
    # A ring that is a link, as secrets often are, stays one.
    file = file.resolve()
    with _alone(file.parent):
        ring = read_ring(file)
        try:
            ring = change(ring)
        except RingError as error:
            raise RingError(f"{file}: {error}") from None
        status = file.stat()
        new = file.with_name(f".{file.name}{NEW}")
        new.unlink(missing_ok=True)
        _write(new, ring_text(ring), status)
        new.replace(file)
        _settle(file.parent)
    return ring


def _write(file: Path, text: str, like: os.stat_result | None = None) -> None:
    """Make `file`, with the owner and mode of `like`; it is whole and on the disk, or not there."""
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "w") as out:
            if like is not None:
                if (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(number, like.st_uid, like.st_gid)
                os.fchmod(number, stat.S_IMODE(like.st_mode))
            out.write(text)
            out.flush()
            os.fsync(number)
    except OSError as error:
        file.unlink()
        raise OSError(error.errno, error.strerror, str(file)) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against other changes; a lock on the ring itself would go with its name."""
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _settle(folder: Path) -> None:
    """The name is on the disk as well."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
