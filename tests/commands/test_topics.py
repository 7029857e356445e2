"""`rollcall topics` against a real broker: what it makes, what it finds, and what it says."""

import json
from typing import Any

from click.testing import Result
from kafka.admin import KafkaAdminClient

from schemas.topics import TOPICS
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from tests.commands.conftest import Run


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_missing_topics_are_made_and_found_again(broker: Broker, prefix: str, run: Run) -> None:
    arguments = ("topics", "--topic-prefix", prefix, "--partitions", "2", "--json")
    place = {"ROLLCALL_BOOTSTRAP": broker.bootstrap}

    first, second = run(*arguments, **place), run(*arguments, **place)

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert {row["state"] for row in rows(first)} == {"created"}
    assert {row["state"] for row in rows(second)} == {"present"}
    assert [row["name"] for row in rows(first)] == [prefix + topic.name for topic in TOPICS]
    assert rows(first)[0] == {
        "name": f"{prefix}rollcall.telemetry.v1",
        "partitions": 2,
        "key": "session",
        "kept": "14 d",
        "state": "created",
        "differences": [],
    }


def test_a_table_has_every_name_in_full(broker: Broker, prefix: str, run: Run) -> None:
    result = run(
        "topics", "--bootstrap", broker.bootstrap, "--topic-prefix", prefix, "--partitions", "1"
    )

    assert result.exit_code == 0, result.output
    assert all(prefix + topic.name in result.stdout for topic in TOPICS)


def test_what_differs_is_told_line_by_line(broker: Broker, prefix: str, run: Run) -> None:
    common = ("topics", "--bootstrap", broker.bootstrap, "--topic-prefix", prefix, "--json")
    run(*common, "--partitions", "2")

    result = run(*common, "--partitions", "3")

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{prefix}{topic.name}: has 2 partitions, 3 wanted" for topic in TOPICS
    ]
    assert {(row["partitions"], row["state"]) for row in rows(result)} == {(2, "differs")}


def test_a_check_makes_nothing(broker: Broker, prefix: str, run: Run) -> None:
    result = run(
        "topics", "--bootstrap", broker.bootstrap, "--topic-prefix", prefix, "--check", "--json"
    )

    assert result.exit_code == 1
    assert {row["state"] for row in rows(result)} == {"missing"}
    assert f"{prefix}{TOPICS[0].name}: missing" in result.stderr.splitlines()
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        assert not [name for name in admin.list_topics() if name.startswith(prefix)]


def test_no_broker_is_one_clear_line(run: Run) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    result = run("topics", "--bootstrap", nobody)

    assert result.exit_code == 1
    assert result.stderr == f"Error: no Kafka broker answers at {nobody}\n"


def test_no_address_is_one_clear_line(run: Run) -> None:
    result = run("topics", "--bootstrap", "host:port")

    assert result.exit_code == 2
    assert "'host:port' is no address of a broker; host:port is" in result.stderr
