"""Failpoints: only the named place is deadly, and only the told time."""

import subprocess
import sys

import pytest

from streams.worker.failpoints import KILLED, Failpoints

SCRIPT = """
import sys
from streams.worker.failpoints import Failpoints
points = Failpoints(sys.argv[1])
points.reach("checkpoint-begun")
print("once", flush=True)
points.reach("checkpoint-begun")
print("twice", flush=True)
"""


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ("", 0, "once\ntwice\n"),
        ("checkpoint-begun", KILLED, ""),
        ("checkpoint-begun:2", KILLED, "once\n"),
        ("checkpoint-begun:3", 0, "once\ntwice\n"),
        ("checkpoint-sent", 0, "once\ntwice\n"),
    ],
)
def test_dies_where_told(told: str, code: int, said: str) -> None:
    command = [sys.executable, "-c", SCRIPT, told]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (code, said)


@pytest.mark.parametrize("told", ["checkpoint", "nowhere:2", "checkpoint-begun:x"])
def test_an_unknown_place_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="ROLLCALL_FAILPOINT"):
        Failpoints(told)
