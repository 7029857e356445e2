"""Words: durations, shares, days and lists as people say them."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

UNITS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second"))
TWO_OF_IT = 2
FEWEST_DAYS = 4
SHORTEST_MS = 1_000

KINDS = {"group": "group sessions", "workshop": "workshops", "individual": "individual sessions"}
SIGNALS = {
    "speaking": "speaking",
    "chat": "writing in the chat",
    "polls": "answering polls",
    "reactions": "reactions and raised hands",
    "shared_work": "working on the whiteboard or shared notes",
}
REASONS = {
    "illness": "illness",
    "emergency": "an emergency",
    "technical": "a technical problem",
    "other": "any other reason",
}


def counted(number: int, noun: str) -> str:
    """Such as 1 session or 3 sessions."""
    return f"{number} {noun if number == 1 else noun + 's'}"


def time(ms: int) -> str:
    """The exact length in the largest unit that fits: 90 seconds, 24 hours, 14 days."""
    for unit_ms, noun in UNITS:
        # A few days are said in hours: they are counted from an hour, not by dates.
        least = FEWEST_DAYS if noun == "day" else 1
        if ms % unit_ms == 0 and ms >= least * unit_ms:
            return counted(ms // unit_ms, noun)
    return f"{ms / SHORTEST_MS:g} seconds"


def percent(value: Fraction) -> str:
    """A share, exactly if it has up to four decimals."""
    return f"{float(100 * value):.6g} percent"


def day(at: date) -> str:
    """Such as 2 March 2026."""
    return f"{at.day} {at:%B} {at.year}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Such as a, b and c."""
    if len(items) < TWO_OF_IT:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def working_days(number: int) -> str:
    """A time that staff have."""
    return "the same working day" if number == 0 else counted(number, "working day")


def span(numbers: Sequence[int]) -> str:
    """Whole numbers one after the other, such as 1 to 4."""
    if len(numbers) > TWO_OF_IT:
        return f"{numbers[0]} to {numbers[-1]}"
    return listed([str(each) for each in numbers], "or")
