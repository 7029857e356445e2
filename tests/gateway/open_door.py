"""An open door: `rollcall gateway` as a process of one test, before a real broker."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from sinks.topics import provision
from streams.machine.ports import free_port
from streams.pseudonyms.keeping import new_ring

PARTITIONS = 2
DEADLINE_S = 60.0
PAUSE_S = 0.05
YEAR_2026 = 1_767_225_600_000
PRODUCER = "a-token-of-the-classroom"
STAFF = "a-token-of-the-records-office"
CONFIG = """
[tenants.north]
keys = "north.keys"
events_per_second = 1000000

[tenants.north.webhooks.zoom]
secrets = "zoom.secrets"

[tenants.north.producers.classroom]
tokens = "classroom.tokens"

[tenants.north.staff.records]
tokens = "records.tokens"
roles = ["notices", "decisions", "rosters"]
"""
SECRETS = {
    "zoom.secrets": "a-secret-that-zoom-has",
    "classroom.tokens": PRODUCER,
    "records.tokens": STAFF,
}


class OpenDoor(NamedTuple):
    """Where it is, what goes before the names of its topics, and what it has said."""

    url: str
    prefix: str
    log: Path


@contextmanager
def open_door(bootstrap: str, folder: Path) -> Iterator[OpenDoor]:
    """A door that is ready, with a producer, a system of staff and Zoom's webhook."""
    prefix = f"t{uuid.uuid4().hex[:8]}."
    provision(bootstrap, PARTITIONS, 1, prefix)
    new_ring(folder / "north.keys", YEAR_2026)
    for name, secret in SECRETS.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(secret + "\n")
    (folder / "gateway.toml").write_text(CONFIG)
    port, log = free_port(), folder / "door.log"
    command = (
        *(sys.executable, "-m", "streams.commands", "gateway"),
        *("--config", str(folder / "gateway.toml"), "--port", str(port)),
        *("--bootstrap", bootstrap, "--topic-prefix", prefix),
        # The machine of a test may be busy; how patient the door is, is not asked here.
        *("--patience", "30"),
    )
    door = OpenDoor(f"http://127.0.0.1:{port}", prefix, log)
    with log.open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=dict(os.environ))
    try:
        deadline = time.monotonic() + DEADLINE_S
        while not _ready(door.url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(PAUSE_S)
        yield door
        process.terminate()
        assert process.wait(60) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def _ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz") as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False
