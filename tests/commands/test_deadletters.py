"""`rollcall deadletters` against a real broker: what is shown, what is sent again, what is not."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.dead_letter import Entry
from schemas.topics import DEAD_LETTERS, TELEMETRY
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from streams.reading import read_topic
from tests.commands.conftest import Run
from tests.deadletters.letters import connect, door, ours, parts, spring
from tests.kafka.workers import Workers, event, scheduled

PARTITIONS = 2


class Letters:
    """Dead letters of one test, and the command that is tried on them."""

    def __init__(self, bootstrap: str, prefix: str, run: Run) -> None:
        self.bootstrap, self.prefix, self._run = bootstrap, prefix, run
        provision(bootstrap, PARTITIONS, 1, prefix)

    def write(self, *entries: Entry, partition: int = 0) -> None:
        """Append them, in order."""
        with closing(
            KafkaProducer(bootstrap_servers=self.bootstrap, max_request_size=2 << 20)
        ) as producer:
            topic = self.prefix + DEAD_LETTERS.name
            sent = [
                producer.send(
                    topic, each.value, key=each.key, headers=list(each.headers), partition=partition
                )
                for each in entries
            ]
            for future in sent:
                future.get(30)

    def ours(self, *arguments: Any, **options: Any) -> Entry:
        """A letter about our telemetry, as its prefix has it."""
        return ours(*arguments, topic=self.prefix + TELEMETRY.name, **options)

    def make(self, name: str, **configs: str) -> str:
        """Another topic, with one partition; its full name."""
        topic = self.prefix + name
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.create_topics([NewTopic(topic, 1, 1, topic_configs=configs)])
            deadline = time.monotonic() + 30
            while topic not in admin.list_topics():
                assert time.monotonic() < deadline, f"{topic} is not made"
        return topic

    def run(self, *arguments: str) -> Result:
        """The command, to its end."""
        place = ("--bootstrap", self.bootstrap, "--topic-prefix", self.prefix)
        command, *rest = arguments
        return self._run("deadletters", command, *place, *rest, TZ="UTC", COLUMNS="200")

    def listed(self, *options: str) -> list[dict[str, Any]]:
        """What `list --json` tells."""
        return [
            json.loads(line) for line in self.run("list", "--json", *options).stdout.splitlines()
        ]

    def redriven(self, *options: str) -> dict[str, int]:
        """How many letters `redrive --json` told of each outcome, in one run without an error."""
        result = self.run("redrive", "--json", *options)
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)["outcomes"]
        return {f"{each['reason']} {each['outcome']}": each["letters"] for each in told}

    def entries(self, topic: str = TELEMETRY.name) -> list[Entry]:
        """What is in a topic of the prefix."""
        return list(read_topic(self.bootstrap, self.prefix + topic))

    def committed(self) -> dict[int, int]:
        """Where the redrive's group stands."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            told = admin.list_group_offsets({f"{self.prefix}rollcall.redrive": None})
        offsets = next(iter(told.values()), {})
        return {place.partition: offset.offset for place, offset in offsets.items()}


@pytest.fixture
def letters(broker: Broker, prefix: str, run: Run) -> Letters:
    return Letters(broker.bootstrap, prefix, run)


def test_letters_are_listed_one_a_line_and_counted(letters: Letters) -> None:
    letters.write(letters.ours("unknown_type"), letters.ours("misrouted"))
    letters.write(
        connect(), letters.ours("misrouted", headers=(("rollcall.attempt", b"2"),)), partition=1
    )

    result = letters.run("list")

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()[:4]
    topic = letters.prefix + TELEMETRY.name
    assert sorted(line.split()[0] for line in lines) == ["0:0", "0:1", "1:0", "1:1"]
    [first] = [line for line in lines if line.startswith("0:0 ")]
    assert first.endswith(f"unknown_type     {topic}/3/41  e-1  why")
    [of_connect] = [line for line in lines if line.startswith("1:0 ")]
    assert of_connect.endswith("DataException    orders/2/1207  -  cannot convert")
    assert any(line.endswith("why; attempt 2") for line in lines)
    assert [row.split()[1:4:2] for row in result.stdout.splitlines() if "misrouted " in row][
        -1
    ] == [
        "misrouted",
        "2",
    ]


def test_only_what_is_asked_for_is_listed(letters: Letters) -> None:
    letters.write(*(letters.ours("misrouted", offset=number) for number in range(3)), connect())
    [*_, last] = letters.listed()

    assert [each["offset"] for each in letters.listed("--reason", "misrouted", "--max", "2")] == [
        1,
        2,
    ]
    assert [each["offset"] for each in letters.listed("--topic", "orders")] == [3]
    assert len(letters.listed("--topic", TELEMETRY.name)) == 3
    assert len(letters.listed("--reason", "misrouted", "--reason", "DataException")) == 4
    assert letters.listed("--since", last["failed_at"])[-1] == last
    assert letters.listed("--since", "2100-01-01T00:00:00Z") == []
    assert letters.listed()[0] | {"failed_at": ""} == {
        "partition": 0,
        "offset": 0,
        "failed_at": "",
        "first_failed_at": "2026-03-02T18:00:00.000Z",
        "attempt": 1,
        "reason": "misrouted",
        "detail": "why",
        "event_id": "e-1",
        "kind": "rollcall",
        "source_topic": letters.prefix + TELEMETRY.name,
        "source_partition": 3,
        "source_offset": 41,
        "complete": True,
        "sent_again": False,
    }


def test_nothing_there_is_told(letters: Letters) -> None:
    for command in ("list", "redrive"):
        result = letters.run(command)
        assert (result.exit_code, result.stdout) == (0, "")
        assert "there are no " in result.stderr
    letters.write(letters.ours())

    missing = letters.run("show", "0:1")
    assert (missing.exit_code, missing.stderr) == (1, "Error: there is no dead letter at 0:1\n")
    assert f"has no partition {PARTITIONS}" in letters.run("show", f"{PARTITIONS}:0").stderr
    assert "is not PARTITION:OFFSET" in letters.run("show", "0-1").stderr


HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202eevil\u2028\x9b \r\n é"


def test_what_a_terminal_would_act_on_is_escaped(letters: Letters) -> None:
    letters.write(
        letters.ours(
            value=json.dumps({"id": HOSTILE}, ensure_ascii=False).encode(),
            key=HOSTILE.encode(),
            headers=((f"name{HOSTILE}", HOSTILE.encode()),),
        ),
        letters.ours(value=b"\xff\x00", key=b"\xfe", headers=(("bytes", b"\xfd"),)),
        connect(f"topic{HOSTILE}"),
    )

    for arguments in (
        ("list",),
        ("list", "--json"),
        ("show", "0:0"),
        ("show", "0:0", "--json"),
        ("show", "0:2"),
    ):
        said = letters.run(*arguments).stdout
        table = said.isascii() or set(said) - set(map(chr, range(128))) <= set(
            "é─━│┃┏┓┗┛┌┐└┘├┤┡┩╇┴┳╈┬┼"
        )
        assert table, (arguments, said)
        assert all(each.isprintable() for line in said.split("\n") for each in line)
    full = json.loads(letters.run("show", "0:0", "--json").stdout)
    assert full["key"] == {"text": HOSTILE}
    assert full["headers"][0] == {"name": f"name{HOSTILE}", "value": {"text": HOSTILE}}
    of_bytes = letters.run("show", "0:1").stdout
    assert "value    base64 /wA=" in of_bytes
    assert "key      base64 /g==" in of_bytes
    assert "header   bytes: base64 /Q==" in of_bytes


def test_a_letter_in_parts_is_shown_whole_by_any_of_them(letters: Letters) -> None:
    value = b"begin" + b"x" * (2 << 20) + b"end"
    letters.write(letters.ours(), *parts(value), letters.ours())

    for place in ("0:1", "0:2", "0:3"):
        shown = letters.run("show", place)
        assert "letter   0:1, " in shown.stdout, shown.output
        assert "parts    3, put together here" in shown.stdout
        assert f"value    {value.decode()}\n" in shown.stdout
        assert "header   traceparent: 00-1" in shown.stdout
    assert [each["offset"] for each in letters.listed()] == [0, 1, 4]


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


def test_no_broker_is_one_clear_line(run: Run) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    for arguments in (("list",), ("show", "0:0"), ("redrive",), ("redrive", "--dry-run")):
        result = run("deadletters", *arguments, "--bootstrap", nobody)
        assert result.exit_code == 1
        assert result.stderr == f"Error: no Kafka broker answers at {nobody}\n"


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
