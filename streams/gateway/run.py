"""Run: the door as a process, from its start to SIGTERM or Ctrl-C.

SIGHUP reads the config and all that it points to again: a token or a secret can be replaced, and
a key rotated, while requests go on. A config that cannot be used then changes nothing.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from schemas.toml_file import FileError
from streams.gateway.config import read_config
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.server import Door, Ends, Patience
from streams.gateway.tables import Tables
from streams.gateway.writer import Writer
from streams.scraped import served

STOPPED, FAILED = 0, 1
CLOSING_S = 10.0
MOST_HEADER_BYTES = 8_190
MOST_HEADERS = 128
WATCH_EVERY_S = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class GatewaySettings:
    """What `rollcall gateway` can be told; `security` are aiokafka's connection settings.

    `patience_s` is how long a request waits for the log: below what the least patient platform
    waits for us, Zoom's 3 s.
    """

    config: Path
    bootstrap: str
    host: str
    port: int
    topic_prefix: str = ""
    metrics_port: int | None = None
    patience_s: float = 2.0
    most_bytes: int = 4 << 20
    body_s: float = 10.0
    security: Mapping[str, Any] = field(default_factory=dict)


def run_gateway(settings: GatewaySettings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code. Raises FileError for a bad config."""
    config = read_config(settings.config, os.environ)
    metrics = GatewayMetrics()
    connection = {"bootstrap_servers": settings.bootstrap, **settings.security}

    async def run() -> None:
        ends = Ends(
            Tables(connection, settings.topic_prefix),
            Writer(connection, settings.patience_s),
            settings.topic_prefix,
        )
        patience = Patience(settings.most_bytes, settings.body_s)
        await _serve(Door(config, ends, metrics, patience), ends, metrics, settings)

    try:
        with served(metrics.registry, settings.metrics_port):
            asyncio.run(run())
    except OSError as error:
        log.error("the door cannot be opened: %s", error)
        return FAILED
    log.info("the door is closed, as it was told")
    return STOPPED


async def _serve(
    door: Door, ends: Ends, metrics: GatewayMetrics, settings: GatewaySettings
) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, _reload, door, settings.config)
    runner = web.AppRunner(
        door.application(),
        access_log=None,
        shutdown_timeout=CLOSING_S,
        max_line_size=MOST_HEADER_BYTES,
        max_field_size=MOST_HEADER_BYTES,
        max_headers=MOST_HEADERS,
        auto_decompress=False,
    )
    await runner.setup()
    parts = {
        asyncio.create_task(each)
        for each in (stopped.wait(), ends.tables.run(), ends.writer.run(), _watch(door, metrics))
    }
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        log.info("the door is open at %s:%d", settings.host, settings.port)
        ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for each in ended:
            each.result()
    finally:
        # New requests are refused, those under way are answered, then the log is let go.
        await runner.cleanup()
        for each in parts:
            each.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _watch(door: Door, metrics: GatewayMetrics) -> None:
    """Tell when the door becomes ready, and when it no longer is."""
    ready = False
    metrics.ready.set(0)
    while True:
        if door.ready != ready:
            ready = door.ready
            metrics.ready.set(ready)
            log.info("rooms and aliases are known" if ready else "the log cannot be had")
        await asyncio.sleep(WATCH_EVERY_S)


def _reload(door: Door, file: Path) -> None:
    try:
        door.config = read_config(file, os.environ)
    except FileError as error:
        log.error("the config stays as it was: %s", error)
    else:
        log.info("the config is read again")
