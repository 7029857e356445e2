"""Keep programs running: start them, bring a crashed one back, stop them in order."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from streams.machine.program import Process, Program, ProgramError, finish, spawn

FIRST_DELAY_MS = 500
LONGEST_DELAY_MS = 30_000
HEALTHY_AFTER_MS = 60_000
STOP_GRACE = 15.0


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happened to a program.

    `started` has a `pid`. `crashed` (ended with other than 0, or could not be started, then
    without an `exit_code`) has `retry_in_ms`. `finished` ended by itself with 0 and is not
    started again. `stopped` ended because it was told to. A negative exit code is the signal
    that ended it.
    """

    name: str
    state: Literal["started", "crashed", "finished", "stopped"]
    pid: int | None = None
    exit_code: int | None = None
    retry_in_ms: int | None = None


def restart_delay_ms(crashes: int) -> int:
    """How long to wait before the next start, after so many crashes in a row (from 1)."""
    # Only the number is kept small here: the delay is at its longest long before.
    return min(LONGEST_DELAY_MS, FIRST_DELAY_MS << min(crashes - 1, 16))


def crashes_in_a_row(before: int, lived_ms: int) -> int:
    """The count after one more crash: a program that was healthy for a minute starts anew."""
    return 1 if lived_ms >= HEALTHY_AFTER_MS else before + 1


class Supervisor:
    """Runs programs until told to stop, each watched by a thread of its own.

    `on_change` gets every change, one at a time, from those threads; it must not call back.
    """

    def __init__(self, on_change: Callable[[Change], None]) -> None:
        self._on_change = on_change
        self._reporting = threading.Lock()
        self._stopping = threading.Event()
        self._keepers: list[_Keeper] = []

    def start(self, program: Program) -> None:
        """Start `program` and keep it running. The order of these calls is the start order."""
        keeper = _Keeper(program, self._report, self._stopping)
        self._keepers.append(keeper)
        keeper.start()

    def stop(self, grace: float = STOP_GRACE) -> None:
        """Stop all, the last one started first, each with `grace` seconds before it is killed.

        Nothing is restarted any more from the moment of the call. Calling it again is harmless.
        """
        self._stopping.set()
        while self._keepers:
            self._keepers.pop().stop(grace)

    def _report(self, change: Change) -> None:
        with self._reporting:
            self._on_change(change)


class _Keeper(threading.Thread):
    """Keeps one program running."""

    def __init__(
        self, program: Program, report: Callable[[Change], None], stopping: threading.Event
    ) -> None:
        super().__init__(name=f"keeper of {program.name}", daemon=True)
        self._program = program
        self._report = report
        self._stopping = stopping
        self._process: Process | None = None
        # Held while starting: so a stop either prevents the start or finds what was started.
        self._starting = threading.Lock()

    def run(self) -> None:
        crashes = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            exit_code = self._run_once()
            if self._stopping.is_set():
                return
            if exit_code == 0:
                self._report(Change(name=self._program.name, state="finished", exit_code=0))
                return
            crashes = crashes_in_a_row(crashes, int((time.monotonic() - started) * 1000))
            delay_ms = restart_delay_ms(crashes)
            self._report(
                Change(
                    name=self._program.name,
                    state="crashed",
                    exit_code=exit_code,
                    retry_in_ms=delay_ms,
                )
            )
            self._stopping.wait(delay_ms / 1000)

    def stop(self, grace: float) -> None:
        with self._starting:
            process = self._process
        if process is not None and process.poll() is None:
            exit_code = finish(process, self._program.stop_signal, grace)
            self._report(Change(name=self._program.name, state="stopped", exit_code=exit_code))
        self.join()

    def _run_once(self) -> int | None:
        """Run it to its end. Returns its exit code, None when it could not be started."""
        with self._starting:
            if self._stopping.is_set():
                return None
            try:
                process = self._process = spawn(self._program)
            except ProgramError:
                return None
        self._report(Change(name=self._program.name, state="started", pid=process.pid))
        return process.wait()
