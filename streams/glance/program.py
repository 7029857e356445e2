"""Program: everybody's week, one line a person, and what they come to together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table

from streams import wording
from streams.glance.figures import amount, blocks, minutes, percent, standing
from streams.glance.view import STANDINGS, Glance
from streams.readable import counted

COLOURS = {"unreachable": "red", "below": "red", "needs_make_up": "yellow", "at_risk": "yellow"}
HEADINGS: tuple[tuple[str, Literal["left", "right"]], ...] = (
    ("person", "left"),
    ("standing", "left"),
    ("earned", "right"),
    ("best", "right"),
    ("days", "left"),
    ("to go", "right"),
    ("open", "right"),
    ("stood", "right"),
    ("recommended", "left"),
)
"""`best` is what can still be reached; `open` and `stood` are violations."""
WRAPPED = ("standing", "recommended")


def table(glances: Sequence[Glance]) -> Table:
    """One line a person, in the order given; in 80 columns a few words wrap."""
    found = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading, justify in HEADINGS:
        found.add_column(
            heading,
            justify=justify,
            no_wrap=heading not in WRAPPED,
            min_width=len(heading),
        )
    for glance in glances:
        week = glance.week
        found.add_row(
            week.participant,
            standing(week),
            f"{amount(week, week.earned)} of {amount(week, week.due)}",
            percent(week.best),
            blocks(week),
            f"{minutes(glance.to_go_ms)} min",
            str(glance.open or "-"),
            str(len(glance.violations) - glance.open or "-"),
            ", ".join(each.kind.replace("_", " ") for each in glance.recommendations),
            style=COLOURS.get(week.standing),
        )
    return found


def totals(glances: Sequence[Glance]) -> dict[str, Any]:
    """What all weeks come to: people by standing, sessions or ms, and what is open."""
    weeks = [glance.week for glance in glances]
    units = sorted({week.by for week in weeks})
    due, earned = sum(week.due for week in weeks), sum(week.earned for week in weeks)
    # Sessions and milliseconds of two policies have no sum.
    mixed = len(units) > 1
    return {
        "people": len(weeks),
        "standings": dict(Counter(week.standing for week in weeks)),
        "by": None if mixed else units[0],
        "due": None if mixed else due,
        "earned": None if mixed else earned,
        "rate": None if mixed or not due else round(earned / due, 4),
        "observed_ms": sum(week.observed_ms for week in weeks),
        "violations": dict(Counter(v.rule for glance in glances for v in glance.violations)),
        "recommendations": dict(
            Counter(r.kind for glance in glances for r in glance.recommendations)
        ),
        "roles": dict(Counter(r.role for glance in glances for r in glance.recommendations)),
    }


def together(glances: Sequence[Glance]) -> Iterator[str]:
    """The totals as lines."""
    found, week = totals(glances), glances[0].week
    people = Counter(standing(glance.week) for glance in glances)
    order = dict.fromkeys(wording.WEEKS[each] for each in STANDINGS)
    yield (
        f"{counted(len(glances), 'person', 'people')}: "
        f"{'; '.join(f'{each} {people[each]}' for each in order if people[each])}"
    )
    if found["due"] is not None:
        earned, due = amount(week, found["earned"]), amount(week, found["due"])
        yield f"{earned} of {due} earned so far, {percent(found['rate'])}"
    for title, counts in (
        ("violations, open and stood", found["violations"]),
        ("recommended", found["recommendations"]),
        ("waiting for", found["roles"]),
    ):
        listed = ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
        yield f"{title}: {listed or 'none'}"
