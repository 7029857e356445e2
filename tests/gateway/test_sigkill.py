"""SIGKILL: whatever was answered 2xx is on the log, however the door ended."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from schemas.topics import TELEMETRY
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import read_ring
from tests.gateway.door import BY_PLATFORM, JSON, PRODUCER, Door, joined, now_ms
from tests.schemas.platforms.test_zoom import GUEST, webhook

ROUNDS = 3
CLIENTS = 3
BATCH = 20
LEAST = 2_000
"""Records in each round, before the door is killed in the middle of more."""


@pytest.fixture
def door(broker: Broker, prefix: str, tmp_path: Path) -> Iterator[Door]:
    with Door(broker.bootstrap, prefix, tmp_path) as door:
        yield door


def batch(name: str) -> tuple[str, bytes, dict[str, str]]:
    """A batch of records, each under a session by which it is known again."""
    body = json.dumps([joined(f"{name}-{n}", session=f"{name}-{n}") for n in range(BATCH)])
    headers = {"Authorization": f"Bearer {PRODUCER}", "Content-Type": JSON}
    return "/v1/events", body.encode(), headers


def zoom(name: str) -> tuple[str, bytes, dict[str, str]]:
    who = GUEST | {"registrant_id": name, "join_time": "2026-11-25T03:00:00Z"}
    payload = webhook("meeting.participant_joined", who, uuid=name)
    sender = BY_PLATFORM["zoom"]
    signed = sender.send(json.dumps(payload).encode(), sender.secrets[0], now_ms())
    return "/webhooks/zoom/north", signed.body, dict(signed.headers)


def posting(door: Door, names: Iterator[str], make: Any, stop: Event) -> list[str]:
    """Post as fast as answers come; the names of all that were answered 2xx."""
    accepted: list[str] = []
    while not stop.is_set():
        connection = HTTPConnection(LOOPBACK, door.port, timeout=10)
        try:
            while not stop.is_set():
                name = next(names)
                path, body, headers = make(name)
                connection.request("POST", path, body, headers)
                response = connection.getresponse()
                response.read()
                if response.status == 200:
                    accepted.append(name)
        except (OSError, HTTPException):
            time.sleep(0.01)
        finally:
            connection.close()
    return accepted


def sessions_of(door: Door, kind: str, names: list[str]) -> set[str]:
    """The sessions that must be on the log when these requests were answered."""
    key = read_ring(door.folder / "north.keys").newest
    if kind == "webhooks":
        return {Pseudonyms(key, "zoom")("session", name) for name in names}
    own = Pseudonyms(key, "own")
    return {own("session", f"{name}-{n}") for name in names for n in range(BATCH)}


def test_what_was_answered_is_there(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    answered: dict[str, list[str]] = {"batches": [], "webhooks": []}
    for number in range(ROUNDS):
        stop, before = Event(), door.stored()[TELEMETRY.name]
        with ThreadPoolExecutor(2 * CLIENTS) as pool:
            running = []
            for client in range(CLIENTS):
                for kind, make in (("batches", batch), ("webhooks", zoom)):
                    names = map(f"{kind}-{number}-{client}-{{}}".format, count())
                    running.append((kind, pool.submit(posting, door, names, make, stop)))
            door.until(lambda least=before + LEAST: door.stored()[TELEMETRY.name] > least)
            door.kill()
            stop.set()
            for kind, future in running:
                answered[kind] += future.result()
        door.start()

    found = {record["session"] for record in door.records(TELEMETRY.name)}
    due = {kind: sessions_of(door, kind, names) for kind, names in answered.items()}
    with capsys.disabled():
        told = ", ".join(f"{len(names)} {kind}" for kind, names in answered.items())
        print(f"\n{ROUNDS} x SIGKILL: 2xx to {told}; {len(found)} sessions on the log")
    for kind, sessions in due.items():
        assert len(answered[kind]) > ROUNDS * CLIENTS
        assert len(sessions - found) == 0, kind
    # More was under way than was answered, or nothing was tried in the middle of anything.
    assert len(found) > sum(map(len, due.values()))
