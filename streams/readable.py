"""Readable: instants, durations and shares as people read them, exact to the millisecond."""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from fractions import Fraction
from textwrap import wrap

from schemas.instants import instant
from streams.intervals import Spans

SHOWN_AT_MOST = 4


def clock(at_ms: int, zone: tzinfo) -> str:
    """Time of day in `zone`, such as 18:02:05; milliseconds only where there are any."""
    at = instant(at_ms).astimezone(zone)
    return f"{at:%H:%M:%S}" + (f".{at_ms % 1000:03}" if at_ms % 1000 else "")


def day(at_ms: int, zone: tzinfo) -> str:
    """The day in `zone`, such as Mon 2 Mar 2026."""
    at = instant(at_ms).astimezone(zone)
    return f"{at:%a} {at.day} {at:%b %Y}"


def moment(at_ms: int, zone: tzinfo) -> str:
    """Day and time of day in `zone`, to the minute where seconds are none."""
    at = instant(at_ms).astimezone(zone)
    return f"{day(at_ms, zone)} {at:%H:%M}" + (f":{at:%S}" if at_ms % 60_000 >= 1_000 else "")


def duration(ms: int) -> str:
    """Minutes and seconds, such as 96 min or 12 min 3.5 s."""
    minutes, rest = divmod(abs(ms), 60_000)
    seconds = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    parts = [f"{minutes} min"] if minutes or not rest else []
    if rest:
        parts.append(f"{seconds} s")
    return ("-" if ms < 0 else "") + " ".join(parts)


def share(value: Fraction) -> str:
    """A share of one as per cent with at most two decimals."""
    return f"{round(float(100 * value), 2):g} %"


def number(value: Fraction) -> str:
    """A fraction with at most two decimals."""
    return f"{round(float(value), 2):g}"


def stretch(begin: int, end: int, zone: tzinfo) -> str:
    """From when to when."""
    return f"{clock(begin, zone)}-{clock(end, zone)}"


def stretches(spans: Spans, zone: tzinfo) -> str:
    """Several stretches, the last of many only counted."""
    shown = [stretch(*span, zone) for span in spans[:SHOWN_AT_MOST]]
    if len(spans) > SHOWN_AT_MOST:
        shown.append(f"and {len(spans) - SHOWN_AT_MOST} more")
    return ", ".join(shown) or "none"


def counted(number_of: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun, such as 1 person or 3 people."""
    return f"{number_of} {noun if number_of == 1 else plural or noun + 's'}"


def listed(items: Iterable[str]) -> str:
    """Items with commas; `none` where there are none."""
    return ", ".join(items) or "none"


def wrapped(lines: Iterable[str], width: int) -> Iterator[str]:
    """`lines` in `width` columns; what has to be broken goes on further to the right."""
    for line in lines:
        # Columns are kept where they fit.
        if len(line) <= width:
            yield line.rstrip()
            continue
        indent = " " * (len(line) - len(line.lstrip()))
        yield from wrap(
            line.strip(), width, initial_indent=indent, subsequent_indent=f"{indent}    "
        )
