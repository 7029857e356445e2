"""Run a program that ends when its parent ends: `leash.py PARENT SIGNAL USER COMMAND…`.

Started as a script by `streams.machine.program`, it becomes the command, which so keeps the
process id that its parent knows. It is a step of its own because a hook between fork and exec
may deadlock in a process with threads, and because the user to become may not be allowed to
run this Python. It imports only the standard library and none of ours.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
COMMAND_NOT_RUN = 127


def become(user: str) -> None:
    """Give up the rights of root for good and go on as `user`."""
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir


def tie(parent: int, death_signal: int) -> None:
    """Ask the kernel for `death_signal` when `parent` ends, by whatever means.

    Only Linux has this. Elsewhere the program still ends when its parent stops it in order.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    # The parent may have ended before the call, and then nobody would ever tell us.
    if os.getppid() != parent:
        sys.exit("the parent ended before the program could start")


def main(parent: str, death_signal: str, user: str, *command: str) -> None:
    """Become `command` as `user` (empty: as we are), tied to the process id `parent`."""
    # Python ignores these two, and an ignored signal would stay ignored in the command.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if user:
        become(user)
    # After the change of user, which would clear it.
    tie(int(parent), int(death_signal))
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.exit(COMMAND_NOT_RUN)


if __name__ == "__main__":
    main(*sys.argv[1:])
