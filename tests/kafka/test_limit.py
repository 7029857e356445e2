"""The worker's dead-letter limit on a real broker: it stops, stays stopped, and lets go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.machine.kafka import Broker
from tests.kafka.workers import Workers, event, scheduled

POISON = b'{"type": "teleported"}'
RUN = 60


@pytest.fixture
def workers(broker: Broker, prefix: str, tmp_path: Path) -> Iterator[Workers]:
    with Workers(broker.bootstrap, prefix, tmp_path) as workers:
        yield workers


def stops(workers: Workers) -> str:
    """Start a worker that ends by itself; the line in which it says why."""
    before = len(workers.log())
    workers.start(stages="session", dead_letter_run=str(RUN), ready=False)
    assert workers.ended() == 1
    said = workers.log()[before:]
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if "stopped: " in line]
    return line


def refused(workers: Workers) -> list[int]:
    """The source offsets of all dead letters."""
    headers = [dict(letter.headers) for letter in workers.dead_letters()]
    return [int(each["__streams.errors.offset"]) for each in headers]


def test_a_topic_of_nothing_but_poison_is_not_drained(workers: Workers) -> None:
    """Some is refused before it can be too much; the rest waits, however often it is tried."""
    workers.start(stages="session", dead_letter_run=str(RUN))
    workers.send(*[POISON] * 40)
    workers.until(lambda: len(workers.dead_letters()) == 40, "nothing is refused")
    workers.send(*[POISON] * 60)
    assert workers.ended() == 1

    for _ in range(2):
        line = stops(workers)
        assert f": {RUN} records in a row up to offset {RUN - 1} were refused" in line
        assert f"stopped: {workers.prefix}rollcall.telemetry.v1/" in line
        assert "most as unknown_type" in line
        assert line.endswith("or raise ROLLCALL_DEAD_LETTER_RUN")
    # What comes in small batches may be refused up to the limit, and not a record beyond it.
    assert refused(workers) == list(range(len(refused(workers))))
    assert 40 <= len(refused(workers)) < RUN
    assert workers.committed() < RUN

    workers.start(stages="session", dead_letter_run="0", dead_letter_share="1")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")

    assert refused(workers) == list(range(100))
    workers.until(lambda: workers.committed() == 102, "not committed")


def test_a_few_bad_records_among_many_pass(workers: Workers) -> None:
    good = [event("chat", "a", id=f"chat-{number}") for number in range(1_900)]
    mixed = [each for n, one in enumerate(good) for each in ([one] if n % 19 else [POISON, one])]
    workers.start(stages="session")
    workers.send(scheduled(), event("joined", "a"), *mixed)

    workers.until(lambda: workers.committed() == 2_002, "it does not go on")

    assert len(refused(workers)) == 100
    assert workers.stop() == 0


def test_half_of_a_topic_refused_stops_it_at_the_same_record_again(workers: Workers) -> None:
    good = [event("chat", "a", id=f"chat-{number}") for number in range(400)]
    mixed = [each for one in good for each in (POISON, POISON, one)]
    workers.send(scheduled(), event("joined", "a"), *mixed)

    # The record at offset 999 is the first with a whole window, and is refused.
    for _ in range(2):
        line = stops(workers)
        assert "666 of the last 1000 records up to offset 999 were refused" in line
        assert line.endswith("or raise ROLLCALL_DEAD_LETTER_SHARE")
    assert len(refused(workers)) <= 666
    assert workers.committed() < 1_000

    workers.start(stages="session", dead_letter_share="0.7")
    workers.until(lambda: workers.committed() == 1_202, "it does not go on")
    assert len(refused(workers)) == 800
