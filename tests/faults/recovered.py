"""Recovery from state partitions that end or look in every way they can: nothing in them, a control
record at the end, an aborted transaction at the end, and compacted to the last record of a key.
"""

from collections.abc import Callable

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from schemas.topics import SESSION_STATE
from streams.worker.place import partition_of
from tests.faults.frame import Outcome, Place, Sizes, until
from tests.faults.shift import Shift
from tests.kafka.fleet import PARTITIONS

SHORT = Sizes(seed=17, events=0, faults=3)
LONG = Sizes(seed=17, events=0, faults=3)
REVISIONS = 6
EAGER = {
    "segment.ms": "100",
    "min.cleanable.dirty.ratio": "0.0",
    "max.compaction.lag.ms": "100",
}


def run(sizes: Sizes, place: Place) -> Outcome:
    """Die after each of them was made, recover from it, compare."""
    tails: tuple[Callable[[Shift], None], ...] = (_control_record, _aborted, _compacted)
    with Shift(place, sizes) as shift:
        fleet = shift.fleet
        fleet.start("one")
        assert "no state yet" in fleet.log("one")
        for number, tail in enumerate(tails[: sizes.faults]):
            for revision in range(REVISIONS):
                shift.plan(1 + number * REVISIONS + revision)
                shift.caught_up()
            tail(shift)
            fleet.evict()
            fleet.start("one")
        return shift.outcome("recovery from any tail", fleet.killed, fleet.inside, ("one",))


def _control_record(shift: Shift) -> None:
    """Every transaction ends in one; nothing comes behind it."""
    shift.fleet.kill("one")
    assert _end(shift) > shift.run.log(SESSION_STATE.name)[_number()][-1].offset + 1


def _aborted(shift: Shift) -> None:
    """All records of a transaction are on the log, and nobody commits it."""
    shift.fleet.end("one")
    shift.fleet.evict()
    shift.plan(1 + 2 * REVISIONS)
    shift.fleet.dies_at("one", "checkpoint-acknowledged")


def _compacted(shift: Shift) -> None:
    """The broker has dropped what was replaced; offsets have holes."""
    shift.fleet.kill("one")
    name = shift.run.prefix + SESSION_STATE.name
    topic = ConfigResource(ConfigResourceType.TOPIC, name, EAGER)
    with KafkaAdminClient(bootstrap_servers=shift.run.bootstrap) as admin:
        admin.alter_configs([topic])
    before = len(shift.run.log(SESSION_STATE.name)[_number()])
    shift.fleet.evict()
    shift.fleet.start("one")
    shift.fleet.end("one")
    until(
        lambda: len(shift.run.log(SESSION_STATE.name)[_number()]) < before // 2,
        "the broker does not compact",
    )


def _number() -> int:
    return partition_of(b"s1", PARTITIONS)


def _end(shift: Shift) -> int:
    consumer = KafkaConsumer(bootstrap_servers=shift.run.bootstrap)
    place = TopicPartition(shift.run.prefix + SESSION_STATE.name, _number())
    end = int(consumer.end_offsets([place])[place])
    consumer.close()
    return end
