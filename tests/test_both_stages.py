"""Telemetry to violations, both stages: looking at every step ends where looking once ends."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.care import CareEvent
from schemas.codec import encode
from schemas.dead_letter import Entry
from schemas.instants import MINUTE_MS, milliseconds, rfc3339
from schemas.telemetry import Event
from schemas.topics import CARE
from streams.care.stage import care_stage
from streams.session.stage import session_stage
from tests import builders
from tests.builders import (
    admitted,
    camera,
    capable,
    chat,
    ended,
    identified,
    joined,
    left,
    ms,
    outage,
    scheduled,
    speaking,
    void,
    waiting,
)
from tests.care.builders import accommodation, decision, entry, notice, override, waiver
from tests.care.partition import Partition
from tests.care.stages import POLICIES
from tests.oracle import body, differences, gone, last_records, offline, replayed, revisions

NOW = ms("14:40")
"""After final, before corrections end."""


class Delivery(NamedTuple):
    """A record and when it reaches its log."""

    appended_at: int
    record: Event | CareEvent


def clock(minute: int) -> str:
    """A time of day as the builders read it."""
    return rfc3339(ms("09:50") + minute * MINUTE_MS)[11:19]


TIMES = st.integers(0, 140).map(clock)
WHO = st.sampled_from(["a", "a", "b", "x"])
CONNECTIONS = st.sampled_from(["c1", "c2"])
MOVES = st.builds(
    lambda move, *about: move(*about),
    st.sampled_from([joined, joined, left]),
    TIMES,
    WHO,
    CONNECTIONS,
)
ROOM = st.builds(
    lambda move, *about: move(*about), st.sampled_from([waiting, admitted]), TIMES, WHO, CONNECTIONS
)
SWITCHES = st.builds(
    lambda switch, *about: switch(*about),
    st.sampled_from([camera, speaking]),
    TIMES,
    st.booleans(),
    WHO,
    CONNECTIONS,
)
RARE = st.one_of(
    st.builds(chat, TIMES, WHO, CONNECTIONS),
    st.builds(lambda at: outage("10:00", "10:20", at=at), TIMES),
    st.builds(
        lambda at, revision, withdrawn: outage(
            "10:30", "11:00", at=at, revision=revision, withdrawn=withdrawn
        ),
        TIMES,
        st.integers(1, 2),
        st.booleans(),
    ),
    st.builds(
        lambda at, revision, withdrawn: identified(
            "x", "a", at=at, revision=revision, withdrawn=withdrawn
        ),
        TIMES,
        st.integers(1, 2),
        st.booleans(),
    ),
    st.builds(lambda at, value: void(value, at=at), TIMES, st.sampled_from([False, False, True])),
    st.builds(ended, st.integers(100, 135).map(clock)),
    st.just(capable("camera", "speaking", "chat", camera="exact")),
)
ROSTERS = st.sampled_from([("a", "b"), ("a", "b"), ("b",), ("a", "b", "x")])
PLANS = st.lists(st.tuples(ROSTERS, st.sampled_from([(), (), ("h",)])), min_size=1, max_size=2).map(
    lambda plans: [
        scheduled(
            roster=roster, hosts=hosts, at="08:00" if number == 0 else "10:25", revision=number
        )
        for number, (roster, hosts) in enumerate(plans)
    ]
)
HOST = st.lists(
    st.builds(lambda move, at: move(at, "h"), st.sampled_from([joined, left]), TIMES), max_size=3
)
REVISIONS = st.fixed_dictionaries({"revision": st.integers(0, 1), "withdrawn": st.booleans()})
STAFF = st.one_of(
    st.builds(
        lambda at, why, more: notice(at, why, **more),
        TIMES,
        st.sampled_from(["illness", "other"]),
        REVISIONS,
    ),
    st.builds(
        lambda at, accepted, more: decision(at, accepted, **more), TIMES, st.booleans(), REVISIONS
    ),
    st.builds(
        lambda at, outcome, more: override(at, outcome, **more),
        TIMES,
        st.sampled_from(["excused", "unexcused"]),
        REVISIONS,
    ),
    st.builds(
        lambda at, rule, more: waiver(at, rule, **more),
        TIMES,
        st.sampled_from(["no_show", "late", "left_early"]),
        REVISIONS,
    ),
    st.builds(lambda at, more: accommodation("camera", at=at, **more), TIMES, REVISIONS),
)
DELAYS = st.sampled_from([0, 0, 0, 1, 10, 45]).map(lambda minutes: minutes * MINUTE_MS)


@st.composite
def evenings(draw: st.DrawFn) -> list[Delivery]:
    """What happened, in the order in which the logs heard of it, some of it twice."""
    happened: list[Event | CareEvent] = [
        *draw(PLANS),
        *draw(HOST),
        *draw(st.lists(MOVES, max_size=10)),
        *draw(st.lists(st.one_of(MOVES, ROOM, SWITCHES, RARE), max_size=8)),
        *draw(st.lists(STAFF, max_size=4)),
    ]
    happened += draw(st.lists(st.sampled_from(happened), max_size=3))
    return sorted(
        (Delivery(milliseconds(record.at) + draw(DELAYS), record) for record in happened),
        key=lambda delivery: delivery.appended_at,
    )


class Live:
    """Two workers, the session's results flowing to the other's log with each transaction."""

    def __init__(self) -> None:
        self.session = Partition(session_stage(POLICIES))
        self.care = Partition(care_stage(POLICIES))
        self.staff: list[Entry] = []

    def take(self, delivery: Delivery) -> None:
        appended_at, record = delivery
        if isinstance(record, Event):
            told = builders.entry(record)
            self.session.append(told.key, told.value, appended_at)
        else:
            told = entry(record)
            self.care.append(told.key, told.value, appended_at)
            self.staff.append(self.care.log[-1])

    def look(self, now: int) -> None:
        for change in self.session.look(now):
            if change.topic == CARE.name:
                self.care.append(change.key.encode(), change.value, now)
        self.care.look(now)


def run(evening: Sequence[Delivery], data: st.DataObject) -> Live:
    """Looks and crashes wherever they may fall."""
    live = Live()
    for number, delivery in enumerate(evening):
        live.take(delivery)
        until = evening[number + 1].appended_at if number + 1 < len(evening) else NOW
        if data.draw(st.booleans()):
            live.look(delivery.appended_at)
            live.look((delivery.appended_at + until) // 2)
        match data.draw(st.sampled_from(["on", "on", "on", "session", "care"])):
            case "session":
                live.session.crash()
            case "care":
                live.care.crash()
    live.look(NOW)
    return live


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(evening=evenings(), data=st.data())
def test_looking_at_every_step_ends_where_looking_once_ends(
    evening: list[Delivery], data: st.DataObject
) -> None:
    live = run(evening, data)
    truth = offline(live.session.log, live.staff, POLICIES, NOW)
    told: list[dict[str, Any]] = live.session.told + live.care.told

    last = last_records(told)
    assert truth.keys() <= last.keys()
    for name, record in last.items():
        if name in truth:
            assert differences(body(encode(record)), truth[name]) == []
        else:
            assert gone(record)
    for numbers in revisions(told).values():
        assert numbers == list(range(1, len(numbers) + 1))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(evening=evenings(), data=st.data())
def test_every_record_follows_from_its_position_and_its_instant(
    evening: list[Delivery], data: st.DataObject
) -> None:
    live = run(evening, data)
    for partition, subject in ((live.session, "session"), (live.care, "participant")):
        wanted = [(told[subject], told) for told in partition.told if not gone(told)]
        for record, assessed in replayed(partition.stage, partition.log, wanted):
            assert differences(body(encode(record)), assessed) == []
