"""Door: the gateway as a process of one test, what is sent to it, and what it leaves on the log."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from kafka import KafkaConsumer, TopicPartition

from schemas.dead_letter import Entry
from schemas.topics import TOPICS
from sinks.topics import provision
from streams.gateway.signatures.scheme import Request
from streams.machine.ports import LOOPBACK, free_port
from streams.pseudonyms.keeping import new_ring
from streams.reading import read_topic
from tests.gateway.signatures.senders import SENDERS, URL, Sender

PARTITIONS = 1
"""Of the topics, so that what came last is read last."""

DEADLINE_S = 60.0
PAUSE_S = 0.02
LONG_AGO_MS = 1_700_000_000_000

PRODUCER = "producer-token-of-the-classroom-app"
PLAIN_PRODUCER = "producer-token-of-the-pseudonymous"
STAFF = "staff-token-of-the-system-of-record"
NOTICES = "staff-token-of-the-answering-machine"
SLOW = "producer-token-of-the-small-tenant"
OF_SOUTH = "producer-token-of-the-other-tenant"

JSON, NDJSON = "application/json", "application/x-ndjson"
EVENT, EVENTS = "application/cloudevents+json", "application/cloudevents-batch+json"

BY_PLATFORM: Mapping[str, Sender] = {sender.platform: sender for sender in reversed(SENDERS)}


class Reply(NamedTuple):
    """What the door answered; `said` is the JSON, `body` the bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        assert self.headers["Content-Type"].startswith(JSON), self
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.said["error"])


def secret(file: Path, *lines: str) -> None:
    """A file that only its owner may read."""
    file.write_text("".join(f"{line}\n" for line in lines))
    file.chmod(0o600)


def write_config(folder: Path) -> Path:
    """A config with every platform, two big tenants and a small one."""
    for tenant in ("north", "south", "small"):
        new_ring(folder / f"{tenant}.keys", LONG_AGO_MS)
    secret(folder / "classroom.tokens", PRODUCER)
    secret(folder / "plain.tokens", PLAIN_PRODUCER)
    secret(folder / "records.tokens", STAFF)
    secret(folder / "notices.tokens", NOTICES)
    secret(folder / "small.tokens", SLOW)
    secret(folder / "south.tokens", OF_SOUTH)
    lines = ["[tenants.north]", 'keys = "north.keys"', "events_per_second = 200000"]
    for platform, sender in BY_PLATFORM.items():
        secret(folder / f"{platform}.secrets", sender.secrets[0].decode())
        lines += [f"[tenants.north.webhooks.{platform}]", f'secrets = "{platform}.secrets"']
        lines += [f'url = "{URL}"'] if platform.startswith("bigbluebutton") else []
    lines += ["[tenants.north.producers.classroom]", 'tokens = "classroom.tokens"']
    lines += ["[tenants.north.producers.plain]", 'tokens = "plain.tokens"', 'ids = "pseudonyms"']
    lines += ["[tenants.north.staff.records]", 'tokens = "records.tokens"']
    lines += ['roles = ["notices", "decisions", "rosters"]']
    lines += ["[tenants.north.staff.phone]", 'tokens = "notices.tokens"', 'roles = ["notices"]']
    secret(folder / "zoom-south.secrets", BY_PLATFORM["zoom"].secrets[1].decode())
    lines += ["[tenants.south]", 'keys = "south.keys"']
    lines += ["[tenants.south.webhooks.zoom]", 'secrets = "zoom-south.secrets"']
    lines += ["[tenants.south.producers.classroom]", 'tokens = "south.tokens"']
    lines += ["[tenants.small]", 'keys = "small.keys"', "events_per_second = 1"]
    lines += ["[tenants.small.producers.pupil]", 'tokens = "small.tokens"']
    config = folder / "gateway.toml"
    config.write_text("\n".join(lines) + "\n")
    return config


class Door:
    """One door over one folder and one prefix, started as often as a test likes.

    One that is never to be `ready` gets no topics.
    """

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        folder: Path,
        ready: bool = True,
        partitions: int = PARTITIONS,
        **settings: str,
    ) -> None:
        self.bootstrap, self.prefix, self.folder, self._ready = bootstrap, prefix, folder, ready
        self.port, self.metrics_port = free_port(), free_port()
        self.config = write_config(folder)
        self._settings = settings
        self._partitions = partitions
        self._process: subprocess.Popen[bytes] | None = None
        self._consumer: KafkaConsumer | None = None
        if ready:
            provision(bootstrap, partitions, 1, prefix)

    def __enter__(self) -> "Door":
        self.start(self._ready)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
        if self._consumer is not None:
            self._consumer.close()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What the door has said in all its lives."""
        return self._file.read_text() if self._file.exists() else ""

    def start(self, ready: bool = True) -> None:
        """Start it, and wait until it lets people in."""
        told = {f"ROLLCALL_GATEWAY_{key.upper()}": value for key, value in self._settings.items()}
        environment = {
            **os.environ,
            "ROLLCALL_BOOTSTRAP": self.bootstrap,
            "ROLLCALL_TOPIC_PREFIX": self.prefix,
            "ROLLCALL_GATEWAY_CONFIG": str(self.config),
            "ROLLCALL_GATEWAY_PORT": str(self.port),
            "ROLLCALL_METRICS_PORT": str(self.metrics_port),
            **told,
        }
        command = (sys.executable, "-m", "streams.commands", "gateway")
        with self._file.open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        if ready:
            self.until(lambda: self.answers("/readyz") == 200)

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return self._process.wait(DEADLINE_S)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.ended()

    def answers(self, path: str) -> int | None:
        """The status of a GET; None where nobody answers."""
        try:
            return self.ask("GET", path).status
        except OSError:
            return None

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str
    ) -> Reply:
        """One request on a connection of its own; `content_type` is written `Content-Type`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(HTTPConnection(LOOPBACK, self.port, timeout=30)) as connection:
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())

    def post(
        self, path: str, body: Any, token: str | None = PRODUCER, content: str = JSON, **more: str
    ) -> Reply:
        """Records, as Python values or bytes, with a bearer token."""
        told = {"Authorization": f"Bearer {token}"} if token is not None else {}
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, text, **{"Content-Type": content, **told, **more})

    def events(self, *records: Any, token: str = PRODUCER) -> Reply:
        return self.post("/v1/events", list(records), token)

    def care(self, *records: Any, token: str = STAFF) -> Reply:
        return self.post("/v1/care", list(records), token)

    def webhook(self, platform: str, body: Any, tenant: str = "north", tail: str = "") -> Reply:
        """A webhook as its platform signs it, now."""
        sender = BY_PLATFORM[platform]
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = sender.send(text, sender.secrets[tenant != "north"], now_ms())
        return self.send(platform, signed, tenant, tail)

    def send(self, platform: str, signed: Request, tenant: str = "north", tail: str = "") -> Reply:
        """A request as somebody signed it."""
        query = f"?{urlencode(signed.query)}" if signed.query else ""
        path = f"/webhooks/{platform}/{tenant}{f'/{tail}' if tail else ''}{query}"
        return self.ask("POST", path, signed.body, **signed.headers)

    def scrape(self) -> str:
        """Its metrics."""
        with closing(HTTPConnection(LOOPBACK, self.metrics_port, timeout=30)) as connection:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()

    def entries(self, topic: str) -> list[Entry]:
        """What is committed in a topic."""
        return list(read_topic(self.bootstrap, self.prefix + topic))

    def records(self, topic: str) -> list[Any]:
        """The same, decoded."""
        return [json.loads(entry.value or b"") for entry in self.entries(topic)]

    def stored(self) -> dict[str, int]:
        """How many records each topic has; nothing of the door's is in a transaction."""
        if self._consumer is None:
            self._consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        places = [
            TopicPartition(self.prefix + topic.name, partition)
            for topic in TOPICS
            for partition in range(topic.partitions or self._partitions)
        ]
        found = {topic.name: 0 for topic in TOPICS}
        for place, end in self._consumer.end_offsets(places).items():
            found[place.topic.removeprefix(self.prefix)] += end
        return found

    def until(self, condition: Callable[[], bool], otherwise: str = "waited in vain") -> None:
        """Wait until a condition holds; fails with the last that the door said."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, f"{otherwise}: {self.log[-2_000:]}"
            time.sleep(PAUSE_S)

    @property
    def _file(self) -> Path:
        return self.folder / "door.log"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def joined(number: int | str, **fields: Any) -> dict[str, Any]:
    """A record of a producer, told apart by its number."""
    return {
        "type": "joined",
        "id": f"evt-{number}",
        "source": "classroom",
        "at": "2026-11-25T03:02:00Z",
        "session": "ses-1",
        "participant": "person-1@example.org",
        "connection": "con-1",
        **fields,
    }
