"""Screen: what a person sees of it: a table that stays current, or lines now and then."""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from streams.machine.program import Program, tail
from streams.machine.supervisor import Change
from streams.up.health import Figures

LINE_EVERY_S = 30.0
UNKNOWN = "-"


class Screen:
    """Tells on standard output. Changes may come from any thread."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._live: Live | None = None
        self._lock = threading.Lock()
        self._last: dict[str, Change] = {}
        self._crashes: dict[str, int] = {}
        self._programs: dict[str, tuple[Program, int]] = {}
        self._told_at = time.monotonic()

    def say(self, line: str) -> None:
        """One line, above the table where there is one."""
        # Whoever looked may have gone; what runs here goes on until it is told to stop.
        with suppress(OSError):
            self._console.print(line, markup=False)

    def expect(self, program: Program) -> None:
        """A program is about to be started: what its log says from now on is its own."""
        size = program.log.stat().st_size if program.log.exists() else 0
        self._programs[program.name] = program, size

    def changed(self, change: Change) -> None:
        """Something happened to a part."""
        with self._lock:
            self._last[change.name] = change
            if change.state == "crashed":
                self._crashes[change.name] = self._crashes.get(change.name, 0) + 1
        self.say(self._line(change))

    def states(self) -> Mapping[str, Change]:
        """The last change of each part."""
        with self._lock:
            return dict(self._last)

    def reason(self, name: str) -> str:
        """What a part's log says last, since it was first started."""
        program, since = self._programs[name]
        return tail(program.log, since)

    def show(self, figures: Figures) -> None:
        """The state of all now. A terminal gets a table, anything else a line now and then."""
        if self._console.is_terminal:
            if self._live is None:
                self._live = Live(console=self._console, auto_refresh=False, transient=True)
                with suppress(OSError):
                    self._live.start()
            with suppress(OSError):
                self._live.update(self._table(figures), refresh=True)
        elif time.monotonic() - self._told_at > LINE_EVERY_S:
            self._told_at = time.monotonic()
            self.say(summary(figures))

    def close(self) -> None:
        """The table goes; lines may still come."""
        if self._live is not None:
            with suppress(OSError):
                self._live.stop()
            self._live = None

    def _line(self, change: Change) -> str:
        if change.state == "started":
            return f"{change.name} runs as process {change.pid}"
        if change.state == "crashed":
            again = f"starting it again in {(change.retry_in_ms or 0) / 1000:g} s"
            if change.exit_code is None:
                return f"{change.name} could not be started; {again}"
            if change.exit_code < 0:
                return f"{change.name} was killed by signal {-change.exit_code}; {again}"
            return (
                f"{change.name} ended with {change.exit_code}: {self.reason(change.name)}; {again}"
            )
        return f"{change.name} {change.state}"

    def _table(self, figures: Figures) -> Group:
        table = Table(box=None, pad_edge=False, show_header=False)
        for name, change in self.states().items():
            crashes = self._crashes.get(name, 0)
            style = "green" if change.state == "started" else "yellow"
            state = "runs" if change.state == "started" else change.state
            restarts = f"started again {crashes} times" if crashes else ""
            pid = "" if change.pid is None else f"process {change.pid}"
            table.add_row(name, Text(state, style=style), pid, restarts)
        return Group(table, Text(summary(figures)))


def summary(figures: Figures) -> str:
    """The figures in one line."""
    age = figures.checkpoint_age_s
    return " · ".join(
        (
            f"{figures.events} events in",
            f"{_known(figures.lag)} waiting",
            f"{_known(figures.sessions)} sessions live",
            f"{_known(figures.violations_open)} violations open",
            f"checkpoint {UNKNOWN if age is None else f'{age:.1f} s ago'}",
            f"{figures.rows} rows written, {_known(figures.sink_lag)} waiting",
        )
    )


def _known(value: int | None) -> str:
    return UNKNOWN if value is None else str(value)
