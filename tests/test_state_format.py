"""State as releases hand it to each other: one field more either way, and what is too new."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from schemas.telemetry import Event
from streams import state
from streams.care import facts as care
from streams.care.stage import care_stage
from streams.ledger import Ledger
from streams.session import facts as session
from streams.session.facts import SessionFacts
from streams.session.stage import session_stage
from streams.stage import Pacing, Stage
from streams.state import ClosedMark, FactsDecoder, NewerStateError, Progress, SubjectState
from tests.builders import entry, ms, scheduled, stay
from tests.care.partition import Partition
from tests.faults.next_release import next_stage
from tests.live import policies
from tests.logs import logs

STAGE = session_stage(policies())
PROGRESS = Progress(position=3, low=2, epoch=1, partitions=2, policies={}, now=5)

LAYOUTS: dict[type[Struct], str] = {
    state.SubjectState: "facts published next_look rules finished faulted",
    state.Published: "revision digest signature at final status body",
    state.ClosedMark: "until",
    state.Recent: "run seen refused",
    session.Person: "newest number first_sign last_sign doors camera speech names signs streams"
    " chat reactions shared_work answers",
    session.Interruption: "order begins ends withdrawn",
    session.Link: "order participant withdrawn",
    session.Decision: "order value reason",
    session.Ability: "order signals camera",
    session.Plan: "order at program kind delivery cancelled starts_at ends_at breaks hosts roster",
    session.Place: "participant begins until enrolled_at exempt make_up",
    session.SessionFacts: "people plans base moves first_signal last_sign ended_at heard_at"
    " outages breaks polls links ability decision named",
    care.Result: "order session program kind starts_at ends_at phase standing void needs_review"
    " withdrawn rostered make_up judged unidentified_guests scored participation ramped level"
    " findings window_ms planned_ms attended_ms inferred_ms arrived_at reconnects"
    " network_lost_ms observed inferred breaks before_host_ms after_host_ms not_admitted"
    " correction policy",
    care.SealedWeek: "standing attended_ms participation scored",
    care.SealedStep: "name starts_at at hit figures",
    care.CareFacts: "results staff starts weeks steps sealed_before",
}
"""What a released version writes, in order. It may only grow at the ends, by what has a default."""


NEXT_STAGE = next_stage(STAGE)


@pytest.mark.parametrize(
    ("kind", "released"), LAYOUTS.items(), ids=lambda v: getattr(v, "__name__", "")
)
def test_what_is_written_in_order_only_grows_at_its_end(kind: type[Struct], released: str) -> None:
    fields = kind.__struct_fields__
    known = released.split()
    assert kind.__struct_config__.array_like
    assert list(fields[: len(known)]) == known
    assert len(fields) - len(known) <= len(kind.__struct_defaults__)
    assert not kind.__struct_config__.forbid_unknown_fields


def test_the_table_above_has_everything_that_is_written_in_order() -> None:
    kinds = set()
    for module in (state, session, care):
        kinds |= {
            each
            for each in vars(module).values()
            if isinstance(each, type)
            and issubclass(each, Struct)
            and each.__module__ == module.__name__
            and each.__struct_config__.array_like
        }
    assert kinds == set(LAYOUTS)


def run(log: list[Event], takers: list[Stage]) -> tuple[list[dict[str, Any]], Partition]:
    """Take a log in turns: one taker after the other recovers what the last one wrote."""
    partition = Partition(takers[0])
    for number, record in enumerate(log):
        told = entry(record)
        partition.append(told.key, told.value, told.timestamp)
        if number % 5 == 4:
            partition.look(told.timestamp)
            partition.stage = takers[(number // 5 + 1) % len(takers)]
            partition.crash()
    partition.look(ms("23:00"), everything=True)
    return partition.told, partition


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(log=logs(most_signals=20), order=st.permutations([STAGE, NEXT_STAGE, STAGE, NEXT_STAGE]))
def test_two_releases_that_take_turns_publish_what_one_does(
    log: list[Event], order: list[Stage]
) -> None:
    assert run(log, order)[0] == run(log, [STAGE])[0]


def test_a_field_more_is_passed_over_and_found_at_its_default_again() -> None:
    log = [scheduled(), *stay("10:00", "12:00", "a")]
    newer = Ledger(NEXT_STAGE, Pacing())
    newer.take([entry(record, offset) for offset, record in enumerate(log)])
    saved = dict(newer.checkpoint(ms("10:30")).states)
    assert newer.facts("s1").sources

    older = Ledger(STAGE, Pacing())
    older.load(saved.items(), 3)
    kept = older.checkpoint(ms("10:30"), everything=True)
    assert kept.changes == []
    again = Ledger(NEXT_STAGE, Pacing())
    again.load([(b"s1", older._save(b"s1", older._subjects.live[b"s1"])[1] or b"")], 3)

    assert again.facts("s1").people == newer.facts("s1").people
    assert again.facts("s1").sources == {}


def test_progress_of_a_release_that_says_more_is_read() -> None:
    said = msgspec.msgpack.decode(state.encode(PROGRESS)) | {"more": 7}
    assert state.decode_progress(msgspec.msgpack.encode(said)) == PROGRESS


def test_progress_of_a_release_that_said_less_is_read() -> None:
    said = msgspec.msgpack.decode(state.encode(PROGRESS))
    del said["form"], said["recent"]
    assert state.decode_progress(msgspec.msgpack.encode(said)) == PROGRESS


class LaterState(Struct, array_like=True, tag=3):
    """A subject as some later release may save it."""

    until: int


class LaterMark(Struct, array_like=True, tag=2):
    """A mark that has become something else without a tag of its own."""

    until: str


@pytest.mark.parametrize("later", [LaterState(7), LaterMark("never")])
def test_a_record_of_a_later_form_is_refused_in_one_line(later: Struct) -> None:
    with pytest.raises(NewerStateError, match="state written by a newer version") as told:
        Ledger(STAGE, Pacing()).load([(b"s1", msgspec.msgpack.encode(later))], 0)
    assert "\n" not in str(told.value)


def test_progress_of_a_later_form_is_refused_also_without_the_fields_of_ours() -> None:
    with pytest.raises(NewerStateError):
        state.decode_progress(msgspec.msgpack.encode({"form": 2, "position": "3"}))


@pytest.mark.parametrize("stage", [STAGE, care_stage(policies())])
def test_facts_of_a_later_form_are_refused(stage: Stage) -> None:
    facts = msgspec.Raw(msgspec.msgpack.encode([["not", "a", "map"]]))
    record = SubjectState(facts, {}, None, stage.rules, False, False)
    with pytest.raises(NewerStateError):
        Ledger(stage, Pacing()).load([(b"s1", state.encode(record))], 0)
    with pytest.raises(NewerStateError):
        FactsDecoder(stage.facts)(facts)


def test_what_we_write_is_none_of_these() -> None:
    for record in (SubjectState(state.raw(SessionFacts()), {}, 1, "", True, False), ClosedMark(7)):
        assert state.encode(state.decode(state.encode(record))) == state.encode(record)
