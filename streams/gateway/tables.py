"""Tables: what the door must know of rooms and aliases, kept up with the log.

Both topics are compacted and read from their beginning at every start; until their end is
reached once, nobody is let in, since a room that is not known yet would make its session an
unscheduled one.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.codec import ERRORS, decode_identity, decode_room
from schemas.topics import IDENTITIES, ROOMS
from streams.appending import BACK_OFF_S
from streams.gateway.closing import ending
from streams.pseudonyms.identities import Identities
from streams.rooms import Rooms

ASK_EVERY_S = 2.0
FORGET_EVERY_S = 3_600.0
LONGEST_POLL_MS = 200
ANSWER_TIMEOUT_MS = 5_000
"""A broker that stands still is away after so long; the client's own patience is 40 s."""

log = logging.getLogger(__name__)


class Tables:
    """Rooms and aliases as the log has them; `connection` are aiokafka's settings."""

    def __init__(self, connection: Mapping[str, Any], prefix: str) -> None:
        self.rooms = Rooms()
        self.identities = Identities()
        self.complete = False
        self.reachable = False
        self._connection = connection
        self._takers: Mapping[str, Callable[[bytes], object]] = {
            prefix + ROOMS.name: lambda value: self.rooms.take(decode_room(value)),
            prefix + IDENTITIES.name: lambda value: self.identities.take(decode_identity(value)),
        }

    async def run(self) -> None:
        """Read, and begin again where the broker went away: to hear it twice changes nothing."""
        while not ending():
            try:
                await self._follow()
            except (KafkaError, OSError, TimeoutError) as error:
                if self.reachable:
                    log.warning("the broker is away: %s", type(error).__name__)
                self.reachable = False
            await asyncio.sleep(BACK_OFF_S)

    async def _follow(self) -> None:
        # Without a group it has every partition of its topics, from the beginning on.
        consumer = AIOKafkaConsumer(
            *self._takers,
            **self._connection,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            request_timeout_ms=ANSWER_TIMEOUT_MS,
        )
        try:
            await consumer.start()
            asked_at, forgot_at = 0.0, time.monotonic()
            while not ending():
                found = await consumer.getmany(timeout_ms=LONGEST_POLL_MS)
                for place, records in found.items():
                    self._take(place.topic, records)
                now = time.monotonic()
                if now - asked_at > ASK_EVERY_S or (not found and not self.complete):
                    # A consumer whose broker is away waits in silence: it has to be asked.
                    ends = await consumer.end_offsets(consumer.assignment())
                    self.reachable, asked_at = True, now
                    if not self.complete:
                        self.complete = await _reached(consumer, ends)
                if now - forgot_at > FORGET_EVERY_S:
                    self.rooms.forget(time.time_ns() // 1_000_000)
                    forgot_at = now
        finally:
            try:
                await consumer.stop()
            except asyncio.CancelledError:
                # The end of one of the client's own tasks, handed on as if it were ours.
                if ending():
                    raise

    def _take(self, topic: str, records: list[Any]) -> None:
        take = self._takers[topic]
        for record in records:
            if record.value is None:
                continue
            try:
                take(record.value)
            except ERRORS:
                # Whoever wrote it wrote past our own commands; it names nobody.
                log.warning("%s: offset %d is no such record", topic, record.offset)


async def _reached(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    there = {place.topic for place in ends} == consumer.subscription()
    return there and all([await consumer.position(place) >= end for place, end in ends.items()])
