"""Membership: whether a program asks anything of a person at an instant (measures.md 3.1).

Between enrolment and discharge, outside leave, suspension and days on which the program is
closed. Without an enrolment the roster alone decides. Enrolments that overlap are one.
"""

from collections.abc import Container, Iterable, Iterator
from itertools import chain

from schemas.instants import milliseconds
from schemas.policy import Policies, Policy
from streams.care.calendar import local_day
from streams.care.facts import Result
from streams.care.staff import Enrolment, Said


def enrolment_at(staff: Said, program: str, at: int) -> Enrolment | None:
    """The enrolment in force; of several the one that was said last."""
    holding = [each for each in staff.stays.get(program, ()) if each.holds(at)]
    return holding[-1] if holding else None


def asked_to(results: Iterable[Result], staff: Said, policies: Policies) -> frozenset[str]:
    """The sessions, by name, at whose start their program asks anything of the person."""
    return frozenset(
        each.session
        for each in results
        if each.program is not None and each.starts_at is not None
        if _asked(staff, each.program, each.starts_at, policies.at(each.program, each.starts_at))
    )


def regular(result: Result, asked: Container[str]) -> bool:
    """Whether the person is asked to come: on the roster for its own sake, and it counts.

    Standing `void` without more means that their own times lie outside of the window: there was
    nothing to attend.
    """
    if result.withdrawn or result.void or result.standing == "void":
        return False
    return result.rostered and not result.make_up and result.session in asked


def _asked(staff: Said, program: str, at: int, policy: Policy) -> bool:
    stays = staff.stays.get(program)
    if stays and not any(each.holds(at) for each in stays):
        return False
    return not away(staff, program, at) and not _closed(staff, program, at, policy.zone)


def away(staff: Said, program: str, at: int) -> bool:
    """Whether the person is on leave or suspended."""
    return any(
        milliseconds(fact.begins) <= at and (fact.until is None or at < milliseconds(fact.until))
        for fact in staff.away
        if fact.program is None or fact.program == program
    )


def _closed(staff: Said, program: str, at: int, zone: str) -> bool:
    closures = [fact for fact in staff.closed if fact.program == program]
    if not closures:
        return False
    day = local_day(at, zone)
    return any(fact.first_day <= day <= fact.last_day for fact in closures)


def turns(staff: Said) -> Iterator[int]:
    """Every instant (ms) at which time alone changes whether somebody belongs to a program."""
    for each in chain.from_iterable(staff.stays.values()):
        yield each.begins
        if each.ends is not None:
            yield each.ends
    for fact in staff.away:
        yield milliseconds(fact.begins)
        if fact.until is not None:
            yield milliseconds(fact.until)
