"""Pulse: what the event loop looks at every half second, and shows that it lives by doing so."""

import asyncio
import logging
import time
from typing import Any

from aiokafka.errors import KafkaError

from streams.worker.halt import halt, in_short
from streams.worker.ownership import Ownership
from streams.worker.tools import Tools
from streams.worker.transport import Consumer
from streams.worker.watchdog import Watchdog

BEAT_S = 0.5
LOG_STARTS_EVERY_S = 30.0
AWAY_S = 5.0
"""Ends are told twice a second; not hearing of any for so long means that nobody answers."""

log = logging.getLogger(__name__)


class Pulse:
    """Watches the group, the broker and the partitions, and tells the metrics."""

    def __init__(
        self, tools: Tools, ownership: Ownership, consumer: Consumer, watchdog: Watchdog
    ) -> None:
        self._tools = tools
        self._ownership = ownership
        self._consumer = consumer
        self._watchdog = watchdog
        self._away = False
        self._starts_asked_at = 0.0

    async def run(self) -> None:
        """Beat until cancelled."""
        self._watchdog.start()
        while True:
            self._watchdog.beat()
            now = time.monotonic()
            for task in self._ownership.tasks.values():
                task.beat(now)
            self._look_for_broker(now)
            self._tools.metrics.fetching(self._consumer.thread.cpu_seconds)
            await self._ask_coordinator()
            await self._ask_log_starts(now)
            await asyncio.sleep(BEAT_S)

    def _look_for_broker(self, now: float) -> None:
        """Say when the broker stops answering and when it is back; there is nothing else to do."""
        told = [end.told_at for end in self._consumer.thread.ends().values()]
        if not told:
            return
        away = now - max(told) > AWAY_S
        self._tools.metrics.broker_connected.set(not away)
        if away and not self._away:
            log.warning("Kafka at %s does not answer: waiting", self._tools.settings.bootstrap)
        elif self._away and not away:
            log.warning("Kafka answers again")
        self._away = away

    async def _ask_coordinator(self) -> None:
        """The group's errors are parked until somebody asks, and Faust never does."""
        try:
            await self._consumer.thread.check_coordinator()
        except Exception as error:  # noqa: BLE001  of any kind, it is final
            halt(f"the group cannot be kept: {in_short(error)}")

    async def _ask_log_starts(self, now: float) -> None:
        tasks = self._ownership.tasks
        if self._away or not tasks or now - self._starts_asked_at < LOG_STARTS_EVERY_S:
            return
        self._starts_asked_at = now
        try:
            starts: dict[Any, int] = await self._consumer.earliest_offsets(*tasks)
        except KafkaError:
            return
        for tp, task in self._ownership.tasks.items():
            if tp in starts:
                task.log_starts(starts[tp])
