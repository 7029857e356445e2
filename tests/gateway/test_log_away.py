"""The log slow or away: 503 while a platform still listens, and nothing answered is lost."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.topics import TELEMETRY
from streams.appending import Message
from streams.gateway.writer import MOST_WAITING, AwayError, Writer
from streams.machine.kafka import Broker
from tests.gateway.door import Door, Reply, joined
from tests.schemas.platforms.test_zoom import joined as zoom_joined

PATIENCE_S = 1.5
ZOOM_S = 3.0
SOME = range(6)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of these tests' own, since they stop it."""
    with Broker(tmp_path_factory.mktemp("kafka"), heap="512m") as broker:
        yield broker


@pytest.fixture(scope="module")
def door(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("door")
    with Door(broker.bootstrap, "", folder, patience=str(PATIENCE_S)) as door:
        yield door


def post(door: Door, name: str, number: int) -> tuple[Reply, float]:
    """An event or a webhook, always the same for the same name, and how long its answer took."""
    began = time.monotonic()
    if number % 2:
        reply = door.webhook("zoom", zoom_joined("10:00:00", registrant_id=f"{name}-{number}"))
    else:
        reply = door.events(joined(f"{name}-{number}"), joined(f"{name}-{number}-too"))
    return reply, time.monotonic() - began


def posted(door: Door, name: str) -> list[Reply]:
    """Several at once; each is answered while Zoom still listens."""
    with ThreadPoolExecutor(len(SOME)) as pool:
        found = list(pool.map(lambda number: post(door, name, number), SOME))
    assert max(took for _, took in found) < min(PATIENCE_S + 1, ZOOM_S), found
    return [reply for reply, _ in found]


def refused(replies: list[Reply]) -> bool:
    """Whether all are told to come again."""
    for reply in replies:
        assert reply.status in (200, 503), reply
        if reply.status == 503:
            assert reply.error in ("log_away", "not_ready")
            assert int(reply.headers["Retry-After"]) > 0
    return all(reply.status == 503 for reply in replies)


def ids(door: Door) -> set[str]:
    return {record["id"] for record in door.records(TELEMETRY.name)}


def pass_at_last(door: Door, name: str) -> None:
    """The same requests pass, and leave nothing twice but by the same ids."""
    door.until(lambda: door.answers("/readyz") == 200, "it is not ready again")
    door.until(lambda: not any(reply.status == 503 for reply in posted(door, name)))
    found = ids(door)
    assert {reply.status for reply in posted(door, name)} == {200}
    assert ids(door) == found


def test_a_broker_that_stands_still(door: Door, broker: Broker) -> None:
    assert {reply.status for reply in posted(door, "before")} == {200}
    before = ids(door)
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        assert refused(posted(door, "still"))
        assert refused(posted(door, "still"))
        door.until(lambda: door.answers("/readyz") == 503, "it says that it is ready")
        assert door.answers("/healthz") == 200
    finally:
        os.kill(broker.pid, signal.SIGCONT)

    pass_at_last(door, "still")
    assert before <= ids(door)


def test_what_waits_for_it_is_bounded(door: Door, broker: Broker) -> None:
    message = Message(0, TELEMETRY.name, b"s", b"{}")

    async def wait_for_it() -> None:
        writer = Writer({"bootstrap_servers": broker.bootstrap}, PATIENCE_S)
        running = asyncio.create_task(writer.run())
        first = asyncio.create_task(writer.append([message] * MOST_WAITING))
        await asyncio.sleep(0)
        began = time.monotonic()
        with pytest.raises(AwayError):
            await writer.append([message])
        assert time.monotonic() - began < 0.1
        with pytest.raises(AwayError):
            await first
        assert writer._records == 0
        # In the middle of an append, where the client might not hear it.
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=PATIENCE_S + 5)
        assert done

    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        asyncio.run(wait_for_it())
    finally:
        os.kill(broker.pid, signal.SIGCONT)


def test_a_broker_that_dies(door: Door, broker: Broker) -> None:
    before = ids(door)
    broker.kill()
    assert refused(posted(door, "dead"))
    door.until(lambda: door.answers("/readyz") == 503, "it says that it is ready")
    assert {reply.error for reply in posted(door, "dead")} == {"not_ready"}

    broker.start()
    pass_at_last(door, "dead")
    assert before <= ids(door)
    assert "Traceback" not in door.log
    assert door.scrape().count('status="500"') == 0


def test_it_closes_though_the_log_stands_still(door: Door, broker: Broker) -> None:
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(len(SOME)) as pool:
            under_way = [pool.submit(post, door, "last", number) for number in SOME]
            door.until(lambda: "rollcall_gateway" in door.scrape())
            door.signal(signal.SIGTERM)
            assert door.ended() == 0
            assert {each.result()[0].status for each in under_way} == {503}
    finally:
        os.kill(broker.pid, signal.SIGCONT)
