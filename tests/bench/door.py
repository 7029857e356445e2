"""The door beside a bare echo: events in batches, single webhooks, and the time to an answer.

The echo is aiohttp alone: it reads the body and answers. Both run as processes of their own and
are asked by the same client; their CPU seconds are counted, the client's are not.
"""

import asyncio
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import aiohttp
import psutil
from aiohttp import web

from schemas.instants import rfc3339
from sinks.topics import provision
from streams.machine.ports import LOOPBACK, free_port
from streams.pseudonyms.keeping import new_ring
from tests.bench.pipeline import PARTITIONS

BATCH = 500
CONNECTIONS = 32
SECRET, TOKEN = "a-secret-token-of-zoom", "a-bearer-token-of-the-classroom"
CONFIG = """
[tenants.bench]
keys = "bench.keys"
events_per_second = 1000000

[tenants.bench.webhooks.zoom]
secrets = "zoom.secrets"

[tenants.bench.producers.classroom]
tokens = "classroom.tokens"
"""

Post = tuple[str, bytes, dict[str, str]]
"""Path, body and headers of a request."""


class Answered(NamedTuple):
    """Requests of one run; `delays` (s) are sorted."""

    requests: int
    seconds: float
    cpu_s: float
    delays: list[float]


class Figures(NamedTuple):
    """Of one kind of request: at full speed, and `half` at half of that."""

    full: Answered
    half: Answered


def batch(number: int) -> Post:
    """A batch of events as NDJSON, no two alike."""
    now = time.time_ns() // 1_000_000
    lines = (
        json.dumps(
            {
                "type": "chat",
                "id": f"e{number}-{each}",
                "source": "classroom",
                "at": rfc3339(now),
                "session": f"session {each % 40}",
                "participant": f"person {number % 8}",
                "connection": f"tab {number % 8}",
            }
        )
        for each in range(BATCH)
    )
    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {TOKEN}"}
    return "/v1/events", "\n".join(lines).encode(), headers


def webhook(number: int) -> Post:
    """A signed webhook of Zoom's, no two alike."""
    now = time.time()
    person = {
        "user_id": str(16_778_240 + number),
        "user_name": "Invented",
        "registrant_id": f"reg-{number % 1000}",
        "email": f"person-{number % 1000}@example.org",
        "join_time": rfc3339(int(now * 1000)),
    }
    meeting = {"id": str(number % 100), "uuid": f"uuid-{number % 100}", "participant": person}
    body = json.dumps(
        {
            "event": "meeting.participant_joined",
            "event_ts": int(now * 1000),
            "payload": {"account_id": "invented", "object": meeting},
        }
    ).encode()
    stamp = str(int(now))
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "x-zm-request-timestamp": stamp,
        "x-zm-signature": f"v0={digest}",
    }
    return "/webhooks/zoom/bench", body, headers


@contextmanager
def door(bootstrap: str, prefix: str, folder: Path) -> Iterator[tuple[str, int]]:
    """The door's address and process id."""
    provision(bootstrap, PARTITIONS, 1, prefix)
    new_ring(folder / "bench.keys", time.time_ns() // 1_000_000)
    for name, secret in (("zoom.secrets", SECRET), ("classroom.tokens", TOKEN)):
        (folder / name).write_text(secret)
        (folder / name).chmod(0o600)
    (folder / "gateway.toml").write_text(CONFIG)
    port = free_port()
    options = ("--config", str(folder / "gateway.toml"), "--port", str(port))
    where = ("--bootstrap", bootstrap, "--topic-prefix", prefix)
    with _process("streams.commands", "gateway", *options, *where) as pid:
        yield f"http://{LOOPBACK}:{port}", pid


@contextmanager
def echo() -> Iterator[tuple[str, int]]:
    """The bare echo's address and process id."""
    port = free_port()
    with _process("tests.bench.door", str(port)) as pid:
        yield f"http://{LOOPBACK}:{port}", pid


def measured(address: str, pid: int, make: Callable[[int], Post], seconds: float) -> Figures:
    """Requests that `make` makes, as many as are answered, and half as many."""
    full = asyncio.run(_load(address, pid, make, seconds, None))
    half = asyncio.run(_load(address, pid, make, seconds, full.requests / full.seconds / 2))
    return Figures(full, half)


async def _load(
    address: str, pid: int, make: Callable[[int], Post], seconds: float, rate: float | None
) -> Answered:
    """`rate` requests a second, each on time whether others are answered or not."""
    delays: list[float] = []
    numbers = iter(range(time.time_ns() % 10**12, 10**13))
    timeout = aiohttp.ClientTimeout(30)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(address, connector=connector, timeout=timeout) as client:
        await _until_ready(client)
        used, began = _cpu_s(pid), time.perf_counter()

        async def ask(due: float) -> None:
            path, body, headers = make(next(numbers))
            async with client.post(path, data=body, headers=headers) as answer:
                await answer.read()
                answer.raise_for_status()
            delays.append(time.perf_counter() - due)

        async def keep_asking() -> None:
            while (now := time.perf_counter()) < began + seconds:
                await ask(now)

        if rate is None:
            await asyncio.gather(*(keep_asking() for _ in range(CONNECTIONS)))
        else:
            async with asyncio.TaskGroup() as group:
                for number in range(int(rate * seconds)):
                    due = began + number / rate
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    group.create_task(ask(due))
        took = time.perf_counter() - began
    return Answered(len(delays), took, _cpu_s(pid) - used, sorted(delays))


async def _until_ready(client: aiohttp.ClientSession) -> None:
    for _ in range(600):
        try:
            async with client.get("/readyz") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError("the server never became ready")


def _cpu_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[int]:
    process = subprocess.Popen(
        (sys.executable, "-m", module, *arguments), env=dict(os.environ), stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


async def _echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def _here(request: web.Request) -> web.Response:
    return web.Response()


if __name__ == "__main__":
    application = web.Application(client_max_size=64 << 20)
    application.router.add_post("/{path:.*}", _echo)
    application.router.add_get("/{path:.*}", _here)
    web.run_app(application, host=LOOPBACK, port=int(sys.argv[1]), print=None, access_log=None)
