"""The laws of the care stage: order, repetition, cuts and crashes change nothing in the end."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.care import CareEvent, SessionResult
from schemas.codec import encode
from streams.care.stage import care_stage
from streams.care.violations import RULES
from tests.builders import ms
from tests.care.builders import (
    accommodation,
    decision,
    entry,
    finding,
    notice,
    override,
    result,
    waiver,
)
from tests.care.partition import Partition
from tests.care.stages import POLICIES
from tests.oracle import body, differences, gone, last_records, replayed, revisions

SESSIONS = ("s1", "s2")
EPISODES: st.SearchStrategy[list[Any]] = st.sampled_from(
    [
        [("10:10", None)],
        [("10:10", "10:20")],
        [("10:10", "10:20"), ("11:00", None)],
        [("10:10", "10:20"), ("11:00", "11:30")],
    ]
)
NOW = ms("16:00")

Said = CareEvent | SessionResult


@st.composite
def results(draw: st.DrawFn) -> list[SessionResult]:
    """Results of two sessions; one (epoch, revision) has one content, as it is published once."""
    orders = draw(
        st.lists(
            st.tuples(st.sampled_from(SESSIONS), st.integers(0, 1), st.integers(1, 4)),
            min_size=1,
            max_size=8,
            unique=True,
        )
    )
    return [
        result(
            "13:00",
            [finding(rule, *draw(EPISODES)) for rule in draw(st.sets(st.sampled_from(RULES)))],
            scored=draw(st.sampled_from([(), ("chat",)])),
            session=session,
            epoch=epoch,
            revision=revision,
            **draw(CIRCUMSTANCES),
        )
        for session, epoch, revision in orders
    ]


CIRCUMSTANCES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"phase": st.sampled_from(["running", "provisional", "final", "final"])},
    optional={
        "withdrawn": st.booleans(),
        "void_reason": st.just("cancelled"),
        "needs_review": st.just("no_host_seen"),
        "guest": st.booleans(),
        "identified": st.booleans(),
        "unidentified_guests": st.booleans(),
        "before_host_ms": st.sampled_from([0, 300_000]),
        "not_admitted": st.booleans(),
        "attended_ms": st.integers(0, 2),
    },
)
FIELDS = st.fixed_dictionaries(
    {
        "entity": st.sampled_from("ef"),
        "revision": st.integers(0, 1),
        "withdrawn": st.booleans(),
        "id": st.sampled_from(["x", "y"]),
    }
)
ABOUT = st.tuples(FIELDS, st.sampled_from(SESSIONS)).map(
    lambda both: both[0] | {"session": both[1]}
)
AT = st.sampled_from(["02-25 10:00", "09:00", "10:29", "11:00"])
REASONS = st.sampled_from(["illness", "other"])


def _built(build: Any, *parts: st.SearchStrategy[Any], fields: Any = ABOUT) -> Any:
    return st.builds(lambda named, *values: build(*values, **named), fields, *parts)


STAFF = st.one_of(
    _built(notice, AT, REASONS),
    _built(decision, AT, st.booleans()),
    _built(override, AT, st.sampled_from(["credited", "excused", "unexcused"])),
    _built(waiver, AT, st.sampled_from(RULES)),
    _built(accommodation, st.sampled_from(["camera", "chat"]), fields=FIELDS),
)
LOG = st.tuples(results(), st.lists(STAFF, max_size=16)).map(lambda both: [*both[0], *both[1]])


def offline(log: Sequence[Said]) -> dict[str, Any]:
    """Body by id after one look at everything."""
    partition = Partition(care_stage(POLICIES))
    _append(partition, log, ms("14:00"))
    partition.look(NOW, everything=True)
    return {told["id"]: body(encode(told)) for told in partition.told}


def _append(partition: Partition, log: Sequence[Said], appended_at: int) -> None:
    for record in log:
        told = entry(record)
        partition.append(told.key, told.value, appended_at)


@settings(max_examples=250, deadline=None)
@given(log=LOG, data=st.data())
def test_order_repetition_cuts_and_crashes_change_nothing(
    log: list[Said], data: st.DataObject
) -> None:
    truth = offline(log)
    again = data.draw(st.lists(st.sampled_from(log), max_size=5))
    delivered = data.draw(st.permutations(log + again))
    partition = Partition(care_stage(POLICIES))
    now = ms("14:00")
    for each in delivered:
        _append(partition, [each], now)
        match data.draw(st.sampled_from(["on", "on", "look", "crash", "look, crash"])):
            case "look" | "look, crash" as what:
                now += data.draw(st.sampled_from([1, 2_000, 400_000]))
                partition.look(now)
                if what == "look, crash":
                    partition.crash()
            case "crash":
                partition.crash()
    partition.look(NOW, everything=True)

    live = last_records(partition.told)
    assert truth.keys() <= live.keys()
    for name, record in live.items():
        if name in truth:
            assert differences(body(encode(record)), truth[name]) == []
        else:
            assert gone(record)
    for numbers in revisions(partition.told).values():
        assert numbers == list(range(1, len(numbers) + 1))
    wanted = [("a", told) for told in partition.told if not gone(told)]
    for record, assessed in replayed(partition.stage, partition.log, wanted):
        assert differences(body(encode(record)), assessed) == []
