"""Laws over several weeks: when and how often anybody looks changes nothing in the end."""

from collections.abc import Sequence
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.care import Staff
from schemas.codec import encode
from schemas.instants import milliseconds
from streams.care.stage import care_stage
from tests.builders import ms
from tests.care.builders import PERSON, entry
from tests.care.partition import Partition
from tests.care.strategies import FIELDS, MONTHS, NOWS, POLICIES, Said
from tests.oracle import body, differences, gone, last_records, replayed, revisions

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
CLOCK = [ms(now) for now in NOWS]


def append(partition: Partition, log: Sequence[Said], now: int) -> None:
    for record in log:
        told = entry(record)
        partition.append(told.key, told.value, max(now, milliseconds(record.at)))


def offline(log: Sequence[Said], now: int) -> dict[str, Any]:
    """Body by id after one look at everything."""
    partition = Partition(care_stage(POLICIES))
    append(partition, log, 0)
    partition.look(now, everything=True)
    assert not partition.dead_letters
    return {told["id"]: body(encode(told)) for told in partition.told}


def live(log: Sequence[Said], data: st.DataObject, now: int) -> Partition:
    """Delivered in any order, some of it twice, with looks and crashes in between."""
    again = data.draw(st.lists(st.sampled_from(log), max_size=4))
    delivered = data.draw(st.permutations([*log, *again]))
    partition = Partition(care_stage(POLICIES))
    ahead = [at for at in CLOCK if at < now]
    for record in delivered:
        append(partition, [record], ahead[0] if ahead else 0)
        what = data.draw(st.sampled_from(["on", "on", "look", "later", "crash"]))
        if what == "later" and ahead:
            partition.look(ahead.pop(0))
        elif what == "look" and ahead:
            partition.look(ahead[0])
        elif what == "crash":
            partition.crash()
    for at in ahead:
        if data.draw(st.booleans()):
            partition.look(at)
    partition.look(now, everything=True)
    return partition


def test_every_record_of_staff_is_among_them() -> None:
    assert FIELDS.keys() == set(get_args(Staff))


@settings(max_examples=120, deadline=None, suppress_health_check=SLOW)
@given(log=MONTHS, now=st.sampled_from(CLOCK), data=st.data())
def test_order_repetition_looks_and_crashes_change_nothing(
    log: list[Said], now: int, data: st.DataObject
) -> None:
    truth = offline(log, now)
    partition = live(log, data, now)

    last = last_records(partition.told)
    assert truth.keys() <= last.keys()
    for name, record in last.items():
        if name in truth:
            assert differences(body(encode(record)), truth[name]) == []
        else:
            assert gone(record)
    for numbers in revisions(partition.told).values():
        assert numbers == list(range(1, len(numbers) + 1))
    wanted = [(PERSON, told) for told in partition.told if not gone(told)]
    for record, assessed in replayed(partition.stage, partition.log, wanted):
        assert differences(body(encode(record)), assessed) == []


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(log=MONTHS, now=st.sampled_from(CLOCK), data=st.data())
def test_until_the_next_look_time_changes_nothing(
    log: list[Said], now: int, data: st.DataObject
) -> None:
    partition = Partition(care_stage(POLICIES))
    append(partition, log, 0)
    facts = partition.ledger.facts(PERSON)
    shown, until = _shown(partition, facts, now)
    last = (until or ms("06-30 00:00")) - 1
    for at in {last, data.draw(st.integers(now, max(now, last)))}:
        if at > now:
            assert _shown(partition, facts, at)[0] == shown


def _shown(partition: Partition, facts: Any, now: int) -> tuple[dict[str, Any], int | None]:
    assessment = partition.stage.assess(facts, PERSON, now)
    shown = {
        output.id: (output.status, body(encode(output.render()))) for output in assessment.outputs
    }
    return shown, assessment.next_look
