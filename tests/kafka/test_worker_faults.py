"""What must not stop the worker, and what must: bad records, a broker away, a log that differs."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient, NewPartitions
from kafka.structs import TopicPartition

from schemas.codec import LARGEST_BYTES
from schemas.dead_parts import PART, join
from schemas.topics import CARE, DEAD_LETTERS, TELEMETRY, TOPICS
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK, free_port
from streams.worker.place import partition_of
from tests.kafka.workers import PARTITIONS, Workers, ago, event, neighbour, once_each, scheduled


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
    "from_the_future": json.dumps(event("joined", "a", at=ago(hours=-1))).encode(),
    "wrong_key": json.dumps(event("joined", "a", session="another")).encode(),
}


def test_a_bug_in_a_checkpoint_is_told_at_once(workers: Workers) -> None:
    workers.start(program=("tests.faults.altered", "broken"), stages="session")
    workers.send(scheduled(), event("joined", "a"))

    assert workers.ended() == 1
    assert workers.log().splitlines()[-1].endswith("a bug: ZeroDivisionError")
    assert workers.scores() == []


def test_bad_records_are_told_and_the_good_ones_around_them_scored(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(
        scheduled(), *BAD.values(), event("joined", "a"), headers=[("traceparent", b"00-1")]
    )
    workers.send(event("joined", "b"), key=None, partition=0)

    workers.until_scored("a")
    workers.until(lambda: len(workers.dead_letters()) == len(BAD) + 1, "dead letters are missing")

    letters = {
        dict(each.headers)["rollcall.reason"].decode(): each for each in workers.dead_letters()
    }
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
    assert len({score["position"] for score in workers.scores()}) == 1

    for partition in range(2):
        workers.send(event("joined", "a"), partition=partition)
    workers.until(workers.dead_letters, "no dead letter")

    [letter] = workers.dead_letters()
    assert dict(letter.headers)["rollcall.reason"] == b"misrouted"
    workers.until_scored("a", times=2)


def test_a_dead_letter_larger_than_its_topic_comes_in_parts(workers: Workers) -> None:
    """Compressed well by its producer, a record of several MiB fits into the source."""
    value = json.dumps({"type": "nonsense", "text": "abcdefgh" * 500_000}).encode()
    workers.start(stages="session")
    workers.send(scheduled())
    workers.send_compressed(value, key=b"s1", headers=[("traceparent", b"00-1")])
    workers.send(event("joined", "a"))

    workers.until_scored("a")
    workers.until(lambda: len(workers.dead_letters()) == 4, "parts are missing")

    letters = workers.dead_letters()
    assert [dict(each.headers)[PART] for each in letters] == [b"%d/4" % n for n in range(1, 5)]
    assert {dict(each.headers)["rollcall.reason"] for each in letters} == {b"oversize"}
    original = join([each.value or b"" for each in letters])
    assert original == (b"s1", value, [("traceparent", b"00-1")])
    assert once_each(workers.scores())


def test_topics_that_are_missing_or_differ_are_refused(workers: Workers) -> None:
    with KafkaAdminClient(bootstrap_servers=workers.bootstrap) as admin:
        admin.delete_topics([workers.prefix + DEAD_LETTERS.name])
        name = workers.prefix + CARE.name
        admin.create_partitions({name: NewPartitions(3)})
    workers.start(ready=False)

    assert workers.ended() == 1
    said = workers.log()
    assert f"{workers.prefix}{DEAD_LETTERS.name}: missing" in said
    assert f"{name}: has 3 partitions, 2 wanted" in said
    assert "Traceback" not in said


def test_a_changed_number_of_partitions_is_refused(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(scheduled())
    workers.until(workers.scores, "not scored")
    workers.stop()
    with KafkaAdminClient(bootstrap_servers=workers.bootstrap) as admin:
        for topic in TOPICS:
            admin.create_partitions({workers.prefix + topic.name: NewPartitions(4)})
    workers.start(stages="session", ready=False)

    assert workers.ended() == 1
    assert "its state was written with 2 partitions, now there are 4" in workers.log()
    assert "Traceback" not in workers.log()


def test_changed_contents_of_a_known_policy_are_refused(workers: Workers, tmp_path: Path) -> None:
    policy = tmp_path / "evening.toml"
    text = 'version = "2026.1"\neffective_from = 2026-01-01\nprogram = "evening"\n'
    policy.write_text(text)
    workers.start(stages="session", policies=str(policy))
    workers.send(scheduled())
    workers.until(workers.scores, "not scored")
    workers.stop()

    policy.write_text(text + '[attendance]\nlate_after = "6m"\n')
    workers.start(stages="session", policies=str(policy), ready=False)
    assert workers.ended() == 1
    assert "policy evening/2026.1: version: the contents have changed" in workers.log()

    policy.write_text(text.replace("2026.1", "2026.2") + '[attendance]\nlate_after = "6m"\n')
    workers.start(stages="session", policies=str(policy))


def test_a_log_that_lost_what_is_in_no_state_is_refused(workers: Workers) -> None:
    workers.start(stages="session", assess_every_ms="600000")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")
    workers.send(event("chat", "a"), event("chat", "b"))
    other = neighbour("s1")
    workers.send(scheduled(other), key=other.encode())
    workers.until(lambda: workers.committed() == 5, "nothing committed")
    workers.signal(signal.SIGKILL)
    workers.ended()
    place = TopicPartition(workers.prefix + TELEMETRY.name, partition_of(b"s1", PARTITIONS))
    with KafkaAdminClient(bootstrap_servers=workers.bootstrap) as admin:
        admin.delete_records({place: 4})
    workers.start(stages="session", ready=False)

    assert workers.ended() == 1
    assert "history_lost: the log begins at 4, but what came from 2 on" in workers.log()


def test_a_log_that_was_made_anew_is_refused(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")
    workers.stop()
    workers.make_anew(TELEMETRY)
    workers.start(stages="session", ready=False)

    assert workers.ended() == 1
    assert "before our position 2: it was cut off or made anew" in workers.log()


def test_a_broker_that_is_away_at_the_start_is_waited_for(workers: Workers) -> None:
    away = f"{LOOPBACK}:{free_port()}"
    workers.start(ready=False, bootstrap=away)
    workers.until(lambda: workers.log().count("trying again") > 1, "it does not say that it waits")

    assert f"waiting for Kafka: no Kafka broker answers at {away}" in workers.log()
    assert "Traceback" not in workers.log()
    assert workers.stop() == 0


def test_a_broker_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    with (
        Broker(tmp_path / "kafka") as broker,
        Workers(broker.bootstrap, "", tmp_path) as workers,
    ):
        workers.start(stages="session")
        workers.send(scheduled(), event("joined", "a"))
        workers.until_scored("a")
        broker.kill()
        workers.until(lambda: "does not answer: waiting" in workers.log(), "it does not say so")
        broker.start()
        workers.send(event("left", "a"))
        if workers.has_ended():
            # A transaction was under way. Whoever runs the worker starts it again.
            workers.start(stages="session")
        workers.until_scored("a", times=2)

        assert once_each(workers.scores())
        assert "Traceback" not in workers.log()


def test_a_group_that_refuses_us_ends_the_worker(workers: Workers) -> None:
    """Faust would go on for ever without partitions: the error is parked, and it never asks."""
    workers.start(ready=False, session_timeout_ms="1000", heartbeat_ms="300")

    assert workers.ended() == 1
    assert "the group cannot be kept: InvalidSessionTimeoutError" in workers.log()
    assert "Traceback" not in workers.log()


def test_a_setting_that_cannot_be_used_is_one_line(workers: Workers) -> None:
    workers.start(ready=False, fetch_records="many")

    assert workers.ended() == 1
    assert workers.log() == "ROLLCALL_FETCH_RECORDS: 'many' is not a whole number\n"


def test_a_second_worker_may_come_before_anything_was_committed(workers: Workers) -> None:
    """The group has no offsets then, and the first one's fetches must not die of that."""
    for name in ("one", "two"):
        workers.start(name)

    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")

    assert [name for name in ("one", "two") if workers.has_ended(name)] == []
