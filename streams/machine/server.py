"""A server on this machine with its data in one folder: start, wait, stop, kill, start again."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from streams.machine.program import Process, Program, ProgramError, finish, held, kill, spawn, tail

START_TIMEOUT = 60.0
STOP_GRACE = 30.0
POLL = 0.05


class Server(ABC):
    """What Kafka and PostgreSQL have in common here.

    Alone: `with Broker(folder) as broker`, or `start`, `stop`, `kill`, and `start` again.
    Under a supervisor: run `program()`, then `wait_until_ready()`.
    The data folder is prepared once and never emptied.
    """

    title: ClassVar[str]
    failure: ClassVar[type[ProgramError]]

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._started: tuple[Program, Process] | None = None

    @property
    @abstractmethod
    def log(self) -> Path:
        """What the server says, all starts one after the other."""

    @property
    def lock(self) -> Path:
        """Held by the server as long as it runs. Kafka's own guard is too weak: a second broker
        writes into the log of the first before it notices."""
        return self.folder / "lock"

    def program(self) -> Program:
        """Prepare the folder and say what to run.

        Raises `failure` (or another ProgramError) when that is impossible, or when the server
        already runs on this folder.
        """
        if held(self.lock):
            raise self.failure(f"{self.title} already runs on {self.folder}")
        return self.prepared()

    @abstractmethod
    def prepared(self) -> Program:
        """What `program` says, on a folder on which no server runs."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves clients now, by its own protocol."""

    @property
    def pid(self) -> int | None:
        """The id of the process that we started, None when it does not run."""
        if self._started is None or self._started[1].poll() is not None:
            return None
        return self._started[1].pid

    def start(self, timeout: float = START_TIMEOUT) -> None:
        """Start it and wait until it answers; nothing to do when it runs.

        Raises `failure` when it does not come up within `timeout` seconds, with the end of its
        log; nothing is left running then.
        """
        if self.pid is not None:
            return
        program = self.program()
        said = self.log.stat().st_size if self.log.exists() else 0
        process = spawn(program)
        self._started = program, process
        try:
            self.wait_until_ready(timeout, lambda: process.poll() is None)
        except ProgramError as error:
            self.kill()
            reason = f"{error}: {tail(self.log, said)} (all of it: {self.log})"
            raise self.failure(reason) from error
        except BaseException:
            self.kill()
            raise

    def wait_until_ready(
        self, timeout: float = START_TIMEOUT, alive: Callable[[], bool] = lambda: True
    ) -> None:
        """Wait until it answers.

        Raises `failure` when it does not within `timeout` seconds, or is no longer `alive`.
        """
        deadline = time.monotonic() + timeout
        while not self.answers():
            if not alive():
                raise self.failure(f"{self.title} ended while it was starting")
            if time.monotonic() > deadline:
                raise self.failure(f"{self.title} does not answer after {timeout:g} s")
            time.sleep(POLL)

    def stop(self, grace: float = STOP_GRACE) -> None:
        """Stop in order; after `grace` seconds by force. Its data stays."""
        if self._started is not None:
            program, process = self._started
            finish(process, program.stop_signal, grace)

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would. Its data stays."""
        if self._started is not None:
            kill(self._started[1])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
