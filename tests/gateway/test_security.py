"""Security over HTTP: what is forged, oversized, slow or no HTTP at all stores nothing."""

import base64
import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from streams.gateway.signatures.scheme import Request
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK
from tests.gateway.door import BY_PLATFORM, JSON, PRODUCER, Door, joined, now_ms
from tests.gateway.signatures.senders import DAY, Sender, segment

IDLE_S, BODY_S, MOST = 1.5, 1.0, 65_536
AUTH = f"Authorization: Bearer {PRODUCER}\r\nContent-Type: {JSON}\r\n"
SIGNED = [sender for sender in BY_PLATFORM.values() if sender.platform != "jitsi"]
BY_HEADER = [sender for sender in SIGNED if not sender.platform.startswith("bigbluebutton")]
platform_of: Callable[[Sender], str] = lambda sender: sender.platform  # noqa: E731


@pytest.fixture(scope="module")
def door(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door with little patience."""
    folder = tmp_path_factory.mktemp("door")
    settings = {"idle_seconds": str(IDLE_S), "body_seconds": str(BODY_S), "most_bytes": str(MOST)}
    with Door(broker.bootstrap, f"s{now_ms()}.", folder, **settings) as door:
        yield door


@pytest.fixture(autouse=True)
def nothing_stored(door: Door) -> Iterator[None]:
    """Whatever a test tries: nothing is on the log, and nothing of it in what the door says."""
    yield
    assert not any(door.stored().values())
    assert all(" INFO " in line for line in door.log.splitlines()), door.log
    assert 'status="500"' not in door.scrape()


def genuine(sender: Sender, at: int | None = None, secret: int = 0) -> Request:
    return sender.send(sender.body, sender.secrets[secret], now_ms() if at is None else at)


def refused(door: Door, sender: Sender, request: Request, tenant: str = "north") -> str:
    reply = door.send(sender.platform, request, tenant)
    assert reply.status in (400, sender.forged), reply
    return reply.error


@pytest.mark.parametrize("sender", BY_PLATFORM.values(), ids=platform_of)
def test_a_forged_webhook_is_refused_and_counted(door: Door, sender: Sender) -> None:
    tail = "events/room/created" if sender.platform == "jitsi" else ""
    bare = Request({}, {}, "", sender.body, 0)
    theirs = genuine(sender, secret=1)

    assert door.send(sender.platform, bare, tail=tail).status == sender.forged
    assert door.send(sender.platform, theirs, tail=tail).error == "wrong_signature"
    assert f'code="wrong_signature",source="{sender.platform}"' in door.scrape()


@pytest.mark.parametrize("sender", SIGNED, ids=platform_of)
def test_a_signature_is_of_this_body_and_of_this_time(door: Door, sender: Sender) -> None:
    request = genuine(sender)

    assert refused(door, sender, request._replace(body=request.body + b" ")) != ""
    assert refused(door, sender, request._replace(body=b"")) != ""
    late = refused(door, sender, genuine(sender, now_ms() - 2 * DAY))
    early = refused(door, sender, genuine(sender, now_ms() + 2 * DAY))
    # BigBlueButton's time is a field of its body: it is wrong there only with another body.
    assert {late, early} <= {"too_old", "from_the_future"} or sender.platform.startswith("big")


@pytest.mark.parametrize("sender", BY_HEADER, ids=platform_of)
def test_a_signature_cut_or_doubled_is_none(door: Door, sender: Sender) -> None:
    request = genuine(sender)
    name = next(n for n in request.headers if "signature" in n or n == "authorization")
    value = request.headers[name]

    for changed in (value[:-1], value[: len(value) // 2], "", value.swapcase(), f"{value}0"):
        refused(door, sender, request._replace(headers={**request.headers, name: changed}))
    twice = f"{name}: {value}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in request.headers.items())
    path = f"/webhooks/{sender.platform}/north"
    assert raw(door, post(path, twice, request.body)).error == "repeated_header"


def test_a_tenants_secret_opens_no_other_tenants_door(door: Door) -> None:
    zoom = BY_PLATFORM["zoom"]

    assert refused(door, zoom, genuine(zoom), "south") == "wrong_signature"
    assert refused(door, zoom, genuine(zoom, secret=1), "north") == "wrong_signature"


@pytest.mark.parametrize("algorithm", ["none", "None", "RS256", "HS512", "ES256", ""])
def test_a_token_does_not_choose_how_it_is_checked(door: Door, algorithm: str) -> None:
    livekit = BY_PLATFORM["livekit"]
    request = genuine(livekit)
    _, claims, signature = request.headers["authorization"].split(".")
    for signed in (signature, ""):
        told = f"{segment({'alg': algorithm, 'typ': 'JWT'})}.{claims}.{signed}"
        refused(door, livekit, request._replace(headers={"authorization": told}))


@dataclass
class Raw:
    """An answer by its bytes; empty where the door just closed."""

    text: bytes

    @property
    def status(self) -> int:
        return int(self.text.split(b" ", 2)[1]) if self.text else 0

    @property
    def error(self) -> str:
        head, _, body = self.text.partition(b"\r\n\r\n")
        assert b"application/json" in head, self.text
        return str(json.JSONDecoder().raw_decode(body.decode())[0]["error"])


def post(path: str, headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    told = f"Content-Length: {len(body) if length is None else length}\r\n"
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}{told}\r\n".encode() + body


def raw(door: Door, *parts: bytes, pause_s: float = 0) -> Raw:
    """Whatever is answered to bytes, sent in parts; until the door or its first answer ends."""
    found = b""
    with socket.create_connection((LOOPBACK, door.port), timeout=20) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_s)
            while b"}" not in found and (more := connection.recv(65_536)):
                found += more
        except ConnectionError:
            pass
    return Raw(found)


def test_a_body_that_is_too_long_is_refused_before_it_came(door: Door) -> None:
    told = raw(door, post("/v1/events", AUTH, b"[", length=MOST + 1))
    assert (told.status, told.error) == (413, "too_large")


def test_a_body_that_grows_too_long_is_refused(door: Door) -> None:
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\n{AUTH}Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    told = raw(door, head.encode(), *[chunk] * (MOST // 0x4000 + 1))
    assert (told.status, told.error) == (413, "too_large")


@pytest.mark.parametrize("path", ["/v1/events", "/webhooks/zoom/north"])
def test_a_body_that_does_not_come_is_not_waited_for(door: Door, path: str) -> None:
    began = time.monotonic()
    told = raw(door, post(path, AUTH, b"[", length=100))
    assert (told.status, told.error) == (408, "too_slow")
    assert time.monotonic() - began < BODY_S + 2


def test_a_head_that_trickles_in_is_not_waited_for(door: Door) -> None:
    """Neither the first of a connection nor a later one."""
    for first in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"):
        began = time.monotonic()
        with socket.create_connection((LOOPBACK, door.port), timeout=0.2) as connection:
            connection.sendall(first)
            assert not first or b"alive" in connection.recv(4_096)
            connection.sendall(b"POST /v1/events HTTP/1.1\r\nX-Slow: ")
            while time.monotonic() - began < 10:
                try:
                    connection.sendall(b"a")
                    if not connection.recv(4_096):
                        break
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
        assert IDLE_S - 0.5 < time.monotonic() - began < IDLE_S + 5


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity, gzip", "x"])
def test_a_packed_body_is_never_unpacked(door: Door, encoding: str) -> None:
    bomb = gzip.compress(b"[" + b" " * (50 << 20) + b"]")
    assert len(bomb) < MOST

    reply = door.post("/v1/events", bomb, **{"Content-Encoding": encoding})
    assert (reply.status, reply.error) == (415, "content_encoding")
    zoom = BY_PLATFORM["zoom"]
    signed = zoom.send(bomb, zoom.secrets[0], now_ms())
    packed = signed._replace(headers={**signed.headers, "Content-Encoding": encoding})
    assert door.send("zoom", packed).status == 415


def many(count: int, length: int) -> str:
    return "".join(f"X-{n}: {'a' * length}\r\n" for n in range(count))


NO_HTTP: list[tuple[str, bytes]] = [
    ("many headers", post("/v1/events", AUTH + many(5_000, 10))),
    ("a long header", post("/v1/events", AUTH + many(1, 100_000))),
    ("a long path", post(f"/{'a' * 100_000}", AUTH)),
    ("both lengths", post("/v1/events", AUTH + "Transfer-Encoding: chunked\r\n", b"0\r\n\r\n")),
    ("two lengths", post("/v1/events", AUTH + "Content-Length: 1\r\n", b"[]")),
    ("no number", f"POST /v1/events HTTP/1.1\r\n{AUTH}Content-Length: +2\r\n\r\n[]".encode()),
    ("a fold", post("/v1/events", AUTH + "X-A: b\r\n c\r\n", b"[]")),
    ("a space", post("/v1/events", AUTH + "X-A : b\r\n", b"[]")),
    ("a NUL", post("/v1/events", AUTH + "X-A: b\0\r\n", b"[]")),
    ("a bare CR", post("/v1/events", AUTH + "X-A: b\rX-B: c\r\n", b"[]")),
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03FAKE LOG LINE\r\n\r\n"),
    ("no version", b"POST /v1/events\r\n\r\n"),
    ("a bad chunk", post("/v1/events", AUTH.replace("Con", "Transfer-Encoding: chunked\r\nCon"))),
    (
        "chunked twice",
        f"POST /v1/events HTTP/1.1\r\nHost: x\r\n{AUTH}Transfer-Encoding: xchunked"
        "\r\n\r\n0\r\n\r\n".encode(),
    ),
]


@pytest.mark.parametrize(("shape", "told"), NO_HTTP, ids=[shape for shape, _ in NO_HTTP])
def test_what_is_no_http_is_refused_in_json_and_quotes_nothing(
    door: Door, shape: str, told: bytes
) -> None:
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"

    found = raw(door, told + smuggled)

    assert found.status in (400, 404, 414, 415, 431), found
    assert found.error
    assert found.text.count(b"HTTP/1.") == 1
    assert b"alive" not in found.text
    assert b"FAKE" not in found.text


PATHS = [
    "/webhooks/zoom/../north",
    "/webhooks/zoom/%2e%2e/north",
    "/webhooks/zoom/%2e%2e%2fnorth",
    "/webhooks/zoom/north%00",
    "/webhooks/zoom/%00",
    "/webhooks//zoom/north",
    "/webhooks/zoom/north%2f..%2fsouth",
    "/webhooks/ZOOM/north",
    "/webhooks/zoom/NORTH",
    "/webhooks/zoom/north%0d%0aFAKE%20LOG%20LINE",
    "/webhooks/zoom/%ff",
    "/webhooks/zoom/%",
    "/webhooks/zoom/" + "n" * 7_000,
    "/v1/events%2f",
    "/v1/../v1/nothing",
    "/v1/events/../../etc/passwd",
    "/V1/EVENTS",
    "//v1/events",
    "/v1/events;x=1",
    "http://elsewhere/webhooks/zoom/nobody",
    "*",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_a_path_is_as_it_is_written(door: Door, path: str) -> None:
    found = raw(door, post(path, AUTH, json.dumps(joined(1, at="never")).encode()))

    assert found.status in (400, 401, 404), found
    assert b"FAKE" not in found.text


def test_the_challenge_is_answered_to_zoom_alone(door: Door) -> None:
    zoom = BY_PLATFORM["zoom"]
    asked: Any = {"event": "endpoint.url_validation", "payload": {"plainToken": "qwerty"}}

    reply = door.webhook("zoom", asked)
    assert reply.status == 200
    assert reply.said["plainToken"] == "qwerty"
    assert len(base64.b16decode(reply.said["encryptedToken"].upper())) == 32
    forged = zoom.send(json.dumps(asked).encode(), zoom.secrets[1], now_ms())
    assert refused(door, zoom, forged) == "wrong_signature"
