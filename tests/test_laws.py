"""The laws of the session stage: order, repetition, cuts and crashes change nothing in the end."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.dead_letter import Entry
from schemas.instants import milliseconds
from schemas.policy import Policies
from schemas.telemetry import Event
from streams.intervals import Spans, intersect, length, union
from streams.ledger import Ledger
from streams.session.stage import session_stage
from streams.stage import Pacing
from tests.builders import chat, entry, in_session, left, ms, scheduled, stay
from tests.care.partition import Partition
from tests.live import policies, run
from tests.logs import clock, logs, times
from tests.oracle import body, differences, gone, last_records, replayed, revisions

LAW = settings(deadline=None, derandomize=True, database=None)
RULES = (
    policies(),
    policies('presence.missing_leave = "last_seen"', "participation.min_weight = 20"),
)
FINAL = ("11:00", "12:31", "13:30", "15:00", "03-03 10:00", "03-11 09:00")
"""The last look: while it runs, when it is over, when it is final, before corrections end."""


def sessions() -> st.SearchStrategy[list[Event]]:
    """What happens in one session, and sometimes in a second one of the same partition."""
    none: st.SearchStrategy[list[Event]] = st.just([])
    other = none | logs(most_signals=5).map(lambda log: in_session("s2", log))
    return st.tuples(logs(), other).map(lambda both: [*both[0], *both[1]])


def partition(rules: Policies) -> Partition:
    return Partition(session_stage(rules))


def append(to: Partition, log: Iterable[Event]) -> None:
    for record in log:
        told = entry(record)
        to.append(told.key, told.value, told.timestamp)


def offline(log: Iterable[Event], rules: Policies, now: int) -> dict[str, Any]:
    """Body by id after one look at everything, in order of happening."""
    whole = partition(rules)
    append(whole, sorted(log, key=lambda record: record.at))
    whole.look(now, everything=True)
    return {told["id"]: body(encode(told)) for told in whole.told}


@settings(LAW, max_examples=120)
@given(log=sessions(), rules=st.sampled_from(RULES), final=st.sampled_from(FINAL), data=st.data())
def test_order_repetition_cuts_and_crashes_change_nothing(
    log: list[Event], rules: Policies, final: str, data: st.DataObject
) -> None:
    truth = offline(log, rules, ms(final))
    again = data.draw(st.lists(st.sampled_from(log), max_size=5)) if log else []
    delivered = data.draw(st.permutations([*log, *again]))
    cuts = data.draw(st.lists(st.integers(0, len(delivered)), max_size=6).map(sorted))
    looks = data.draw(st.lists(times(last_ms=6 * 3_600_000).map(ms), max_size=8).map(sorted))
    live = partition(rules)
    taken = 0
    for cut, now in zip([*cuts, len(delivered)], [*looks, *[ms(final)] * 7], strict=False):
        append(live, delivered[taken:cut])
        taken = cut
        if data.draw(st.booleans()):
            live.crash()
        live.look(min(now, ms(final)))
        if data.draw(st.booleans()):
            live.crash()
    live.look(ms(final), everything=True)

    assert_same_in_the_end(live, truth)


def assert_same_in_the_end(live: Partition, truth: dict[str, Any]) -> None:
    last = last_records(live.told)
    assert {name for name, told in truth.items() if not gone(told)} <= last.keys()
    for name, record in last.items():
        if name in truth and not gone(truth[name]):
            assert differences(body(encode(record)), truth[name]) == []
        else:
            assert gone(record)
    for numbers in revisions(live.told).values():
        assert numbers == list(range(1, len(numbers) + 1))
    for words in statuses(live.told).values():
        assert ("retracted", "retracted") not in pairwise(words)
    assert live.dead_letters == []


def statuses(told: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = defaultdict(list)
    for record in told:
        words[record["id"]].append(record.get("status", ""))
    return words


@settings(LAW, max_examples=40)
@given(log=logs(), looks=st.lists(times().map(ms), min_size=1, max_size=5).map(sorted))
def test_what_was_said_can_be_said_again_from_its_position(log: list[Event], looks: Any) -> None:
    live = partition(RULES[0])
    step = max(len(log) // len(looks), 1)
    for number, now in enumerate(looks):
        append(live, log[number * step : (number + 1) * step])
        live.look(now)

    wanted = [("s1", told) for told in live.told if not gone(told)]
    for record, assessed in replayed(live.stage, live.log, wanted):
        assert differences(body(encode(record)), assessed) == []


@settings(LAW, max_examples=120)
@given(log=logs(), now=times(last_ms=6 * 3_600_000), rules=st.sampled_from(RULES))
def test_figures_stay_within_their_bounds(log: list[Event], now: str, rules: Policies) -> None:
    live = partition(rules)
    append(live, log)
    live.look(ms(now), everything=True)

    for told in live.told:
        score = told.get("score")
        if score is None:
            continue
        parts = [score[f"{part}_ms"] for part in ("observed", "inferred", "bridged")]
        assert min(parts) >= 0
        assert score["attended_ms"] == sum(parts) <= score["window_ms"]
        window = spans(told["window"])
        there = [*spans(told["observed"]), *spans(told["inferred"]), *spans(told["bridged"])]
        assert score["window_ms"] == length(window)
        assert score["attended_ms"] == length(intersect(union(there), window))
        assert score["longest_gap_ms"] <= score["window_ms"]
        for share in ("attendance", "camera"):
            assert score[share] is None or 0 <= score[share] <= 1
        assert score["participation"] is None or 0 <= score["participation"] <= 100
        for late in ("late_ms", "left_early_ms"):
            assert score[late] is None or 0 <= score[late] <= score["window_ms"]


def spans(told: list[dict[str, str]]) -> Spans:
    return [(ms_of(each["from"]), ms_of(each["to"])) for each in told]


def ms_of(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text))


@settings(LAW, max_examples=80)
@given(log=logs(), later=st.integers(0, 300), cause=st.sampled_from(["left", "unknown"]))
def test_a_late_leave_of_an_old_connection_changes_nothing(
    log: list[Event], later: int, cause: str
) -> None:
    log = [*log, scheduled(), *stay("10:00", "10:30", "a", "old")]
    late = left(clock(30 * 60_000 + later * 30_000), "a", "old", cause=cause)

    now = ms("15:00")
    assert offline([*log, late], RULES[0], now) == offline(log, RULES[0], now)


GOOD = [
    entry(record).value or b""
    for record in (scheduled(), chat("10:00"), *stay("10:01", "11:00", "a"))
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good record with some bytes replaced, dropped or added."""
    value = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(value)))
        end = begin + draw(st.integers(0, 8))
        value[begin:end] = draw(st.binary(max_size=8) | st.sampled_from(HOSTILE))
    return bytes(value)


HOSTILE = [
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"null",
    b"-1",
    b"1e308",
    b"9" * 100,
    b'"',
    b"[" * 2_000,
    b"9999-12-31T23:59:59Z",
    b"0001-01-01T00:00:00+14:00",
    b"",
    b"{}",
    b"\xe2\x80\xa8",
]


@settings(LAW, max_examples=400)
@given(st.lists(st.none() | st.binary(max_size=40) | damaged(), max_size=4))
def test_no_bytes_stop_the_ledger_or_lose_what_is_around_them(values: list[bytes | None]) -> None:
    log = [scheduled(), *stay("10:00", "12:00", "a")]
    good = [entry(record) for record in log]
    bad = [Entry(0, ms("10:00"), b"s1", value) for value in values]
    arrivals = [good[0], *bad, *good[1:]]
    ledger = Ledger(session_stage(RULES[0]), Pacing())

    ledger.take(each._replace(offset=number) for number, each in enumerate(arrivals))
    checkpoint = ledger.checkpoint(ms("15:00"), everything=True)

    assert checkpoint.faults == []
    assert checkpoint.position == len(arrivals)
    assert any(b'"standing"' in change.value for change in checkpoint.changes)


@pytest.mark.parametrize("depth", [2_000, 200_000])
def test_a_nesting_bomb_is_one_dead_letter(depth: int) -> None:
    ledger = Ledger(session_stage(RULES[0]), Pacing())

    ledger.take([Entry(0, ms("10:00"), b"s1", b'{"type":' + b"[" * depth)])

    assert len(ledger.checkpoint(ms("10:01")).dead_letters) == 1


def test_the_offline_truth_is_what_run_tells() -> None:
    log = [scheduled(), *stay("10:00", "12:00", "a")]
    truth = offline(log, RULES[0], ms("15:00"))

    score = run(log).scores["a"]

    assert truth[score.id]["attended_ms"] == score.attended_ms == 7_200_000
