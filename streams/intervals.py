"""Intervals: sets of half-open spans `[from, to)` of integer milliseconds.

A set is a list of (from, to) pairs, sorted, disjoint and not touching. All functions take and
return such sets (`union` takes any pairs) and never change their arguments.
"""

from collections.abc import Iterable
from itertools import pairwise

Spans = list[tuple[int, int]]


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    """The set that covers any pairs; empty and inverted pairs cover nothing."""
    merged: Spans = []
    low = high = 0
    for begin, end in sorted(spans):
        if end <= begin:
            continue
        if merged and begin <= high:
            if end > high:
                high = end
                merged[-1] = (low, high)
        else:
            low, high = begin, end
            merged.append((low, high))
    return merged


def intersect(one: Spans, other: Spans) -> Spans:
    """What lies in both.

    This and `subtract` run for every person at every look, so comparisons are written out.
    """
    shared: Spans = []
    if not one or not other:
        return shared
    i = j = 0
    ones, others = len(one), len(other)
    begin, end = one[0]
    from_, until = other[0]
    while True:
        low = begin if begin > from_ else from_
        high = end if end < until else until
        if low < high:
            shared.append((low, high))
        if end < until:
            i += 1
            if i == ones:
                return shared
            begin, end = one[i]
        else:
            j += 1
            if j == others:
                return shared
            from_, until = other[j]


def subtract(one: Spans, other: Spans) -> Spans:
    """What lies in the first and not in the second."""
    left: Spans = []
    j, others = 0, len(other)
    for begin, end in one:
        while j < others and other[j][1] <= begin:
            j += 1
        k = j
        while k < others and other[k][0] < end:
            from_, until = other[k]
            if from_ > begin:
                left.append((begin, from_))
            if until > begin:
                begin = until
            k += 1
        if begin < end:
            left.append((begin, end))
    return left


def clip(spans: Spans, begin: int | None, end: int | None) -> Spans:
    """What lies in `[begin, end)`; None means without that bound."""
    if not spans or (
        (begin is None or begin <= spans[0][0]) and (end is None or end >= spans[-1][1])
    ):
        return spans
    kept: Spans = []
    for low, high in spans:
        if begin is not None and low < begin:
            low = begin
        if end is not None and high > end:
            high = end
        if low < high:
            kept.append((low, high))
    return kept


def length(spans: Spans) -> int:
    """Milliseconds covered."""
    covered = 0
    for begin, end in spans:
        covered += end - begin
    return covered


def bridge(spans: Spans, gap: int) -> Spans:
    """The set with every gap of at most `gap` filled."""
    bridged: Spans = []
    for begin, end in spans:
        if bridged and begin - bridged[-1][1] <= gap:
            bridged[-1] = (bridged[-1][0], end)
        else:
            bridged.append((begin, end))
    return bridged


def reached(spans: Spans, amount: int) -> int | None:
    """The instant at which `amount` of the set has passed; None if it is shorter."""
    for begin, end in spans:
        if amount <= end - begin:
            return begin + amount
        amount -= end - begin
    return None


def gaps(spans: Spans) -> Spans:
    """The stretches between the spans."""
    return [(before[1], after[0]) for before, after in pairwise(spans)]
