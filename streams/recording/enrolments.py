"""Enrolments: from when until when somebody belongs to a program, and that only once."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.care import Discharged, Enrolled, Staff
from schemas.instants import milliseconds, rfc3339
from streams.care.staff import discharged_after


class Stretch(NamedTuple):
    """An enrolment `[begins, ends)` in milliseconds; `ends` is null while it lasts."""

    begins: int
    ends: int | None

    def __str__(self) -> str:
        until = "" if self.ends is None else f" to {rfc3339(self.ends)}"
        return f"the enrolment from {rfc3339(self.begins)}{until}"


def overlapping(fact: Enrolled, known: Iterable[Staff]) -> Stretch | None:
    """A known enrolment of the person in the same program that `fact` overlaps, if any.

    `known` are the facts of this person that hold; an older revision of `fact` is none of them.
    """
    same = [each for each in known if getattr(each, "program", None) == fact.program]
    discharges = [each for each in same if isinstance(each, Discharged)]
    begun = milliseconds(fact.begins)
    new = Stretch(begun, discharged_after(begun, discharges))
    others = (
        milliseconds(each.begins)
        for each in same
        if isinstance(each, Enrolled) and each.entity != fact.entity
    )
    stretches = (Stretch(begins, discharged_after(begins, discharges)) for begins in sorted(others))
    return next((other for other in stretches if overlap(new, other)), None)


def overlap(one: Stretch, other: Stretch) -> bool:
    """Whether two enrolments share an instant."""
    return _before(one.begins, other.ends) and _before(other.begins, one.ends)


def _before(at: int, end: int | None) -> bool:
    return end is None or at < end
