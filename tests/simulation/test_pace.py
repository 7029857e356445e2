"""Pace: turns keep the order, lose nothing, and hand out nothing before its time.

Only lower bounds of time are looked at: a slow machine is later, never earlier.
"""

import asyncio
import time
from collections.abc import Iterable

from schemas.care import CareEvent
from schemas.instants import HOUR_MS
from streams.appending import Message
from streams.simulation.evening import evening
from streams.simulation.pace import LARGEST_TURN, at_once, messages, turns
from streams.simulation.settings import Evening

PAST = 1_772_474_400_000


def message(due: int) -> Message:
    return Message(due, "topic", b"key", b"value")


def handed_out(
    waiting: Iterable[Message], speed: float | None = None, rate: float | None = None
) -> list[tuple[float, Message]]:
    """Each message with the instant of its turn, in seconds."""

    async def gather() -> list[tuple[float, Message]]:
        return [
            (time.time(), message)
            async for turn in turns(waiting, speed=speed, rate=rate)
            for message in turn
        ]

    return asyncio.run(gather())


def sizes(waiting: Iterable[Message]) -> list[int]:
    async def gather() -> list[int]:
        return [len(turn) async for turn in turns(waiting)]

    return asyncio.run(gather())


def test_what_is_due_goes_at_once_in_turns_of_limited_size() -> None:
    assert sizes(message(PAST) for _ in range(2 * LARGEST_TURN + 5)) == [
        LARGEST_TURN,
        LARGEST_TURN,
        5,
    ]
    assert sizes([]) == []


def test_nothing_goes_before_it_is_due_whatever_the_pace() -> None:
    for speed, rate in ((None, None), (1_000.0, None), (None, 1e9)):
        start = int(time.time() * 1000)
        waiting = [message(start + offset) for offset in (-60_000, 0, 100, 150, 151, 300)]
        given = handed_out(waiting, speed, rate)
        assert [found for _, found in given] == waiting
        assert all(at * 1000 >= found.due for at, found in given)


def test_speed_keeps_the_rests_between_old_messages() -> None:
    waiting = [message(PAST), message(PAST + 1_000), message(PAST + 3_000)]
    start = time.time()
    given = handed_out(waiting, speed=10.0)
    assert [found for _, found in given] == waiting
    assert given[1][0] - start >= 0.1
    assert given[2][0] - start >= 0.3


def test_a_rate_is_not_exceeded() -> None:
    start = time.time()
    given = handed_out((message(PAST) for _ in range(200)), rate=1_000.0)
    assert len(given) == 200
    assert all(at - start >= number / 1_000 for number, (at, _) in enumerate(given))


def test_telemetry_is_keyed_by_session_and_staff_facts_by_participant() -> None:
    deliveries = list(evening(Evening(starts_at=PAST, groups=4, individuals=0, workshops=0)))
    sent = list(messages(deliveries, telemetry="telemetry", care="care"))
    assert {found.topic for found in sent} == {"telemetry", "care"}
    for found, (appended_at, record) in zip(sent, deliveries, strict=True):
        staff = isinstance(record, CareEvent)
        assert found.due == appended_at
        assert found.topic == ("care" if staff else "telemetry")
        assert found.key.decode() == (record.participant if staff else record.session)


def test_load_is_due_already() -> None:
    (found,) = at_once([(b"key", b"value")], topic="telemetry")
    assert found == Message(0, "telemetry", b"key", b"value")
    assert found.due < PAST - HOUR_MS
