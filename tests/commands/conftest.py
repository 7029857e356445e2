"""What the tests of the commands share."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result

from streams.commands import main
from tests.kafka.conftest import broker, prefix

__all__ = ["broker", "prefix"]

Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def run() -> Run:
    """Run a command in this process, to its end."""

    def runs(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(main, arguments, env=environment)

    return runs


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Whether a process has ended; a zombie only waits for whoever adopted it."""

    def ended(pid: int) -> bool:
        try:
            return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return True

    return ended


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a command as a process of its own; `output` and `errors` in tmp_path hold what it
    says. What still runs in the end is killed."""
    processes: list[subprocess.Popen[bytes]] = []

    def starts(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "output").open("ab") as out, (tmp_path / "errors").open("ab") as err:
            processes.append(
                subprocess.Popen(
                    (sys.executable, "-m", "streams.commands", *arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    env={**os.environ, **environment},
                )
            )
        return processes[-1]

    yield starts
    for process in processes:
        process.kill()
        process.wait()
