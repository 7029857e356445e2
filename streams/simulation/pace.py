"""When messages go: in turns of what is due, and never before they could have happened."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from schemas.care import CareEvent
from schemas.codec import encode
from schemas.topics import CARE, TELEMETRY
from streams.appending import Message
from streams.simulation.delivery import Delivery
from streams.simulation.places import Pair

LARGEST_TURN = 10_000
TICK_S = 0.005
"""Rests are at least this long, so that a fast trickle becomes a few records a turn."""


def messages(
    deliveries: Iterable[Delivery], telemetry: str = TELEMETRY.name, care: str = CARE.name
) -> Iterator[Message]:
    """Deliveries as messages: telemetry keyed by session, staff facts by participant."""
    for appended_at, record in deliveries:
        if isinstance(record, CareEvent):
            yield Message(appended_at, care, record.participant.encode(), encode(record))
        else:
            yield Message(appended_at, telemetry, record.session.encode(), encode(record))


def at_once(pairs: Iterable[Pair], topic: str = TELEMETRY.name) -> Iterator[Message]:
    """Load as messages that are all due already."""
    for key, value in pairs:
        yield Message(0, topic, key, value)


async def turns(
    waiting: Iterable[Message],
    *,
    speed: float | None = None,
    rate: float | None = None,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[list[Message]]:
    """The messages in order, in turns of what is due by `clock` (seconds UTC).

    With `speed` the time between messages is kept and divided by it; with `rate` so many go
    each second; with neither all go as soon as they are due. No message goes before its own
    `due`, whatever the pace, or it would come from the future.
    """
    started, first, turn = clock(), None, list[Message]()
    for number, message in enumerate(waiting):
        goes = message.due / 1000
        first = goes if first is None else first
        if speed is not None:
            goes = max(goes, started + (goes - first) / speed)
        if rate is not None:
            goes = max(goes, started + number / rate)
        if turn and (len(turn) == LARGEST_TURN or goes > clock()):
            yield turn
            turn = []
        while (rest := goes - clock()) > 0:
            await asyncio.sleep(max(rest, TICK_S))
        turn.append(message)
    if turn:
        yield turn
