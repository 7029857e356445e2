"""Servers: Kafka and PostgreSQL over the data folder, and the topics on the one."""

from collections.abc import Callable
from pathlib import Path

from schemas.topics import TOPICS
from sinks.topics import TopicsError, check, provision
from streams.machine.kafka import Broker
from streams.machine.ports import free, free_port
from streams.machine.postgres import Postgres
from streams.up.memory import Memory
from streams.up.place import UpError


def broker_in(folder: Path, say: Callable[[str], None]) -> Broker:
    """The broker at the port it always had, or at another one if that is taken now."""
    broker = Broker(folder / "kafka")
    if free(broker.port):
        return broker
    moved = Broker(folder / "kafka", port=free_port())
    say(f"port {broker.port} is taken, so Kafka moves to {moved.bootstrap}")
    return moved


def postgres_in(folder: Path, memory: Memory) -> Postgres | None:
    """The server, unless the folder makes do with SQLite."""
    return Postgres(folder / "postgres") if memory.database == "postgresql" else None


def make_topics(broker: Broker, folder: Path, partitions: int) -> list[str]:
    """Create the topics that are missing; one line for each that is unlike the table.

    Raises:
        UpError: the broker refuses, or a topic has another number of partitions.
    """
    try:
        states = provision(broker.bootstrap, partitions, replication=1)
        differences = check(broker.bootstrap, partitions)
    except TopicsError as error:
        raise UpError(str(error)) from error
    for state, topic in zip(states, TOPICS, strict=True):
        if state.partitions != (topic.partitions or partitions):
            raise UpError(
                f"{state.name} in {folder} has {state.partitions} partitions, which cannot become "
                f"{partitions}: give --partitions {state.partitions}, or choose another folder "
                "with --data"
            )
    return differences
