"""Linking: said again under the plan, with the same ids, and never twice."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.checking import RefusedError
from schemas.telemetry import SessionScheduled, Telemetry
from streams.recording.linking import LINKED, Ends, Link, linked
from tests.builders import (
    SESSION,
    camera,
    chat,
    ended,
    flat,
    identified,
    joined,
    left,
    outage,
    scheduled,
    stay,
    void,
    when,
)
from tests.live import run

STRAY = "stray"
PLAN = scheduled()
STAY = tuple(stay("10:00", "12:00", "a"))


def strayed(*log: Any) -> list[Telemetry]:
    return [replace(each, session=STRAY) for each in flat(log)]


def ends(session: str, telemetry: Sequence[Telemetry]) -> Ends:
    plans = [each for each in telemetry if isinstance(each, SessionScheduled)]
    return Ends(session, telemetry, (plans[0].starts_at, plans[0].ends_at) if plans else None)


def link(stray: Sequence[Telemetry], planned: Sequence[Telemetry] = (PLAN,)) -> Link:
    return linked(ends(STRAY, stray), ends(SESSION, planned), "staff", when("13:00"))


def test_events_are_said_again_with_their_ids_and_the_stray_session_is_void() -> None:
    found = link(strayed(*STAY, ended("12:00"), outage("10:30", "10:40")))

    assert found.events == [*STAY, ended("12:00"), outage("10:30", "10:40")]
    assert found.known == 0
    assert found.void is not None
    assert (found.void.session, found.void.value, found.void.reason) == (STRAY, True, LINKED)


def test_what_is_decided_of_the_stray_session_is_not_said_of_the_planned_one() -> None:
    decided = void(False, revision=4)

    found = link(strayed(*STAY, decided))

    assert found.events == list(STAY)
    assert found.void is not None
    assert found.void.revision == 5


def test_what_is_there_already_is_not_said_again() -> None:
    found = link(strayed(*STAY), (PLAN, STAY[0]))

    assert (found.events, found.known) == ([STAY[1]], 1)


def test_what_came_late_is_added_by_linking_again() -> None:
    first = link(strayed(*STAY))
    assert first.void is not None
    late = chat("11:00", "a")

    again = link([*strayed(*STAY, late), first.void], (PLAN, *first.events))

    assert (again.events, again.known, again.void) == ([late], 2, None)


def test_linked_to_one_session_it_is_not_linked_to_another() -> None:
    first = link(strayed(*STAY))
    assert first.void is not None

    with pytest.raises(RefusedError, match="stray: is linked to another session already"):
        link([*strayed(*STAY), first.void])


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        ("09:29:59.999", False),
        ("09:30", True),
        ("23:59:59.999", True),
        ("03-03 00:00", False),
    ],
)
def test_it_must_have_happened_at_the_time_of_the_plan(at: str, fits: bool) -> None:
    if fits:
        assert len(link(strayed(joined(at, "a"))).events) == 1
    else:
        with pytest.raises(RefusedError, match="nothing happened in it at the time of s1"):
            link(strayed(joined(at, "a")))


@pytest.mark.parametrize(
    ("stray", "planned", "reason"),
    [
        ((), (PLAN,), "stray: is no known session"),
        (strayed(*STAY), (), "s1: is no known session"),
        (strayed(*STAY), (joined("10:00", "b"),), "s1: has no plan"),
        (strayed(PLAN, *STAY), (PLAN,), "stray: has a plan of its own"),
    ],
)
def test_refused(stray: Sequence[Telemetry], planned: Sequence[Telemetry], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        link(stray, planned)


def test_a_session_is_not_linked_to_itself() -> None:
    with pytest.raises(RefusedError, match="cannot be linked to itself"):
        linked(ends(SESSION, (PLAN,)), ends(SESSION, (PLAN,)), "staff", when("13:00"))


EVENTS = st.lists(
    st.sampled_from(
        [
            joined("10:00", "a"),
            left("11:00", "a"),
            joined("10:10", "b", "c2"),
            camera("10:20", True, "b", "c2"),
            chat("10:40", "b", "c2"),
            left("11:30", "b", "c2"),
            identified("b", "a", at="10:15"),
            ended("12:00"),
        ]
    ),
    min_size=1,
    unique=True,
)


@given(EVENTS, st.data())
def test_linked_is_as_if_it_had_never_strayed(events: list[Any], data: st.DataObject) -> None:
    """Whatever part of it went astray, and repeated at any time."""
    stray = data.draw(st.lists(st.sampled_from(events), min_size=1, unique=True))
    kept = [each for each in events if each not in stray]
    log = [PLAN, *kept]
    decided: list[Telemetry] = []
    for _ in range(2):
        found = link([*strayed(*stray), *decided], log)
        log += found.events
        decided += [found.void] if found.void else []

    again = link([*strayed(*stray), *decided], log)

    assert (again.events, again.known, again.void) == ([], len(stray), None)
    assert run(*log).scores == run(PLAN, *events).scores
