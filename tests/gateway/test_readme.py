"""The README's section "Sending events": what it shows is run, and arrives."""

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codec import decode_telemetry
from schemas.topics import TELEMETRY
from streams.machine.kafka import Broker
from streams.reading import read_topic
from tests.gateway.open_door import PRODUCER, OpenDoor, open_door

ROOT = Path(__file__).parents[2]
SECTION = re.compile(r"^## Sending events\n(.*?)^## ", re.DOTALL | re.MULTILINE)


def shown(title: str) -> str:
    """The indented lines below a title of the section, as whoever copies them has them."""
    found = SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    parts = re.split(r"^### (.+)\n", found.group(1), flags=re.MULTILINE)
    told = dict(zip(parts[1::2], parts[2::2], strict=True))[title]
    lines = [line for line in told.splitlines() if line.startswith("    ") or not line]
    return textwrap.dedent("\n".join(lines)).strip() + "\n"


@pytest.fixture(scope="module")
def door(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    with open_door(broker.bootstrap, tmp_path_factory.mktemp("door")) as door:
        yield door


def ran(*command: str, door: OpenDoor, told: str = "") -> str:
    """What a command says that does as the README shows."""
    environment = {**os.environ, "DOOR": door.url, "TOKEN": PRODUCER}
    done = subprocess.run(
        command,
        input=told,
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def arrived(broker: Broker, door: OpenDoor) -> list[str]:
    """Types of the records on the log."""
    topic = door.prefix + TELEMETRY.name
    entries = read_topic(broker.bootstrap, topic)
    return [decode_telemetry(entry.value).__struct_config__.tag for entry in entries]


def test_python(broker: Broker, door: OpenDoor) -> None:
    here = f'"{broker.bootstrap}", prefix="{door.prefix}"'
    before = arrived(broker, door)
    code = shown("Python").replace('"127.0.0.1:9092"', here)
    assert here in code
    ran(sys.executable, "-c", code, door=door)
    assert sorted(arrived(broker, door)) == sorted([*before, "joined"])


def test_curl(broker: Broker, door: OpenDoor) -> None:
    before = arrived(broker, door)
    said = ran("bash", "-euo", "pipefail", "-s", door=door, told=shown("curl"))
    assert said == '{"accepted":1}{"accepted":2}{"accepted":1}'
    assert sorted(arrived(broker, door)) == sorted([*before, "joined", "chat", "left", "hand"])


def test_cloud_events(broker: Broker, door: OpenDoor) -> None:
    before = arrived(broker, door)
    assert ran(sys.executable, "-c", shown("CloudEvents"), door=door) == '{"accepted":1}\n'
    assert sorted(arrived(broker, door)) == sorted([*before, "reaction"])


def test_what_was_sent_as_a_name_is_no_name_on_the_log(broker: Broker, door: OpenDoor) -> None:
    ran("bash", "-euo", "pipefail", "-s", door=door, told=shown("curl"))
    values = [entry.value for entry in read_topic(broker.bootstrap, door.prefix + TELEMETRY.name)]
    assert values
    assert not any(b"registrant" in (value or b"") for value in values)
    assert "registrant" not in door.log.read_text()
