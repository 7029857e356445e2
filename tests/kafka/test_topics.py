"""Topics on a real broker: made from the table, made once, and every difference told."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewPartitions

from schemas.topics import SCORES, SESSION_STATE, TELEMETRY, TOPICS
from sinks.topics import TopicsError, check, provision
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK, free_port

PARTITIONS = 2
Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def admin(broker: Broker) -> Iterator[KafkaAdminClient]:
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        yield admin


def setting_of(admin: KafkaAdminClient, topic: str, setting: str) -> str:
    asked = ConfigResource(ConfigResourceType.TOPIC, topic)
    found = admin.describe_configs([asked], config_filter="all")
    return str(found["topic"][topic][setting]["value"])


def alter(admin: KafkaAdminClient, topic: str, setting: str, value: str, until: Until) -> None:
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {setting: value})])
    until(lambda: setting_of(admin, topic, setting) == value)


def test_provision_creates_the_whole_table_as_it_is_checked(broker: Broker, prefix: str) -> None:
    made = provision(broker.bootstrap, PARTITIONS, 1, prefix)

    assert [topic.name for topic in made] == [prefix + topic.name for topic in TOPICS]
    assert {topic.state for topic in made} == {"created"}
    assert [topic.partitions for topic in made] == [t.partitions or PARTITIONS for t in TOPICS]
    assert check(broker.bootstrap, PARTITIONS, prefix) == []


def test_provision_leaves_what_is_there(broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)

    again = provision(broker.bootstrap, PARTITIONS + 1, 1, prefix)

    assert {topic.state for topic in again} == {"present"}
    assert [topic.partitions for topic in again] == [t.partitions or PARTITIONS for t in TOPICS]


def test_provision_fills_gaps(broker: Broker, prefix: str, admin: KafkaAdminClient) -> None:
    admin.create_topics({prefix + SCORES.name: {"num_partitions": 5, "replication_factor": 1}})
    admin.wait_for_topics([prefix + SCORES.name])

    made = {topic.name: topic for topic in provision(broker.bootstrap, PARTITIONS, 1, prefix)}

    assert made[prefix + SCORES.name].state == "present"
    assert made[prefix + SCORES.name].partitions == 5
    assert made[prefix + TELEMETRY.name].state == "created"


def test_provision_may_run_many_times_at_once(broker: Broker, prefix: str) -> None:
    def one(_: int) -> list[str]:
        return [
            topic.name
            for topic in provision(broker.bootstrap, PARTITIONS, 1, prefix)
            if topic.state == "created"
        ]

    with ThreadPoolExecutor(3) as pool:
        created = [name for names in pool.map(one, range(3)) for name in names]

    assert sorted(created) == sorted(prefix + topic.name for topic in TOPICS)


def test_provision_says_why_the_broker_refuses(broker: Broker, prefix: str) -> None:
    with pytest.raises(TopicsError, match=r"refuses the topic .*replication factor") as refused:
        provision(broker.bootstrap, PARTITIONS, 30_000, prefix)

    assert "\n" not in str(refused.value)


def test_state_is_compacted_soon_and_kept_for_ever(
    broker: Broker, prefix: str, admin: KafkaAdminClient
) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    name = prefix + SESSION_STATE.name

    assert setting_of(admin, name, "cleanup.policy") == "compact"
    assert float(setting_of(admin, name, "min.cleanable.dirty.ratio")) <= 0.2
    assert int(setting_of(admin, name, "segment.bytes")) >= 4 * SESSION_STATE.max_message_bytes


def test_check_tells_what_is_missing(broker: Broker, prefix: str) -> None:
    found = check(broker.bootstrap, PARTITIONS, prefix)

    assert found == [f"{prefix}{topic.name}: missing" for topic in TOPICS]


def test_check_tells_a_changed_partition_count(
    broker: Broker, prefix: str, admin: KafkaAdminClient, until: Until
) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    name = prefix + TELEMETRY.name
    admin.create_partitions({name: NewPartitions(PARTITIONS + 1)})
    until(lambda: len(admin.describe_topics([name])[0]["partitions"]) == PARTITIONS + 1)

    assert check(broker.bootstrap, PARTITIONS, prefix) == [f"{name}: has 3 partitions, 2 wanted"]


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        (
            "message.timestamp.type",
            "CreateTime",
            "message.timestamp.type is CreateTime, LogAppendTime wanted",
        ),
        ("cleanup.policy", "compact", "cleanup.policy is compact, delete wanted"),
        ("retention.ms", "1000", "retention.ms is 1000, at least 1209600000 wanted"),
        (
            "retention.bytes",
            "1000000",
            "retention.bytes is 1000000, records may go before their time",
        ),
        ("max.message.bytes", "1000", "max.message.bytes is 1000, at least 1048576 wanted"),
    ],
)
def test_check_tells_a_changed_setting(
    broker: Broker,
    prefix: str,
    admin: KafkaAdminClient,
    until: Until,
    setting: str,
    value: str,
    told: str,
) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    name = prefix + TELEMETRY.name
    alter(admin, name, setting, value, until)

    assert check(broker.bootstrap, PARTITIONS, prefix) == [f"{name}: {told}"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [("retention.ms", "-1"), ("retention.ms", "99999999999"), ("max.message.bytes", "9000000")],
)
def test_check_accepts_more_than_is_asked(
    broker: Broker,
    prefix: str,
    admin: KafkaAdminClient,
    until: Until,
    setting: str,
    value: str,
) -> None:
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    name = prefix + TELEMETRY.name
    alter(admin, name, setting, value, until)

    assert check(broker.bootstrap, PARTITIONS, prefix) == []


def test_no_broker_is_one_clear_line() -> None:
    nowhere = f"{LOOPBACK}:{free_port()}"

    with pytest.raises(TopicsError, match=nowhere) as failed:
        check(nowhere, PARTITIONS)

    assert "\n" not in str(failed.value)
