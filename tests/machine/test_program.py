"""Programs: started under their own id, told to stop, and never left behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.machine.program import Program, finish, kill, spawn, tail

Until = Callable[[Callable[[], bool]], None]
Gone = Callable[[int], bool]

# Starts a program that would sleep for an hour, tells its process id, and waits for the end.
PARENT = """
import sys, time
from pathlib import Path
from streams.machine.program import Program, spawn
log = Path(sys.argv[1])
process = spawn(Program(name="sleeper", argv=("sleep", "3600"), log=log))
print(process.pid, flush=True)
time.sleep(3600)
"""


def shell(script: str, folder: Path) -> Program:
    return Program(name="shell", argv=("sh", "-c", script), log=folder / "log")


def test_output_and_errors_are_appended_to_the_log(tmp_path: Path) -> None:
    assert spawn(shell("echo one; echo two >&2", tmp_path)).wait() == 0
    assert spawn(shell("echo three", tmp_path)).wait() == 0

    assert (tmp_path / "log").read_text() == "one\ntwo\nthree\n"


def test_the_process_is_the_program_with_its_environment(tmp_path: Path) -> None:
    told = Program(
        name="told", argv=("sh", "-c", "echo $$ $GROUP"), log=tmp_path / "log", env={"GROUP": "a"}
    )

    process = spawn(told)
    process.wait()

    assert (tmp_path / "log").read_text() == f"{process.pid} a\n"


def test_a_command_that_is_not_there_is_named_in_the_log(tmp_path: Path) -> None:
    missing = Program(name="missing", argv=("no-such-command",), log=tmp_path / "log")

    assert spawn(missing).wait() == 127
    assert tail(tmp_path / "log") == "cannot run no-such-command: No such file or directory"


def test_finish_asks_first(tmp_path: Path, until: Until) -> None:
    process = spawn(shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done", tmp_path))
    until(lambda: "ready" in (tmp_path / "log").read_text())

    assert finish(process, signal.SIGTERM, grace=60) == 7


def test_finish_kills_who_does_not_listen(tmp_path: Path, until: Until) -> None:
    process = spawn(shell("trap '' TERM; echo ready; while :; do sleep 0.02; done", tmp_path))
    until(lambda: "ready" in (tmp_path / "log").read_text())

    assert finish(process, signal.SIGTERM, grace=0.1) == -signal.SIGKILL


def test_kill_takes_the_children_along(tmp_path: Path, until: Until, gone: Gone) -> None:
    process = spawn(shell("sleep 3600 & echo $!; wait", tmp_path))
    until(lambda: (tmp_path / "log").read_text().endswith("\n"))
    child = int((tmp_path / "log").read_text())

    kill(process)

    until(lambda: gone(child))


def test_a_program_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    started: list[subprocess.Popen[bytes]] = []
    script = f"read word < {tmp_path / 'go'}; echo $word"
    thread = threading.Thread(target=lambda: started.append(spawn(shell(script, tmp_path))))
    thread.start()
    thread.join()

    (tmp_path / "go").write_text("on\n")

    assert started[0].wait() == 0
    assert (tmp_path / "log").read_text() == "on\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_a_program_ends_with_its_killed_parent(tmp_path: Path, until: Until, gone: Gone) -> None:
    parent = subprocess.Popen(
        (sys.executable, "-c", PARENT, str(tmp_path / "log")), stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()

    until(lambda: gone(child))


def test_tail_is_one_line_without_stack_frames(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("old\nfirst\n\nERROR: port taken\n\tat a.b(C.java:1)\n\t... 3 more\n")

    assert tail(log) == "old | first | ERROR: port taken"
    assert tail(log, since=4) == "first | ERROR: port taken"
    assert tail(log, since=log.stat().st_size) == "the log is empty"
    assert tail(tmp_path / "none") == "the log is empty"
