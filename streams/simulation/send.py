"""Straight to Kafka: an idempotent producer that waits for a lost broker and goes on."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.appending import BACK_OFF_S, Line, Message, SendError
from streams.simulation.pace import turns

UNUSUAL_S = 3.0
"""A turn that takes longer than this is told of in the log."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sent:
    """What was sent and acknowledged: records by topic, bytes of keys and values.

    `repeated` counts turns sent again because no answer came; what of them had arrived
    already is in the log twice.
    """

    records: Counter[str] = field(default_factory=Counter)
    size: int = 0
    repeated: int = 0


async def send(
    messages: Iterable[Message],
    *,
    bootstrap: str,
    security: Mapping[str, Any] | None = None,
    speed: float | None = None,
    rate: float | None = None,
    patience_s: float = 60.0,
    progress: Callable[[Sent], None] | None = None,
    clock: Callable[[], float] = time.time,
) -> Sent:
    """Send every message at the pace of `turns`; returns when all are acknowledged.

    `security` holds aiokafka's connection settings beside `bootstrap`. A broker that is away
    is waited for, up to `patience_s` without a single turn acknowledged. `progress` is told
    after each turn.

    Raises:
        SendError: no broker for so long, no such topic, or one that refuses the records.
    """
    sent = Sent()
    connection = {"bootstrap_servers": bootstrap, **(security or {})}
    line = Line(connection)
    try:
        async for turn in turns(messages, speed=speed, rate=rate, clock=clock):
            sent.repeated += await _deliver(line, turn, bootstrap, patience_s)
            sent.records.update(message.topic for message in turn)
            sent.size += sum(len(message.key) + len(message.value) for message in turn)
            if progress is not None:
                progress(sent)
    finally:
        await line.close()
    return sent


async def _deliver(line: Line, turn: Sequence[Message], where: str, patience_s: float) -> int:
    """Return when the whole turn is acknowledged; how often it was sent again."""
    repeated = 0
    notice = asyncio.get_running_loop().call_later(
        UNUSUAL_S, log.warning, "Kafka at %s does not answer; waiting for it", where
    )
    try:
        async with asyncio.timeout(patience_s):
            while not await line.append(turn):
                repeated += 1
                await line.close()
                await asyncio.sleep(BACK_OFF_S)
    except TimeoutError:
        raise SendError(f"Kafka at {where} took no records for {patience_s:g} s") from None
    finally:
        notice.cancel()
    return repeated
