"""A program: what to run, where it logs, how it is told to stop; and its start and its end."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from streams.machine import leash

LINES_SHOWN = 3
LINE_LENGTH_SHOWN = 300
BYTES_SEARCHED = 64 * 1024

Process = subprocess.Popen[bytes]


class ProgramError(Exception):
    """A part of this machine did not start or does not answer. The message is one line."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program to run.

    `env` is added to our own environment; output and errors are appended to `log`; `user`
    (root only) is the user it runs as. `stop_signal` asks it to end; `death_signal` is what
    it gets when our process is gone without having asked (Linux). While the program or one of
    its children runs it holds `lock`, and a second one that needs the same is not started.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    lock: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL


class _Starter:
    """One thread that starts every program and lives as long as the process.

    Linux sends the death signal when the *thread* that started a child ends: a child started
    by a short-lived thread would be killed in the middle of its work.
    """

    def __init__(self) -> None:
        self._orders: SimpleQueue[tuple[Program, Future[Process]]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self, program: Program) -> Process:
        with self._lock:
            # It is not alive before the first order, nor in a fork of a process that had one.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="starter", daemon=True)
                self._thread.start()
        started: Future[Process] = Future()
        self._orders.put((program, started))
        return started.result()

    def _run(self) -> None:
        while True:
            program, started = self._orders.get()
            try:
                started.set_result(_start(program))
            except (OSError, ProgramError) as error:
                started.set_exception(error)


def _start(program: Program) -> Process:
    tied = (str(os.getpid()), str(int(program.death_signal)), program.user or "")
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log, _held(program) as inherited:
        return subprocess.Popen(
            (sys.executable, "-I", "-S", leash.__file__, *tied, *program.argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **program.env},
            pass_fds=inherited,
            # Ctrl-C in a terminal goes to a whole group; each part is to be stopped in its turn.
            start_new_session=True,
        )


@contextmanager
def _held(program: Program) -> Iterator[tuple[int, ...]]:
    """Take the lock. The open file is handed on: whoever still has it holds the lock."""
    if program.lock is None:
        yield ()
        return
    with program.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProgramError(f"{program.name} already runs on {program.lock.parent}") from None
        yield (file.fileno(),)


def held(lock: Path) -> bool:
    """Whether a program holds `lock` now."""
    if not lock.exists():
        return False
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


_starter = _Starter()


def spawn(program: Program) -> Process:
    """Start `program`. The process has the id of the program itself.

    Raises:
        ProgramError: it could not be started at all, or its lock is held. A command that is
            not there shows as exit code 127 and a line in the log.
    """
    try:
        return _starter.start(program)
    except OSError as error:
        raise ProgramError(f"cannot start {program.name}: {error}") from error


def kill(process: Process) -> None:
    """End `process` and its group at once (SIGKILL) and wait until it is gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def finish(process: Process, stop_signal: signal.Signals, grace: float) -> int:
    """Ask `process` to end; kill it after `grace` seconds. Returns its exit code."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        return process.wait(grace)
    except subprocess.TimeoutExpired:
        kill(process)
        return process.returncode


def tail(log: Path, since: int = 0) -> str:
    """The last lines of `log` from byte `since` on, in one line and without stack frames."""
    if not log.exists():
        return "the log is empty"
    with log.open("rb") as file:
        file.seek(max(since, log.stat().st_size - BYTES_SEARCHED))
        lines = file.read().decode(errors="replace").splitlines()
    told = [line.strip()[:LINE_LENGTH_SHOWN] for line in lines if _tells(line)]
    return " | ".join(told[-LINES_SHOWN:]) or "the log is empty"


def _tells(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("at ", "... "))
