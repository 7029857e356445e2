"""Difference: what would appear, vanish or change. Pure: items in, differences out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from streams.replay.outcome import Item

RECORDS = ("score", "week", "violation", "recommendation")


class Period(NamedTuple):
    """What is compared: whatever lasts into `[begins, ends)` (ms; None: no limit)."""

    begins: int | None = None
    ends: int | None = None

    def holds(self, item: Item) -> bool:
        """Whether `item` is about this period; one without a time is about every period."""
        if item.begins is None:
            return True
        ends = item.begins + 1 if item.ends is None else item.ends
        lasts = self.begins is None or item.begins >= self.begins or ends > self.begins
        return lasts and (self.ends is None or item.begins < self.ends)


class Difference(NamedTuple):
    """One output that is not the same: None where it is not there."""

    id: str
    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        """What is known of it, whichever side has it."""
        return self.after or self.before  # type: ignore[return-value]  # one of them is there

    @property
    def change(self) -> Literal["appears", "vanishes", "changes"]:
        """What would happen to it."""
        if self.before is None:
            return "appears"
        return "vanishes" if self.after is None else "changes"


class Total(NamedTuple):
    """One rule: how many outputs there are on both sides, and how many of them differ."""

    record: str
    rule: str
    before: int
    after: int
    changes: Counter[str]


def differences(
    before: Mapping[str, Item], after: Mapping[str, Item], period: Period
) -> list[Difference]:
    """What differs in `period`, by person, time, record and rule."""
    found = [
        Difference(name, before.get(name), after.get(name)) for name in before.keys() | after.keys()
    ]
    return sorted(
        (each for each in found if _states(each) and period.holds(each.item)),
        key=_place,
    )


def totals(
    before: Mapping[str, Item],
    after: Mapping[str, Item],
    found: Iterable[Difference],
    period: Period,
) -> list[Total]:
    """Every rule that either side has anything of in `period`."""
    counts = [_counted(side, period) for side in (before, after)]
    changes: dict[tuple[str, str], Counter[str]] = {}
    for each in found:
        rule = (each.item.record, each.item.rule)
        changes.setdefault(rule, Counter())[each.change] += 1
    rules = sorted(set(counts[0]) | set(counts[1]), key=lambda rule: (RECORDS.index(rule[0]), rule))
    return [
        Total(*rule, counts[0][rule], counts[1][rule], changes.get(rule, Counter()))
        for rule in rules
    ]


def by_person(
    found: Iterable[Difference],
) -> Iterator[tuple[str | None, list[Difference]]]:
    """Differences of each person in turn; those of sessions themselves come first, as None."""
    people: dict[str | None, list[Difference]] = {}
    for each in found:
        people.setdefault(each.item.participant, []).append(each)
    yield from people.items()


def _states(each: Difference) -> bool:
    states = [side.state for side in (each.before, each.after) if side is not None]
    return len(states) == 1 or states[0] != states[1]


def _counted(side: Mapping[str, Item], period: Period) -> Counter[tuple[str, str]]:
    return Counter((item.record, item.rule) for item in side.values() if period.holds(item))


def _place(each: Difference) -> tuple[str, int, int, str, str]:
    item = each.item
    return (
        item.participant or "",
        item.begins or 0,
        RECORDS.index(item.record),
        item.rule,
        each.id,
    )
