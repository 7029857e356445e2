"""What `rollcall replay` prints: totals by rule, then what would differ for each person."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from itertools import groupby

from streams.readable import counted, day, moment
from streams.replay.difference import Difference, Total, by_person
from streams.replay.outcome import Item
from streams.replay.run import Replayed

PEOPLE = 20
TITLES = {
    "score": "Sessions",
    "week": "Weeks",
    "violation": "Violations",
    "recommendation": "Recommendations",
}
SIGNS = {"appears": "+", "vanishes": "-", "changes": "~"}


def text(
    replayed: Replayed,
    found: Sequence[Difference],
    counts: Sequence[Total],
    names: Sequence[list[str]],
    zone: tzinfo,
    same: bool,
) -> Iterator[str]:
    """The whole text, line by line; times are in `zone`."""
    now, other = (", ".join(each) for each in names)
    yield f"{counted(replayed.records, 'record')} under {other} instead of {now},"
    yield f"as known on {moment(replayed.assessed_at, zone)}, times in {zone}"
    if same:
        yield "Both sides have the same policies."
    yield ""
    yield f"{'':<34}{'before':>8}{'after':>8}{'appear':>9}{'vanish':>8}{'change':>8}"
    for record, group in groupby(counts, key=lambda each: each.record):
        yield TITLES[record]
        for total in group:
            yield _total(total)
    yield ""
    if not found:
        yield "Nothing would differ."
        return
    people = list(by_person(found))
    for participant, theirs in people[:PEOPLE]:
        yield participant or "Sessions themselves"
        for each in theirs:
            yield f"  {_difference(each, zone)}"
    if len(people) > PEOPLE:
        more = counted(len(people) - PEOPLE, "more person", "more people")
        yield f"and {more}; --json has them all"


def _total(total: Total) -> str:
    changes = total.changes
    return (
        f"  {_words(total.rule):<32}{total.before:>8}{total.after:>8}"
        f"{changes['appears']:>9}{changes['vanishes']:>8}{changes['changes']:>8}"
    )


def _difference(each: Difference, zone: tzinfo) -> str:
    states = [_words(side.state) for side in (each.before, each.after) if side is not None]
    rule = _words(each.item.rule)
    return f"{SIGNS[each.change]} {_where(each.item, zone)}: {rule} {' -> '.join(states)}"


def _where(item: Item, zone: tzinfo) -> str:
    if item.record == "week" and item.week is not None:
        return f"week of {item.week:%a} {item.week.day} {item.week:%b} ({item.program})"
    place = item.session or item.program or "no program"
    return place if item.begins is None else f"{day(item.begins, zone)}, {place}"


def _words(code: str) -> str:
    return code.replace("_", " ")
