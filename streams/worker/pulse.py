"""Pulse: what the event loop looks at every half second, and shows that it lives by doing so."""

import asyncio
import contextlib
import logging
import time

from aiokafka.errors import KafkaError

from streams.worker.halt import halt, in_short
from streams.worker.ownership import Ownership
from streams.worker.tools import Tools
from streams.worker.transport import Consumer
from streams.worker.watchdog import Watchdog

BEAT_S = 0.5
LOG_STARTS_EVERY_S = 30.0
ANSWER_S = 5.0
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

    async def run(self) -> None:
        """Beat until we leave."""
        self._watchdog.start()
        await asyncio.gather(self._beat(), self._inquire())

    async def _beat(self) -> None:
        """What needs nobody else, so that nobody else can hold it up."""
        while not self._ownership.leaving:
            self._watchdog.beat()
            now = time.monotonic()
            for task in self._ownership.tasks.values():
                task.beat(now)
            self._look_for_broker(now)
            self._tools.metrics.fetching(self._consumer.thread.cpu_seconds)
            await asyncio.sleep(BEAT_S)

    async def _inquire(self) -> None:
        """What is asked of the consumer's thread and of the broker, who may not answer."""
        asked_at = 0.0
        while not self._ownership.leaving:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    await self._ask_coordinator()
                    if time.monotonic() - asked_at > LOG_STARTS_EVERY_S and not self._away:
                        asked_at = time.monotonic()
                        await self._ask_log_starts()
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

    async def _ask_log_starts(self) -> None:
        with contextlib.suppress(KafkaError):
            starts = await self._consumer.thread.log_starts()
            for tp, task in self._ownership.tasks.items():
                if tp in starts:
                    task.log_starts(starts[tp])
