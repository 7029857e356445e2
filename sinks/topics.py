"""Topics on the broker: created where missing, and held against the table in `schemas.topics`.

The table is the source; a topic that is there is never changed, because its partition count
and its records belong to whoever runs it. Client: kafka-python's admin client.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.cluster import collect_hosts
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from schemas.topics import TOPICS, Topic

CONNECT_TIMEOUT = 5.0
NO_LIMIT = -1
# In-sync copies that a write waits for: one of three may be away.
SAFE_REPLICATION = 3
SAFE_IN_SYNC = 2

# State is read from the beginning at every take-over. Only closed segments are compacted, so
# they are small and close even when little is written, and a fifth of dead records is enough
# reason. Tombstones stay a day: a reader that is slower than that starts again anyway.
COMPACTION: Mapping[str, str] = MappingProxyType(
    {
        "min.cleanable.dirty.ratio": "0.2",
        "segment.bytes": str(64 << 20),
        "segment.ms": str(6 * 3_600_000),
        "delete.retention.ms": str(24 * 3_600_000),
    }
)
NO_SECURITY: Mapping[str, Any] = MappingProxyType({})


class TopicsError(Exception):
    """The broker does not answer, or refuses. The message is one line."""


@dataclass(frozen=True)
class TopicState:
    """A topic of the table as it is on the broker now."""

    name: str
    partitions: int
    state: Literal["created", "present"]


def provision(
    bootstrap: str,
    partitions: int,
    replication: int,
    prefix: str = "",
    security: Mapping[str, Any] = NO_SECURITY,
) -> list[TopicState]:
    """Create the topics that are missing, and wait until they can be used.

    `partitions` is the deployment's common number; `prefix` goes before each name; `security`
    are kafka-python's connection settings. Any number of callers may do this at once. What is
    there already is left as it is: see `check`.

    Raises:
        TopicsError: the broker does not answer or refuses a topic.
    """
    with _admin(bootstrap, security) as admin:
        present = _partition_counts(admin, prefix)
        missing = [topic for topic in TOPICS if prefix + topic.name not in present]
        created = _create(admin, missing, partitions, replication, prefix) if missing else set()
        # Another broker may answer now, which has not heard of all of them yet.
        asked = {prefix + topic.name: topic.partitions or partitions for topic in TOPICS}
        counts = asked | present | _partition_counts(admin, prefix)
    return [
        TopicState(name, counts[name], "created" if name in created else "present")
        for name in asked
    ]


def check(
    bootstrap: str,
    partitions: int,
    prefix: str = "",
    security: Mapping[str, Any] = NO_SECURITY,
) -> list[str]:
    """One line for each difference between the table and the broker; empty when all is well.

    Raises:
        TopicsError: the broker does not answer or refuses.
    """
    with _admin(bootstrap, security) as admin:
        counts = _partition_counts(admin, prefix)
        settings = _settings(admin, list(counts))
    differences: list[str] = []
    for topic in TOPICS:
        name = prefix + topic.name
        if name not in counts:
            differences.append(f"{name}: missing")
            continue
        wanted = topic.partitions or partitions
        if counts[name] != wanted:
            differences.append(f"{name}: has {counts[name]} partitions, {wanted} wanted")
        differences += [f"{name}: {line}" for line in _unlike(topic, settings[name])]
    return differences


def _unlike(topic: Topic, found: Mapping[str, str]) -> Iterator[str]:
    for setting, wanted in _exact(topic).items():
        if found[setting] != wanted:
            yield f"{setting} is {found[setting]}, {wanted} wanted"
    largest = int(found["max.message.bytes"])
    if largest < topic.max_message_bytes:
        yield f"max.message.bytes is {largest}, at least {topic.max_message_bytes} wanted"
    if topic.cleanup == "compact" or topic.retention_ms is None:
        return
    kept_ms, kept_bytes = int(found["retention.ms"]), int(found["retention.bytes"])
    if kept_ms != NO_LIMIT and kept_ms < topic.retention_ms:
        yield f"retention.ms is {kept_ms}, at least {topic.retention_ms} wanted"
    if kept_bytes != NO_LIMIT:
        yield f"retention.bytes is {kept_bytes}, records may go before their time"


def _exact(topic: Topic) -> dict[str, str]:
    return {
        "cleanup.policy": topic.cleanup,
        "message.timestamp.type": "LogAppendTime" if topic.append_time else "CreateTime",
    }


def _wanted(topic: Topic, replication: int) -> dict[str, str]:
    settings = {**_exact(topic), "max.message.bytes": str(topic.max_message_bytes)}
    if topic.cleanup == "compact":
        settings |= COMPACTION
    if topic.retention_ms is not None:
        settings["retention.ms"] = str(topic.retention_ms)
    if replication >= SAFE_REPLICATION:
        settings["min.insync.replicas"] = str(SAFE_IN_SYNC)
    return settings


def _create(
    admin: KafkaAdminClient, topics: list[Topic], partitions: int, replication: int, prefix: str
) -> set[str]:
    """Create `topics`. Returns the names of those that nobody else created meanwhile."""
    wanted = {
        prefix + topic.name: {
            "num_partitions": topic.partitions or partitions,
            "replication_factor": replication,
            "configs": _wanted(topic, replication),
        }
        for topic in topics
    }
    answers = admin.create_topics(wanted, raise_errors=False)["topics"]
    created: set[str] = set()
    for answer in answers:
        error = for_code(answer["error_code"])
        if not answer["error_code"]:
            created.add(answer["name"])
        elif error is not TopicAlreadyExistsError:
            reason = answer.get("error_message") or error.description
            raise TopicsError(f"the broker refuses the topic {answer['name']}: {reason}")
    admin.wait_for_topics(list(wanted))
    return created


def _partition_counts(admin: KafkaAdminClient, prefix: str) -> dict[str, int]:
    # All topics are listed: asking for one by name may create it on a broker that allows that.
    names = {prefix + topic.name for topic in TOPICS}
    found = (topic for topic in admin.describe_topics() if topic["name"] in names)
    return {topic["name"]: len(topic["partitions"]) for topic in found}


def _settings(admin: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found = admin.describe_configs(wanted, config_filter="all")["topic"]
    return {
        name: {setting: entry["value"] for setting, entry in entries.items()}
        for name, entries in found.items()
    }


@contextmanager
def _admin(bootstrap: str, security: Mapping[str, Any]) -> Iterator[KafkaAdminClient]:
    if not any(_accepts(host, port) for host, port, _ in collect_hosts(bootstrap)):
        raise TopicsError(f"no Kafka broker answers at {bootstrap}")
    try:
        with KafkaAdminClient(bootstrap_servers=bootstrap, **security) as admin:
            yield admin
    except KafkaError as error:
        reason = str(error).partition("\n")[0]
        raise TopicsError(f"Kafka at {bootstrap} does not do as asked: {reason}") from error


def _accepts(host: str, port: int) -> bool:
    # Tried first, because the client would go on trying in silence for half a minute.
    try:
        socket.create_connection((host, port), CONNECT_TIMEOUT).close()
    except OSError:
        return False
    return True
