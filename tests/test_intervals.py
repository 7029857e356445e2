"""Intervals, held against plain sets of instants."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.intervals import (
    Spans,
    bridge,
    clip,
    gaps,
    intersect,
    length,
    reached,
    subtract,
    union,
)

LAW = settings(max_examples=200, deadline=None, derandomize=True, database=None)
INSTANTS = st.integers(-3, 30)
PAIRS = st.lists(st.tuples(INSTANTS, INSTANTS), max_size=8)
SETS = PAIRS.map(union)


def instants(spans: Spans) -> set[int]:
    return {at for begin, end in spans for at in range(begin, end)}


def well_formed(spans: Spans) -> bool:
    edges = [edge for span in spans for edge in span]
    return all(one < other for one, other in pairwise(edges))


def test_spans_are_half_open() -> None:
    assert union([(0, 5), (5, 9)]) == [(0, 9)]
    assert intersect([(0, 5)], [(5, 9)]) == []
    assert subtract([(0, 9)], [(3, 5)]) == [(0, 3), (5, 9)]


def test_empty_and_inverted_pairs_cover_nothing() -> None:
    assert union([(5, 5), (9, 2)]) == []


@LAW
@given(PAIRS)
def test_union_covers_every_pair(pairs: Spans) -> None:
    spans = union(pairs)

    assert well_formed(spans)
    assert instants(spans) == instants(pairs)
    assert length(spans) == len(instants(pairs))


@LAW
@given(SETS, SETS)
def test_intersect_and_subtract_split_a_set(one: Spans, other: Spans) -> None:
    shared, left = intersect(one, other), subtract(one, other)

    assert well_formed(shared)
    assert well_formed(left)
    assert instants(shared) == instants(one) & instants(other)
    assert instants(left) == instants(one) - instants(other)
    assert union([*shared, *left]) == one


@LAW
@given(SETS, st.none() | INSTANTS, st.none() | INSTANTS)
def test_clip_keeps_what_lies_between(spans: Spans, begin: int | None, end: int | None) -> None:
    low = -100 if begin is None else begin
    high = 100 if end is None else end

    assert clip(spans, begin, end) == intersect(spans, union([(low, high)]))


@LAW
@given(SETS, st.integers(0, 6))
def test_bridge_fills_the_gaps_up_to_a_length(spans: Spans, gap: int) -> None:
    filled = [each for each in gaps(spans) if each[1] - each[0] <= gap]

    assert bridge(spans, gap) == union([*spans, *filled])


@LAW
@given(SETS)
def test_gaps_are_what_lies_between(spans: Spans) -> None:
    between = gaps(spans)

    assert len(between) == max(len(spans) - 1, 0)
    assert bridge(spans, 100) == union([*spans, *between])
    assert intersect(spans, between) == []


@LAW
@given(SETS, st.integers(1, 40))
def test_reached_is_when_so_much_has_passed(spans: Spans, amount: int) -> None:
    at = reached(spans, amount)

    if at is None:
        assert length(spans) < amount
    else:
        assert length(clip(spans, None, at)) == amount
        assert length(clip(spans, None, at - 1)) == amount - 1
