"""The supervisor: brings back what crashed, lets be what finished, stops in reverse order."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.machine.program import Program
from streams.machine.supervisor import (
    Change,
    Supervisor,
    crashes_in_a_row,
    restart_delay_ms,
)

Until = Callable[[Callable[[], bool]], None]
Gone = Callable[[int], bool]

# Supervises two programs, tells their process ids, and waits for the end.
PARENT = """
import sys, time
from pathlib import Path
from streams.machine.program import Program
from streams.machine.supervisor import Supervisor
supervisor = Supervisor(lambda change: print(change.pid, flush=True))
for name in ("one", "two"):
    log = Path(sys.argv[1]) / name
    supervisor.start(Program(name=name, argv=("sleep", "3600"), log=log))
time.sleep(3600)
"""


def shell(name: str, script: str, folder: Path) -> Program:
    return Program(name=name, argv=("sh", "-c", script), log=folder / f"{name}.log")


def told(changes: list[Change]) -> list[tuple[str, str, int | None, int | None]]:
    return [(c.name, c.state, c.exit_code, c.retry_in_ms) for c in changes]


def test_delays_double_from_half_a_second_to_half_a_minute() -> None:
    delays = [restart_delay_ms(crashes) for crashes in range(1, 9)]

    assert delays == [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    assert restart_delay_ms(10_000) == 30_000


def test_a_healthy_minute_forgives() -> None:
    assert crashes_in_a_row(before=4, lived_ms=59_999) == 5
    assert crashes_in_a_row(before=4, lived_ms=60_000) == 1


def test_a_crashed_program_comes_back_and_waits_longer_each_time(
    tmp_path: Path, until: Until
) -> None:
    changes: list[Change] = []
    supervisor = Supervisor(changes.append)
    supervisor.start(shell("worker", "exit 3", tmp_path))

    until(lambda: len(changes) == 4)
    supervisor.stop()

    assert told(changes) == [
        ("worker", "started", None, None),
        ("worker", "crashed", 3, 500),
        ("worker", "started", None, None),
        ("worker", "crashed", 3, 1_000),
    ]


def test_a_killed_program_comes_back_as_another_process(tmp_path: Path, until: Until) -> None:
    changes: list[Change] = []
    supervisor = Supervisor(changes.append)
    supervisor.start(shell("worker", "exec sleep 3600", tmp_path))
    until(lambda: len(changes) == 1)
    first = changes[0].pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    until(lambda: len(changes) == 3)
    second = changes[2].pid
    supervisor.stop()

    assert told(changes)[1] == ("worker", "crashed", -signal.SIGKILL, 500)
    assert second not in (None, first)


def test_a_program_that_ends_well_is_not_started_again(tmp_path: Path, until: Until) -> None:
    changes: list[Change] = []
    supervisor = Supervisor(changes.append)
    supervisor.start(shell("simulator", "exit 0", tmp_path))
    until(lambda: len(changes) == 2)
    supervisor.stop()

    assert told(changes)[1:] == [("simulator", "finished", 0, None)]


def test_a_command_that_is_not_there_is_tried_again_and_can_be_stopped(
    tmp_path: Path, until: Until
) -> None:
    changes: list[Change] = []
    supervisor = Supervisor(changes.append)
    supervisor.start(Program(name="none", argv=("no-such-command",), log=tmp_path / "log"))
    until(lambda: len(changes) == 2)
    supervisor.stop()

    assert told(changes)[1] == ("none", "crashed", 127, 500)


def test_all_are_stopped_in_reverse_order(tmp_path: Path, until: Until) -> None:
    changes: list[Change] = []
    supervisor = Supervisor(changes.append)
    order = tmp_path / "order"
    ready = [tmp_path / f"{name}.log" for name in ("kafka", "worker", "sink")]
    for log in ready:
        script = (
            f"trap 'echo {log.stem} >> {order}; exit 0' TERM; echo ready; "
            "while :; do sleep 0.02; done"
        )
        supervisor.start(shell(log.stem, script, tmp_path))
        until(lambda log=log: log.exists() and "ready" in log.read_text())

    supervisor.stop()

    assert order.read_text().split() == ["sink", "worker", "kafka"]
    assert [c.name for c in changes if c.state == "stopped"] == ["sink", "worker", "kafka"]
    assert not any(c.state == "crashed" for c in changes)


def test_one_that_does_not_listen_is_killed_after_the_grace(tmp_path: Path, until: Until) -> None:
    changes: list[Change] = []
    supervisor = Supervisor(changes.append)
    supervisor.start(
        shell("deaf", "trap '' TERM; echo ready; while :; do sleep 0.02; done", tmp_path)
    )
    log = tmp_path / "deaf.log"
    until(lambda: log.exists() and "ready" in log.read_text())

    supervisor.stop(grace=0.1)
    supervisor.stop()

    assert told(changes)[1:] == [("deaf", "stopped", -signal.SIGKILL, None)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_all_end_with_a_killed_supervisor(tmp_path: Path, until: Until, gone: Gone) -> None:
    parent = subprocess.Popen((sys.executable, "-c", PARENT, str(tmp_path)), stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        children = [int(parent.stdout.readline()) for _ in range(2)]
        assert not any(map(gone, children))
        parent.kill()

    until(lambda: all(map(gone, children)))
