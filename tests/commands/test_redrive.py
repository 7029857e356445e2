"""`rollcall deadletters redrive` against a real broker: what is sent again, and what is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.topics import DEAD_LETTERS, TELEMETRY
from streams.machine.kafka import Broker
from tests.commands.conftest import Run
from tests.deadletters.letters import connect, door, parts, spring
from tests.deadletters.topic import PARTITIONS, Letters
from tests.kafka.workers import Workers, event, scheduled


@pytest.fixture
def letters(broker: Broker, prefix: str, run: Run) -> Letters:
    return Letters(broker.bootstrap, prefix, run)


def test_a_rehearsal_counts_and_changes_nothing(letters: Letters) -> None:
    letters.write(letters.ours("misrouted"), letters.ours("misrouted"), door(), connect())
    before = len(letters.entries(DEAD_LETTERS.name))

    result = letters.run("redrive", "--dry-run", "--max", "1")

    assert result.exit_code == 0, result.output
    assert "would be" in result.stdout
    assert letters.redriven("--dry-run", "--max", "1") == {
        "misrouted redriven": 1,
        "misrouted not_yet": 1,
        "invalid_field from_the_door": 1,
        "DataException not_ours": 1,
    }
    assert letters.entries() == []
    assert len(letters.entries(DEAD_LETTERS.name)) == before
    assert letters.committed() == {}


def test_what_one_filter_passes_over_the_next_one_finds(letters: Letters) -> None:
    for partition in range(PARTITIONS):
        letters.write(
            letters.ours("too_old"),
            letters.ours("misrouted"),
            letters.ours("too_old"),
            partition=partition,
        )

    assert letters.redriven("--reason", "misrouted") == {
        "misrouted redriven": 2,
        "too_old not_asked_for": 4,
    }
    assert letters.committed() == {0: 0, 1: 0}
    assert {(each["reason"], each["sent_again"]) for each in letters.listed()} == {
        ("misrouted", True),
        ("too_old", False),
    }
    assert letters.redriven("--reason", "misrouted") == {"too_old not_asked_for": 4}
    assert letters.redriven("--max", "3") == {"too_old redriven": 3, "too_old not_yet": 1}
    assert letters.redriven() == {"too_old redriven": 1}
    assert letters.redriven() == {}
    assert len(letters.entries()) == 6
    assert all(each["sent_again"] for each in letters.listed())
    # A lost group only means that records are sent once more.
    assert letters.redriven("--group", "another") == {"too_old redriven": 4}


def test_a_record_is_sent_as_it_was(letters: Letters) -> None:
    value = b"begin" + b"x" * (2 << 20) + b"end"
    large = parts(value)
    topic = (letters.prefix + TELEMETRY.name).encode()
    named = [
        each._replace(
            headers=[(n, topic if n.endswith("errors.topic") else v) for n, v in each.headers]
        )
        for each in large
    ]
    letters.write(letters.ours(value=None, headers=(("traceparent", b"00-1"),)), *named)

    assert letters.redriven() == {"unknown_type redriven": 1, "oversize redriven": 1}

    found = {each.value: each for each in letters.entries()}
    assert found.keys() == {None, value}
    assert {each.key for each in found.values()} == {b"ses-1"}
    assert found[None].headers == (
        ("traceparent", b"00-1"),
        ("rollcall.attempt", b"2"),
        ("rollcall.first_failed_at", b"2026-03-02T18:00:00.000Z"),
    )
    assert dict(found[value].headers)["rollcall.attempt"] == b"3"


def test_what_is_not_ours_goes_where_it_is_told(letters: Letters) -> None:
    orders = f"{letters.prefix}orders"
    letters.write(connect(orders), spring(orders), letters.ours("misrouted"), door())

    missing = letters.run("redrive", "--to", orders)
    assert (missing.exit_code, missing.stderr.splitlines()[-1]) == (
        1,
        f"Error: there is no topic {orders} on the broker",
    )
    letters.make("orders")
    sent = letters.redriven("--to", orders, "--topic", orders)

    assert sent["DataException redriven"] == 1
    assert sent["KafkaException$Level redriven"] == 1
    assert letters.entries() == []
    [of_connect, of_spring] = letters.entries("orders")
    assert (of_connect.key, of_connect.value) == (b"key", b"{}")
    assert [name for name, _ in of_spring.headers] == [
        "traceparent",
        "rollcall.attempt",
        "rollcall.first_failed_at",
    ]
    assert letters.redriven() == {"misrouted redriven": 1, "invalid_field from_the_door": 1}


def test_a_topic_that_only_its_writers_write_to_is_refused(letters: Letters) -> None:
    for topic in ("rollcall.scores.v1", DEAD_LETTERS.name, "rollcall.state.care.v1"):
        result = letters.run("redrive", "--to", letters.prefix + topic)
        assert result.exit_code == 2
        assert "dead letters do not go there" in result.stderr


def test_what_its_topic_refuses_is_told_and_the_rest_sent(letters: Letters) -> None:
    small = letters.make("small", **{"max.message.bytes": "2000"})
    noise = bytes(range(256)) * 2_000
    scrambled = bytes(
        (each * 7919 + number * number // 7) % 251 for number, each in enumerate(noise)
    )
    letters.write(letters.ours(), letters.ours("misrouted", value=scrambled), letters.ours())

    for _ in range(2):
        told = letters.redriven("--to", small)
        assert told["misrouted too_large"] == 1
    assert len(letters.entries("small")) == 2
    assert letters.redriven() == {"misrouted redriven": 1}


def test_nothing_counts_as_sent_that_was_not_acknowledged(letters: Letters) -> None:
    """A topic that takes nothing older than now takes nothing at all."""
    late = letters.make("late", **{"message.timestamp.before.max.ms": "0"})
    letters.write(letters.ours(), letters.ours())

    result = letters.run("redrive", "--to", late)

    assert result.exit_code == 1
    assert "took not all of it: InvalidRecordError" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert letters.committed() == {}
    assert letters.redriven() == {"unknown_type redriven": 2}


@pytest.fixture
def workers(broker: Broker, prefix: str, tmp_path: Path) -> Iterator[Workers]:
    with Workers(broker.bootstrap, prefix, tmp_path) as workers:
        yield workers


def test_refused_by_the_worker_and_sent_again(workers: Workers, letters: Letters) -> None:
    """The wrong partition and the wrong key are mended by it; nonsense fails until it is enough."""
    workers.start(stages="session")
    workers.send(scheduled(people=("a", "b")))
    workers.until_scored("a")
    position = {score["position"] for score in workers.scores()}
    assert len(position) == 1
    for partition in range(PARTITIONS):
        workers.send(event("joined", "a"), partition=partition)
    workers.send(event("joined", "b"), key=b"b")
    workers.send(b'{"type":"nonsense","id":"e-9"}')
    workers.until(lambda: len(workers.dead_letters()) >= 3, "not refused")
    reasons = {each["reason"] for each in letters.listed()}
    assert reasons >= {"misrouted", "wrong_key", "unknown_type"}
    [first] = [each for each in letters.listed() if each["reason"] == "unknown_type"]

    told = letters.redriven()
    assert sum(told.values()) == told["misrouted redriven"] + 2
    workers.until_scored("b", times=2)
    for attempt in (2, 3):
        workers.until(lambda tried=attempt: letters.listed()[-1]["attempt"] == tried, "not refused")
        last = letters.listed()[-1]
        assert last["reason"] == "unknown_type"
        assert last["first_failed_at"] == first["first_failed_at"]
        outcome = "redriven" if attempt < 3 else "too_often"
        assert letters.redriven() == {f"unknown_type {outcome}": 1}
    assert letters.redriven("--attempts", "4") == {"unknown_type redriven": 1}
    assert workers.stop() == 0
