"""Committed: a consumer of what is committed, alone, and how it says what went wrong."""

import socket
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.cluster import collect_hosts
from kafka.errors import KafkaError, KafkaTimeoutError

CONNECT_TIMEOUT_S = 5.0
BOOTSTRAP_TIMEOUT_MS = 5_000
ANSWER_TIMEOUT_MS = 10_000

NO_SECURITY: Mapping[str, Any] = MappingProxyType({})


class ReadingError(Exception):
    """The broker is away or refuses, or has no such topic or offset. The message is one line."""


def connected(
    bootstrap: str, security: Mapping[str, Any] = NO_SECURITY, group: str | None = None
) -> KafkaConsumer:
    """A consumer of committed records, with nothing assigned yet.

    `group` names the offsets that it may ask for and commit; it never joins others in it.

    Raises:
        KafkaError: no broker answers. Nothing is left then of the consumer, whose thread would
            try on for ever.
        ValueError: `bootstrap` is no list of addresses.
    """
    if not any(_accepts(host, port) for host, port, _ in collect_hosts(bootstrap)):
        raise KafkaTimeoutError(bootstrap)
    clients: list[Any] = []

    def client(**config: Any) -> Any:
        clients.append(KafkaConsumer.DEFAULT_CONFIG["kafka_client"](**config))
        return clients[-1]

    try:
        return KafkaConsumer(
            kafka_client=client,
            bootstrap_servers=bootstrap,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            request_timeout_ms=ANSWER_TIMEOUT_MS,
            group_id=group,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            **security,
        )
    except (KafkaError, ValueError):
        for left in clients:
            left.close()
        raise


def away(bootstrap: str, error: Exception) -> str:
    """What happened to the broker at `bootstrap`, in one line."""
    if isinstance(error, KafkaTimeoutError):
        return f"no Kafka broker answers at {bootstrap}"
    reason = str(error).partition("\n")[0] or type(error).__name__
    return f"cannot read from Kafka at {bootstrap!r}: {reason}"


def places(consumer: KafkaConsumer, topic: str) -> list[TopicPartition]:
    """Every partition of `topic`; raises ReadingError when there is no such topic (yet)."""
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise ReadingError(f"there is no topic {topic} on the broker")
    return [TopicPartition(topic, number) for number in sorted(numbers)]


def _accepts(host: str, port: int) -> bool:
    # Tried first: the client would try on in silence for as long as it is given.
    try:
        socket.create_connection((host, port), CONNECT_TIMEOUT_S).close()
    except OSError:
        return False
    return True
