"""What is asked of somebody's week, and how an absence is excused or made up for."""

from collections.abc import Iterator
from itertools import groupby

from schemas.policy import Policy
from streams.sheet.misses import SESSIONS_A_WEEK, a_week, allowed_misses
from streams.sheet.words import REASONS, counted, day, listed, percent, time

SWITCHED = {"day": "on the same day", "week": "in the same week"}


def each_week(policy: Policy) -> Iterator[str]:
    """How much of a week is asked for."""
    rules = policy.week
    what = "your sessions" if rules.by == "sessions" else "the time of your sessions"
    yield (
        f"We ask you to attend at least {percent(rules.minimum)} of {what} in a week. "
        f"The goal is {percent(rules.goal)}. A week begins on {rules.starts_on.capitalize()}."
    )
    yield "Sessions you are excused from do not count for this."
    if rules.by == "sessions":
        yield from _misses(policy)
    if rules.allowed_misses:
        yield (
            f"Missing {counted(rules.allowed_misses, 'session')} or fewer in a week never counts "
            "as too little."
        )
    if policy.dose.alert:
        yield from _dose(policy)


def _misses(policy: Policy) -> Iterator[str]:
    told = []
    for misses, run in groupby(SESSIONS_A_WEEK, lambda sessions: allowed_misses(policy, sessions)):
        told.append(f"with {a_week(list(run))} {misses or 'none'}")
    yield f"How many you can miss without making up for it: {listed(told)}."


def _dose(policy: Policy) -> Iterator[str]:
    rules = policy.dose
    yield (
        f"Your program also asks for {counted(rules.week_minutes, 'minute')} of service in a week "
        "unless another number is agreed with you, and for at least "
        f"{counted(rules.day_minutes, 'minute')} on {counted(rules.qualifying_days, 'day')}. "
        f"Up to {percent(rules.tolerance)} may be missing. Where less was offered than that, "
        "nothing is noted."
    )
    yield "Breaks count as service." if rules.count_breaks else "Breaks do not count as service."


def cannot_come(policy: Policy) -> Iterator[str]:
    """Notices, and what they do."""
    rules = policy.notice
    if rules.max_excused:
        yield (
            f"Tell us at least {time(rules.before)} before a session, and you are excused from it."
        )
        if rules.emergency_reasons:
            reasons = listed([REASONS[each] for each in rules.emergency_reasons], "or")
            yield (
                f"In case of {reasons} you are excused if you tell us before the start or up to "
                f"{time(rules.emergency_until)} after it."
            )
        yield (
            f"For any other notice, staff decide. After {counted(rules.max_excused, 'absence')} "
            f"excused in this way in {counted(rules.max_excused_weeks, 'week')}, staff decide on "
            "each further one."
        )
    else:
        yield "Tell us if you cannot come. Staff decide on every notice."
    lapses = (
        "end of that working day"
        if rules.decide_days == 0
        else f"end of the {_ordinal(rules.decide_days)} working day after the session"
    )
    yield (
        f"Until staff have decided, nothing is held to be unexcused. If nobody has decided by the "
        f"{lapses}, the absence is unexcused; staff can still change that."
    )
    yield (
        f"If you were absent and we heard nothing from you by {time(rules.told_until)} after the "
        "start, that is noted."
    )
    yield from _calendar(policy)


def _calendar(policy: Policy) -> Iterator[str]:
    rules = policy.calendar
    days = listed([each.capitalize() for each in rules.working_days])
    holidays = listed([day(each) for each in sorted(rules.holidays)])
    yield f"Working days are {days}" + (f", except {holidays}." if holidays else ".")


def _ordinal(number: int) -> str:
    tails = {1: "st", 2: "nd", 3: "rd"}
    tail = "th" if number % 100 in (11, 12, 13) else tails.get(number % 10, "th")
    return f"{number}{tail}"


def mending(policy: Policy) -> Iterator[str]:
    """Make-ups and other groups."""
    if policy.make_up.allowed:
        yield (
            "You can make up for a session you missed. Arrange with the team which other session "
            f"it will be; it must start within {time(policy.make_up.within)} of the missed one."
        )
        yield (
            "If you attend it, it counts in the week of the missed session. If you miss it, that "
            "is no further absence."
        )
    else:
        yield "Missed sessions cannot be made up for by arrangement."
    if policy.switch.within == "never":
        yield "Attending another group does not stand in for your own."
    else:
        yield (
            f"Attending another session of the same kind {SWITCHED[policy.switch.within]} "
            "stands in for one you missed."
        )
