"""Place: the folder that `rollcall up` keeps its data in, and has to itself."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.machine.postgres_user import closed_folder, server_user
from streams.machine.program import ProgramError
from streams.up.address import FOR_ROOT, HERE


class UpError(ProgramError):
    """`rollcall up` cannot do as asked. The message is one line."""


def default_folder(postgres: bool) -> Path:
    """Where to keep data when nobody says where.

    Raises:
        ProgramError: we are root, and there is no user to run PostgreSQL.
    """
    user = server_user() if postgres else None
    return FOR_ROOT if user and closed_folder(HERE.absolute() / "postgres", user) else HERE


@contextmanager
def taken(folder: Path) -> Iterator[None]:
    """Be the only one on `folder` meanwhile; it is made when it is not there.

    Raises:
        UpError: somebody else is on it, or it cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("a")
    except OSError as error:
        raise UpError(f"cannot keep data in {folder}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UpError(f"rollcall is up on {folder} already") from None
        yield
