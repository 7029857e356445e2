"""Figures: a week's numbers as people read them, in sessions or in minutes."""

from schemas.week import ServiceDay, Week
from streams import wording
from streams.readable import counted

BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 12
HAD, TO_COME, MISSING = "█", "▒", "░"


def amount(week: Week, value: int) -> str:
    """So much in the unit that the week is counted in."""
    return str(value) if week.by == "sessions" else f"{minutes(value)} min"


def minutes(value_ms: int) -> int:
    """Whole minutes; what is begun does not count."""
    return value_ms // 60_000


def percent(value: float | None) -> str:
    """A share as per cent; `-` over nothing."""
    return "-" if value is None else f"{100 * value:.4g} %"


def attendance(week: Week) -> str:
    """What was earned of what is due, and what can still be reached, in one clause."""
    if not week.due:
        return "nothing due"
    earned = f"{amount(week, week.earned)} of {amount(week, week.due)} earned"
    if week.phase == "closed":
        return f"{earned}, {percent(week.rate)}"
    return f"{earned}, up to {percent(week.best)} possible"


def possible(week: Week) -> str:
    """What can still be reached, beside what is asked for."""
    reachable = week.earned + week.to_come + week.pending + week.arranged
    most = counted(reachable, "session") if week.by == "sessions" else amount(week, reachable)
    return f"{most}, {percent(week.best)} of what is due; {percent(week.minimum)} is asked for"


def standing(week: Week) -> str:
    """The week's standing in words; where nothing is due there is nothing to be on track for."""
    return wording.WEEKS[week.standing if week.due else "none"]


def bar(day: ServiceDay, width: int = WIDTH) -> str:
    """A day's minutes as a bar of `width` cells: had, still to come, missing."""
    if not day.asked_ms:
        return ""
    had = min(width, width * day.observed_ms // day.asked_ms)
    coming = min(width - had, width * day.to_come_ms // day.asked_ms)
    return HAD * had + TO_COME * coming + MISSING * (width - had - coming)


def blocks(week: Week) -> str:
    """All days of a week in seven cells, `.` where nothing is planned."""
    cells = ["."] * 7
    for day in week.days:
        cells[(day.day - week.week).days] = _block(day)
    return "".join(cells)


def _block(day: ServiceDay) -> str:
    if day.to_come_ms and not day.observed_ms:
        return TO_COME
    share = len(BLOCKS) * day.observed_ms // day.asked_ms if day.asked_ms else 0
    return BLOCKS[min(share, len(BLOCKS) - 1)]
