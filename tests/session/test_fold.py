"""Fold: the facts of a log, whatever its order, its repetitions, and when they were saved."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.instants import milliseconds
from schemas.telemetry import MOST_PEOPLE, Event
from streams import state
from streams.session import facts as caps
from streams.session.facts import SessionFacts
from streams.session.fold import FOLDS
from streams.session.switches import AT
from streams.stage import Effect
from tests.builders import (
    Log,
    answered,
    camera,
    chat,
    flat,
    heartbeat,
    identified,
    joined,
    left,
    opened,
    outage,
    paused,
    scheduled,
)
from tests.logs import logs

LAW = settings(max_examples=150, deadline=None, derandomize=True, database=None)
MASKS = ("chat", "reactions", "shared_work")
decode = state.FactsDecoder(SessionFacts)


def fold(facts: SessionFacts, record: Event) -> Effect:
    return FOLDS[type(record)](facts, record, milliseconds(record.at))


def folded(*log: Log) -> SessionFacts:
    facts = SessionFacts()
    for record in flat(log):
        fold(facts, record)
    return facts


def minutes(mask: int, base: int) -> tuple[int, int]:
    """A mask from its first minute on, and that minute: where masks begin is arbitrary."""
    empty = (mask & -mask).bit_length() - 1 if mask else -base
    return (mask >> max(empty, 0), base + empty)


def meaning(facts: SessionFacts) -> dict[str, Any]:
    """What facts say, without where the minute masks begin."""
    said = {name: getattr(facts, name) for name in facts.__struct_fields__}
    base = said.pop("base")
    said["people"] = {
        name: (
            person.connections,
            person.answers,
            [minutes(getattr(person, mask), base) for mask in MASKS],
        )
        for name, person in facts.people.items()
    }
    return said


@LAW
@given(log=logs(), data=st.data())
def test_order_and_repetition_change_nothing(log: list[Event], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(log), max_size=5)) if log else []
    other = data.draw(st.permutations([*log, *again]))

    assert meaning(folded(other)) == meaning(folded(log))


@LAW
@given(log=logs())
def test_nothing_means_that_nothing_changed(log: list[Event]) -> None:
    facts = SessionFacts()
    for record in [*log, *log]:
        before = bytes(state.raw(facts))
        effect = fold(facts, record)
        assert (effect is Effect.NOTHING) == (bytes(state.raw(facts)) == before)


@LAW
@given(log=logs(), cut=st.integers(0, 60))
def test_saved_facts_go_on_as_before(log: list[Event], cut: int) -> None:
    saved = decode(state.raw(folded(log[:cut])))
    for record in log[cut:]:
        fold(saved, record)

    assert meaning(saved) == meaning(folded(log))


@pytest.mark.parametrize(
    ("record", "effect"),
    [
        (scheduled(), Effect.PROMPT),
        (joined("10:00", "a"), Effect.PROMPT),
        (left("10:00", "a"), Effect.PROMPT),
        (identified("x", "a"), Effect.PROMPT),
        (outage("10:00", "10:10"), Effect.PROMPT),
        (chat("10:00"), Effect.SIGNAL),
        (camera("10:00", True), Effect.SIGNAL),
        (heartbeat("10:00"), Effect.SIGNAL),
        (opened("10:00"), Effect.SIGNAL),
    ],
)
def test_what_is_worth_a_look_at_once(record: Event, effect: Effect) -> None:
    facts = SessionFacts()

    assert fold(facts, record) is effect
    assert fold(facts, record) is Effect.NOTHING


@pytest.mark.parametrize(
    ("full", "one_more", "still_known"),
    [
        (
            [joined("10:00", "a", f"c{n}") for n in range(caps.MOST_CONNECTIONS)],
            joined("10:00", "a", "one more"),
            joined("10:30", "a", "c0"),
        ),
        (
            [camera("10:00", True, stream=f"{n}") for n in range(caps.MOST_STREAMS)],
            camera("10:00", True, stream="one more"),
            camera("10:30", True, stream="0"),
        ),
        (
            [scheduled(revision=n) for n in range(caps.MOST_REVISIONS)],
            scheduled(revision=99),
            joined("10:00", "a"),
        ),
        (
            [outage("10:00", "10:10", entity=f"{n}") for n in range(caps.MOST_ENTITIES)],
            outage("10:00", "10:10", entity="one more"),
            outage("10:00", "10:20", entity="0", revision=2),
        ),
        (
            [paused("10:00", "10:10", entity=f"{n}") for n in range(caps.MOST_ENTITIES)],
            paused("10:00", "10:10", entity="one more"),
            paused("10:00", "10:20", entity="0", revision=2),
        ),
        (
            [opened("10:00", f"{n}") for n in range(caps.MOST_ENTITIES)],
            opened("10:00", "one more"),
            opened("09:59", "0"),
        ),
        (
            [answered("10:00", f"{n}") for n in range(caps.MOST_ENTITIES)],
            answered("10:00", "one more"),
            answered("10:01", "0"),
        ),
        (
            [joined("10:00", f"{n}") for n in range(MOST_PEOPLE)],
            joined("10:00", "one more"),
            joined("10:01", "0"),
        ),
        (
            [identified(f"{n}", "a") for n in range(MOST_PEOPLE)],
            identified("one more", "a"),
            identified("0", "a", revision=2),
        ),
    ],
)
def test_caps_refuse_what_is_new_and_nothing_else(
    full: list[Event], one_more: Event, still_known: Event
) -> None:
    facts = folded(full)

    assert fold(facts, one_more) is Effect.TOO_MANY
    assert fold(facts, full[0]) is Effect.NOTHING
    assert fold(facts, still_known) in (Effect.SIGNAL, Effect.PROMPT)


@pytest.mark.parametrize("record", [chat("10:00"), joined("10:00", "a"), answered("10:00")])
def test_what_a_cap_refused_left_nothing_behind(record: Event) -> None:
    facts = folded([joined("10:00", f"{n}") for n in range(MOST_PEOPLE)])
    before = bytes(state.raw(facts))

    assert fold(facts, record) is Effect.TOO_MANY
    assert bytes(state.raw(facts)) == before


def test_a_connection_has_so_many_switches_and_no_more() -> None:
    facts = folded([joined("10:00", "a")])
    doors = facts.people["a"].doors
    doors.extend(doors[0] + (n << AT) for n in range(1, caps.MOST_MOVES))
    facts.moves = len(doors)

    assert fold(facts, left("11:00", "a")) is Effect.TOO_MANY
    assert fold(facts, joined("11:00", "a", "c2")) is Effect.PROMPT


def test_a_session_has_so_many_switches_and_no_more() -> None:
    facts = folded([joined("10:00", "a")])
    facts.moves = caps.MOST_MOVES_TOGETHER

    assert fold(facts, left("11:00", "a")) is Effect.TOO_MANY
    assert fold(facts, camera("11:00", True, stream="front")) is Effect.TOO_MANY
    assert fold(facts, chat("11:00")) is Effect.SIGNAL
