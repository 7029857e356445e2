"""A door's life: what it is told anew while it is open, and how it is closed."""

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas.topics import TELEMETRY
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK
from streams.pseudonyms.keeping import rotate
from streams.pseudonyms.ring import read_ring
from tests.gateway.door import PRODUCER, Door, joined, now_ms, secret

NEW = "another-token-of-the-classroom-app"
DONE, KEPT = "the config is read again", "the config stays as it was"


@pytest.fixture
def door(broker: Broker, prefix: str, tmp_path: Path) -> Iterator[Door]:
    """A door of this test's own."""
    with Door(broker.bootstrap, prefix, tmp_path) as door:
        yield door


def again(door: Door, said: str = DONE) -> None:
    """Have it read its config again."""
    before = door.log.count(said)
    door.signal(signal.SIGHUP)
    door.until(lambda: door.log.count(said) > before)


def participant(door: Door) -> str:
    assert door.events(joined("who")).status == 200
    return str(door.records(TELEMETRY.name)[-1]["participant"])


def test_tokens_and_keys_are_taken_in_and_a_broken_config_changes_nothing(door: Door) -> None:
    tokens, good = door.folder / "classroom.tokens", door.config.read_text()
    first = participant(door)

    secret(tokens, PRODUCER, NEW)
    assert door.events(joined(1), token=NEW).status == 401
    again(door)
    assert [door.events(joined(1), token=each).status for each in (PRODUCER, NEW)] == [200, 200]

    ring = door.folder / "north.keys"
    key = rotate(ring, now_ms() + 500, now_ms())
    assert participant(door) == first
    again(door)
    door.until(lambda: now_ms() > key.starts_at)
    second = participant(door)
    assert (first.split("-")[1], second.split("-")[1]) == (read_ring(ring).at(0).id, key.id)

    secret(tokens, NEW)
    for broken in ("[tenants", good.replace("north.keys", "nowhere.keys"), good + "more = 1"):
        door.config.write_text(broken)
        again(door, KEPT)
        assert [door.events(joined(1), token=each).status for each in (PRODUCER, NEW)] == [200, 200]
    door.config.write_text(good)
    again(door)
    assert [door.events(joined(1), token=each).status for each in (PRODUCER, NEW)] == [401, 200]
    assert "Traceback" not in door.log
    assert not any(each in door.log for each in (PRODUCER, NEW, ring.read_text().split('"')[3]))


def test_it_finishes_what_is_under_way_and_then_closes(door: Door) -> None:
    # The body of one request is on its way while others come and go.
    body = b'{"type":"joined","id":"last","source":"x","at":"2026-11-25T03:02:00Z",'
    rest = b'"session":"s","participant":"p"}'
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {PRODUCER}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body + rest)}\r\n\r\n"
    )
    with (
        socket.create_connection((LOOPBACK, door.port), timeout=30) as slow,
        ThreadPoolExecutor(4) as pool,
    ):
        slow.sendall(head.encode() + body)
        others = [pool.submit(lambda n=n: door.events(joined(n)).status) for n in range(40)]
        assert {each.result() for each in others} == {200}

        door.signal(signal.SIGTERM)
        door.until(lambda: door.answers("/healthz") is None, "it still listens")
        slow.sendall(rest)

        assert slow.recv(4_096).startswith(b"HTTP/1.1 200 ")
    assert door.ended() == 0
    assert door.log.splitlines()[-1].endswith("the door is closed, as it was told")
    assert "Traceback" not in door.log
    assert len(door.entries(TELEMETRY.name)) == 41


def test_one_that_waits_for_nothing_is_closed_at_once(door: Door) -> None:
    with socket.create_connection((LOOPBACK, door.port)) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(4_096).startswith(b"HTTP/1.1 200 ")
        began = now_ms()
        door.signal(signal.SIGINT)
        assert door.ended() == 0
    assert now_ms() - began < 5_000


def test_without_its_topics_it_is_alive_and_not_ready(broker: Broker, tmp_path: Path) -> None:
    with Door(broker.bootstrap, "nowhere.", tmp_path, ready=False) as door:
        door.until(lambda: door.answers("/healthz") == 200)

        reply = door.ask("GET", "/readyz")
        assert (reply.status, reply.said) == (503, {"ready": False})
        assert "Retry-After" in reply.headers
        refused = door.events(joined(1))
        assert (refused.status, refused.error) == (503, "not_ready")
        assert "rollcall_gateway_ready 0.0" in door.scrape()
