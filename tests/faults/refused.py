"""The broker refuses a batch inside a transaction (larger than its topic allows): the worker says
so and ends, no offset moves, and again at each start; nothing is lost when the topic is mended.
"""

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from schemas.topics import CARE
from tests.faults.altered import Alterations
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import Shift

SHORT = Sizes(seed=13, events=0, faults=2)
LONG = Sizes(seed=13, events=0, faults=10)
ALARM = "transaction in doubt: MessageSizeTooLargeError"
TOO_SMALL = 100


def run(sizes: Sizes, place: Place, alterations: Alterations = ()) -> Outcome:
    """Refuse, see it end with the offsets where they were; mend, compare."""
    ended = 0
    with Shift(place, sizes, alterations) as shift:
        fleet = shift.fleet
        fleet.start("one")
        shift.plan(1)
        shift.caught_up()
        for number in range(sizes.faults):
            before = fleet.committed()
            _limit(shift, TOO_SMALL)
            shift.plan(number + 2)
            fleet.until(lambda: fleet.has_ended("one") or fleet.behind() == 0, "nothing happens")
            if fleet.has_ended("one"):
                ended += 1
                assert fleet.ended("one") == 1
                assert fleet.committed() == before
            _limit(shift, CARE.max_message_bytes)
            if fleet.has_ended("one"):
                fleet.evict()
            fleet.keep("one")
            shift.caught_up()
        outcome = shift.outcome("a produce refused", sizes.faults, ended, ("one",))
        assert fleet.log("one").count(ALARM) == ended == sizes.faults
        return outcome


def _limit(shift: Shift, largest: int) -> None:
    """Let the broker refuse batches of results that are larger than so many bytes."""
    limit = {"max.message.bytes": str(largest)}
    topic = ConfigResource(ConfigResourceType.TOPIC, shift.run.prefix + CARE.name, limit)
    with KafkaAdminClient(bootstrap_servers=shift.run.bootstrap) as admin:
        admin.alter_configs([topic])
