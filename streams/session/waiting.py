"""Waiting: stays in the waiting room, as far as the person was not inside (measures.md 1.2)."""

from collections.abc import Iterable
from typing import NamedTuple

from streams.intervals import Spans


class WaitingStay(NamedTuple):
    """One stay in the waiting room; `until` is None while it lasts."""

    since: int
    until: int | None
    admitted: bool


def outside(stays: Iterable[WaitingStay], inside: Spans) -> list[WaitingStay]:
    """Stays of one person in order of time; whoever is seen inside waits no longer.

    The waiting room's connection may never be heard of again: the admission or the join was
    lost, or they came in by another device.
    """
    kept = []
    for each in sorted(stays, key=_by_time):
        begin = next((begin for begin, end in inside if end > each.since), None)
        if begin is None or (each.until is not None and each.until <= begin):
            kept.append(each)
        elif begin > each.since:
            kept.append(WaitingStay(each.since, begin, admitted=True))
    return kept


def _by_time(waiting: WaitingStay) -> tuple[int, bool, int]:
    return (waiting.since, waiting.until is None, waiting.until or 0)
