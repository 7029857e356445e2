"""App: the Faust application.

Faust brings the process life cycle, group membership and assignment, and an agent for each
stage. It neither tracks nor commits offsets, and keeps no tables: state, transactions and
recovery are ours.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.tables.manager import TableManager
from faust.types import TP, AppT, EventT
from faust.types.tuples import Message
from mode import CrashingSupervisor

from streams.settings import Settings
from streams.stage import Stage
from streams.worker.lines import SILENT
from streams.worker.ownership import Ownership
from streams.worker.place import Place
from streams.worker.pulse import Pulse
from streams.worker.tools import Tools
from streams.worker.transport import REBALANCE_TIMEOUT_MS, REQUEST_TIMEOUT_MS, Consumer
from streams.worker.watchdog import Watchdog

BATCHES_QUEUED = 4
LEAVING_S = 15.0
"""All is written long before; a broker that is away must not hold up who leaves."""


class _Boot(BootStrategy):
    """Our producers are our own, one for each partition."""

    enable_kafka_producer = False
    enable_web = False


class _Batches(faust.Schema):
    """What the transport delivers is what the agent gets."""

    def compile(self, app: AppT, **options: Any) -> Callable[..., Awaitable[EventT]]:
        """A decode function that decodes nothing."""

        async def decode(message: Message, *, propagate: bool = False) -> EventT:
            return app.create_event(None, message.value, {}, message)

        return decode


class _NoTables(TableManager):
    """Faust's manager of tables also says when partitions are ready, so that it is needed."""

    logger = SILENT

    async def on_start(self) -> None:
        """At once: Faust's own waits a second for tables, which would delay every take-over."""
        await self._update_channels()
        await self.recovery.start()


class WorkerApp(faust.App):
    """The application, with what the transport asks it for."""

    BootStrategy = _Boot
    logger = SILENT
    settings: Settings
    ownership: Ownership
    beat: Callable[[], Awaitable[None]]

    async def on_start(self) -> None:
        """Watch from the very start: joining the group is one of the things that can hang."""
        await super().on_start()
        self.add_future(self.beat())


def build(
    tools: Tools, stages: Iterable[Stage], partitions: int, policies: dict[str, str]
) -> WorkerApp:
    """The application for `stages`; `policies` are content digests by program and version."""
    settings = tools.settings
    app = WorkerApp(
        settings.group,
        broker=f"rollcall://{settings.bootstrap.split(',')[0]}",
        datadir=str(settings.data),
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        producer_threaded=False,
        stream_buffer_maxsize=BATCHES_QUEUED,
        stream_recovery_delay=0.0,
        stream_wait_empty=False,
        broker_request_timeout=REQUEST_TIMEOUT_MS / 1000,
        broker_rebalance_timeout=REBALANCE_TIMEOUT_MS / 1000,
        broker_session_timeout=settings.session_timeout_ms / 1000,
        broker_heartbeat_interval=settings.heartbeat_ms / 1000,
        # Keeps Faust's assignor, which leaves partitions where they are as far as it can.
        table_standby_replicas=1,
        TableManager=_NoTables,
        web_enabled=False,
    )
    by_topic = {settings.topic_prefix + stage.source.name: stage for stage in stages}

    def place_of(tp: TP) -> Place:
        stage = by_topic[tp.topic]
        return Place(
            stage, tp.partition, partitions, settings.topic_prefix, settings.group, policies
        )

    app.settings = settings
    app.ownership = Ownership(tools, place_of)
    for topic, stage in by_topic.items():
        _add_agent(app, topic, stage)
    _add_hooks(app, tools)
    return app


def _add_agent(app: WorkerApp, topic: str, stage: Stage) -> None:
    async def fold(batches: Any) -> None:
        async for batch in batches:
            await app.ownership.take(batch)
            # While data is buffered nothing waits anywhere, and transactions need the loop.
            await asyncio.sleep(0)

    app.agent(
        app.topic(topic, schema=_Batches(), acks=False, internal=False),
        name=stage.name,
        concurrency=1,
        isolated_partitions=False,
        supervisor_strategy=CrashingSupervisor,
    )(fold)


def _add_hooks(app: WorkerApp, tools: Tools) -> None:
    ownership = app.ownership
    watchdog = Watchdog(ownership, tools.settings.watchdog_ms / 1000)

    async def on_rebalance_complete(sender: Any, **signal: Any) -> None:
        tools.metrics.rebalances.inc()
        consumer = _consumer(app)
        assigned = consumer.assignment()
        await ownership.own(assigned, consumer.thread.ends)

    async def on_partitions_revoked(sender: Any, revoked: Any, **signal: Any) -> None:
        await ownership.revoke()

    async def on_before_shutdown(sender: Any, **signal: Any) -> None:
        watchdog.stop()
        await ownership.leave()
        latest = threading.Timer(LEAVING_S, os._exit, (0,))
        latest.daemon = True
        latest.start()

    async def beat() -> None:
        await Pulse(tools, ownership, _consumer(app), watchdog).run()

    app.on_rebalance_complete.connect(on_rebalance_complete)
    app.on_partitions_revoked.connect(on_partitions_revoked)
    app.on_before_shutdown.connect(on_before_shutdown)
    app.beat = beat


def _consumer(app: WorkerApp) -> Consumer:
    assert isinstance(app.consumer, Consumer)
    return app.consumer
