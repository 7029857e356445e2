"""What must not stop the worker, and what must: bad records, a broker away, a log that differs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codec import LARGEST_BYTES
from schemas.topics import TELEMETRY
from streams.machine.kafka import Broker
from tests.kafka.workers import Workers, ago, event, once_each, scheduled


@pytest.fixture
def workers(broker: Broker, prefix: str, tmp_path: Path) -> Iterator[Workers]:
    with Workers(broker.bootstrap, prefix, tmp_path) as workers:
        yield workers


BAD = {
    "null_value": None,
    "invalid_json": b"\x00\x01 not json",
    "invalid_utf8": b'{"type": "joined", "id": "\xff\xfe"}',
    "nul_character": json.dumps(event("joined", "a\0b")).encode(),
    "nested_too_deep": b"[" * 200_000,
    "unknown_type": json.dumps(event("teleported", "a")).encode(),
    "invalid_field": json.dumps(event("joined", "a", role="king")).encode(),
    "oversize": json.dumps(event("joined", "a", note="x" * LARGEST_BYTES)).encode(),
    "too_old": json.dumps(event("joined", "a", at=ago(days=31))).encode(),
    "from_the_future": json.dumps(event("joined", "a", at=ago(minutes=-6))).encode(),
    "wrong_key": json.dumps(event("joined", "a", session="another")).encode(),
}


def test_bad_records_are_told_and_the_good_ones_around_them_scored(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(scheduled(), *BAD.values(), event("joined", "a"), headers=[("traceparent", b"00-1")])
    workers.send(event("joined", "b"), key=None, partition=0)

    workers.until_scored("a")
    workers.until(lambda: len(workers.dead_letters()) == len(BAD) + 1, "dead letters are missing")

    letters = {dict(each.headers)["rollcall.reason"].decode(): each for each in workers.dead_letters()}
    assert letters.keys() == {*BAD, "null_key"}
    for reason, value in BAD.items():
        assert letters[reason].value == value
        assert letters[reason].key == b"s1"
        assert ("traceparent", b"00-1") in letters[reason].headers
    named = dict(letters["unknown_type"].headers)
    assert named["__streams.errors.topic"].decode() == workers.prefix + TELEMETRY.name
    assert int(named["__streams.errors.offset"]) == 1 + list(BAD).index("unknown_type")
    assert workers.stop() == 0
    assert once_each(workers.scores())


def test_a_misrouted_key_is_told(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(scheduled())
    workers.until(workers.scores, "not scored")
    [score] = {score["position"] for score in workers.scores()}

    for partition in range(2):
        workers.send(event("joined", "a"), partition=partition)
    workers.until(workers.dead_letters, "no dead letter")

    [letter] = workers.dead_letters()
    assert dict(letter.headers)["rollcall.reason"] == b"misrouted"
    workers.until_scored("a", times=2)
