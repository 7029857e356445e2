"""Logs: hypothesis strategies for what may happen in and around one session.

Visits and signals fall on a coarse grid, so that instants often coincide, and now and then
between. A log at `scale` 60 squeezes the two hours into two minutes, for `Policies.scaled`.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import chain

from hypothesis import strategies as st

from schemas.telemetry import Event
from tests.builders import (
    admitted,
    answered,
    camera,
    capable,
    chat,
    closed,
    ended,
    hand,
    heartbeat,
    identified,
    joined,
    left,
    opened,
    outage,
    paused,
    place,
    reaction,
    scheduled,
    shared_work,
    speaking,
    stay,
    void,
    waiting,
    when,
)

HOUR_MS = 3_600_000
GRID_MS = 30_000

Records = st.SearchStrategy[list[Event]]

_signals = st.sampled_from(["camera", "speaking", "chat", "polls", "reactions", "shared_work"])
_people = st.sampled_from(["a", "b", "g", "h", "x"])
_connections = st.sampled_from(["c1", "c2"])
_polls = st.sampled_from(["p1", "p2"])
_streams = st.sampled_from([None, None, "front", "screen"])
_causes = st.sampled_from(["left", "network", "unknown"])
_roles = st.sampled_from(["participant", "participant", "participant", "host"])
_revisions = st.integers(1, 3)
_rare = st.sampled_from([False, False, True])
_sources = st.sampled_from(["exact", "upper_bound", "none"])


def clock(ms_from_start: int) -> str:
    """The literal time so long after ten o'clock."""
    at = when("10:00") + timedelta(milliseconds=ms_from_start)
    return f"{at:%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"


def times(
    scale: int = 1, first_ms: int = -HOUR_MS // 3, last_ms: int = 5 * HOUR_MS // 2
) -> st.SearchStrategy[str]:
    """Instants around the session, mostly on the grid."""
    first, last, grid = first_ms // scale, last_ms // scale, GRID_MS // scale
    on_grid = st.integers(first // grid, last // grid).map(lambda step: clock(step * grid))
    return on_grid | on_grid | on_grid | st.integers(first, last).map(clock)


def _spans(scale: int) -> st.SearchStrategy[tuple[str, str]]:
    grid = GRID_MS // scale
    begins = st.integers(-40, 260)
    lengths = st.integers(1, 8) | st.integers(1, 240)
    return st.tuples(begins, lengths).map(
        lambda pair: (clock(pair[0] * grid), clock((pair[0] + pair[1]) * grid))
    )


def _visit(span: tuple[str, str], participant: str, connection: str, kept: slice) -> list[Event]:
    begins, ends = span
    return stay(begins, ends, participant, connection)[kept]


def visits(scale: int = 1) -> Records:
    """Joins with their leaves, one or the other of which may be lost."""
    lost = st.sampled_from([slice(0, 2), slice(0, 2), slice(0, 2), slice(0, 1), slice(1, 2)])
    visit = st.builds(_visit, _spans(scale), _people, _connections, lost)
    return st.lists(visit, max_size=8).map(lambda found: list(chain.from_iterable(found)))


def signals(scale: int = 1, most: int = 30) -> Records:
    """Anything that people and devices do, in no sensible order."""
    at, who = times(scale), (_people, _connections)
    record = st.one_of(
        st.builds(joined, at, *who, role=_roles),
        st.builds(left, at, *who, cause=_causes),
        st.builds(waiting, at, *who),
        st.builds(admitted, at, *who),
        st.builds(camera, at, st.booleans(), *who, stream=_streams),
        st.builds(camera, at, st.booleans(), *who),
        st.builds(speaking, at, st.booleans(), *who),
        st.builds(chat, at, *who),
        st.builds(reaction, at, *who),
        st.builds(hand, at, *who),
        st.builds(shared_work, at, *who),
        st.builds(heartbeat, at, *who),
        st.builds(opened, at, _polls),
        st.builds(closed, at, _polls),
        st.builds(answered, at, _polls, *who),
    )
    return st.lists(record, max_size=most)


def plans(scale: int = 1) -> Records:
    """Up to three revisions of the schedule, most of them made in time."""
    minute = 60_000 // scale
    entry = st.builds(
        place,
        st.sampled_from(["a", "b", "c", "x"]),
        begins=st.sampled_from([None, None, None, clock(20 * minute)]),
        until=st.sampled_from([None, None, None, clock(90 * minute)]),
        enrolled=st.sampled_from([None, None, "02-20 10:00"]),
        exempt=st.sampled_from([(), (), ("camera",), ("speaking",)]),
    )
    plan = st.builds(
        scheduled,
        roster=st.lists(entry, min_size=1, max_size=3, unique_by=lambda each: each.participant),
        starts=st.sampled_from([clock(0), clock(0), clock(0), clock(15 * minute)]),
        ends=st.sampled_from([clock(120 * minute), clock(120 * minute), clock(150 * minute)]),
        at=st.sampled_from(["08:00", "08:00", clock(-minute), clock(minute), clock(130 * minute)]),
        revision=_revisions,
        breaks=st.sampled_from([(), (), [(clock(60 * minute), clock(75 * minute))]]),
        kind=st.sampled_from(["group", "group", "individual"]),
        hosts=st.sampled_from([(), ("h",), ("h", "g")]),
        status=st.sampled_from(["planned", "planned", "planned", "cancelled"]),
        delivery=st.sampled_from(["live", "live", "live", "report"]),
    )
    return st.lists(plan, max_size=3)


def _interruption(
    kind: Callable[..., Event], span: tuple[str, str], at: str, revision: int, withdrawn: bool
) -> Event:
    begins, ends = span
    return kind(begins, ends, at, revision, withdrawn=withdrawn)


def _capable(signals: list[str], source: str, at: str, revision: int) -> Event:
    told: Event = capable(*signals, camera=source, at=at, revision=revision)
    return told


def staff_facts(scale: int = 1) -> Records:
    """What staff and sources say about the session: ends, outages, identities, decisions."""
    at, spans = times(scale), _spans(scale)
    record = st.one_of(
        st.builds(ended, times(scale, HOUR_MS)),
        st.builds(ended, st.just(clock(2 * HOUR_MS // scale))),
        st.builds(_interruption, st.sampled_from([outage, paused]), spans, at, _revisions, _rare),
        st.builds(
            identified, st.just("x"), st.sampled_from("abz"), at, _revisions, withdrawn=_rare
        ),
        st.builds(_capable, st.lists(_signals, max_size=6), _sources, at, _revisions),
        st.builds(void, _rare, at, _revisions),
    )
    return st.lists(record, max_size=3)


def logs(scale: int = 1, most_signals: int = 30) -> Records:
    """Everything about one session, in any order of happening."""
    parts = (plans(scale), visits(scale), signals(scale, most_signals), staff_facts(scale))
    return st.tuples(*parts).map(lambda found: [record for part in found for record in part])
