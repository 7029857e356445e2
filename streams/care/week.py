"""Week: attendance of one person in one program and week (measures.md 3.2).

Counted in sessions or in milliseconds, always in whole numbers; ratios are compared exactly:

    due    = sessions - excused
    earned = credited + made up + switched
    rate   = earned / due
    base   = (earned + to come + pending) / due
    best   = base + arranged make-ups / due
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from schemas.policy import Policy
from schemas.week import WeekStanding
from streams.care.calendar import WeekSpan
from streams.care.mend import Links
from streams.care.outcome import Counted

MENDED = ("made_up", "switched")


class Entry(NamedTuple):
    """One session in the unit of its week: what it asks for, and what was earned of it."""

    counted: Counted
    due: int
    earned: int


class Broken(NamedTuple):
    """One stretch for which the week was below the minimum; `until` None while it is."""

    since: int
    until: int | None
    pending: bool


class Tally(NamedTuple):
    """A week as counted at `now`. `missed` are sessions over and not credited.

    `lost` are those of them that are not, or not yet, mended or excused; `mendable` what could
    still be earned by make-ups that nobody arranged, and `mendable_until` when that ends first.
    """

    span: WeekSpan
    entries: list[Entry]
    closes_at: int
    closed: bool
    standing: WeekStanding
    due: int
    earned: int
    to_come: int
    pending: int
    arranged: int
    mendable: int
    mendable_until: int | None
    missed: int
    excused: int
    lost: int
    broken: list[Broken]

    @property
    def rate(self) -> Fraction | None:
        """earned / due."""
        return self._of_due(self.earned)

    @property
    def base(self) -> Fraction | None:
        """What is reached if everything to come is attended and everything pending excused."""
        return self._of_due(self.earned + self.to_come + self.pending)

    @property
    def best(self) -> Fraction | None:
        """With the make-ups that are arranged."""
        return self._of_due(self.earned + self.to_come + self.pending + self.arranged)

    def _of_due(self, amount: int) -> Fraction | None:
        return Fraction(amount, self.due) if self.due else None


def tally(span: WeekSpan, sessions: Sequence[Counted], links: Links, now: int) -> Tally:
    """Count one week's sessions at `now` ms."""
    policy = span.policy
    entries = [_entry(each, policy) for each in sessions]
    closes_at = _closes_at(span, sessions)
    closed = now >= closes_at and all(each.result.phase == "final" for each in sessions)
    asked = [each for each in entries if each.counted.outcome != "excused"]
    unexcused = [each for each in asked if each.counted.outcome == "unexcused"]
    open_ones = [each for each in unexcused if each.counted.result.session not in links.arranged]
    chances = _chances(open_ones, policy, now)
    counts = Tally(
        span=span,
        entries=entries,
        closes_at=closes_at,
        closed=closed,
        standing="none",
        due=sum(each.due for each in asked),
        earned=sum(each.earned for each in asked),
        to_come=_open(asked, "to_come"),
        pending=_open(asked, "pending"),
        arranged=sum(
            each.due - each.earned
            for each in unexcused
            if each.counted.result.session in links.arranged
        ),
        mendable=sum(each.due - each.earned for each, _ in chances),
        mendable_until=min((until for _, until in chances), default=None),
        missed=sum(_missed(each.counted) for each in entries),
        excused=len(entries) - len(asked),
        lost=len(unexcused),
        broken=[],
    )
    counts = counts._replace(broken=_broken(counts, asked))
    return counts._replace(standing=_closed(counts) if closed else _running(counts, asked))


def _entry(counted: Counted, policy: Policy) -> Entry:
    if policy.week.by == "sessions":
        return Entry(counted, 1, int(counted.outcome in ("credited", *MENDED)))
    result = counted.result
    due = result.whole_ms
    if counted.mend is not None:
        return Entry(counted, due, min(counted.mend.attended_ms, due))
    if counted.staff:
        return Entry(counted, due, due if counted.outcome == "credited" else 0)
    return Entry(counted, due, min(result.attended_ms, due) if result.over else 0)


def _closes_at(span: WeekSpan, sessions: Iterable[Counted]) -> int:
    final_after = span.policy.session.final_after
    return max((span.ends, *(each.result.ends_at + final_after for each in sessions)))


def _missed(counted: Counted) -> bool:
    return counted.result.over and counted.outcome != "credited"


def _open(entries: Iterable[Entry], outcome: str) -> int:
    return sum(each.due - each.earned for each in entries if each.counted.outcome == outcome)


def _chances(entries: Iterable[Entry], policy: Policy, now: int) -> list[tuple[Entry, int]]:
    """Missed sessions that a make-up could still mend, and until when one may begin.

    What staff hold against the person stays so, whatever is made up.
    """
    if not policy.make_up.allowed:
        return []
    return [
        (each, until)
        for each in entries
        if not each.counted.staff
        and (until := each.counted.starts_at + policy.make_up.within) > now
    ]


def _below(counts: Tally, amount: int, lost: int) -> bool:
    """Whether `amount` of what is due is too little, `lost` misses being more than allowed."""
    rules = counts.span.policy.week
    minimum = rules.minimum
    return lost > rules.allowed_misses and (
        amount * minimum.denominator < minimum.numerator * counts.due
    )


def _broken(counts: Tally, asked: Iterable[Entry]) -> list[Broken]:
    """Walk through the week's misses and what mended them, in order of time."""
    turns: list[tuple[int, int, int]] = []
    for each in asked:
        counted, mend = each.counted, each.counted.mend
        if counted.outcome in ("to_come", "pending"):
            continue
        misses = int(counted.outcome in ("unexcused", *MENDED))
        loss = each.due if mend else each.due - each.earned
        turns.append((counted.result.ends_at, -loss, misses))
        if mend is not None:
            turns.append((mend.at, each.earned, -1))
    found: list[Broken] = []
    amount, lost, since = counts.due, 0, None
    ends = sorted({at for at, _, _ in turns})
    for at in ends:
        amount += sum(change for when, change, _ in turns if when == at)
        lost += sum(change for when, _, change in turns if when == at)
        below = _below(counts, amount, lost)
        if below and since is None:
            since = at
        elif not below and since is not None:
            found.append(Broken(since, at, pending=False))
            since = None
    if since is not None:
        found.append(Broken(since, None, pending=False))
    elif counts.closed and _short_while_pending(counts):
        found.append(Broken(counts.closes_at, None, pending=True))
    return found


def _undecided(counts: Tally) -> int:
    return sum(each.counted.outcome == "pending" for each in counts.entries)


def _short_while_pending(counts: Tally) -> bool:
    """At the close a matter that staff have not decided yet is missing from what was earned."""
    return _below(counts, counts.earned, counts.lost + _undecided(counts))


def _running(counts: Tally, asked: Sequence[Entry]) -> WeekStanding:
    reachable = counts.earned + counts.to_come + counts.pending
    if _below(counts, reachable, counts.lost):
        mended = reachable + counts.arranged + counts.mendable
        # Whoever mends a miss has one less of them, so that the minimum alone decides.
        minimum = counts.span.policy.week.minimum
        enough = mended * minimum.denominator >= minimum.numerator * counts.due
        return "needs_make_up" if enough else "unreachable"
    coming = [each.due for each in asked if each.counted.outcome == "to_come"]
    one_more = reachable - max(coming, default=0)
    if coming and counts.lost and _below(counts, one_more, counts.lost + 1):
        return "at_risk"
    return "on_track"


def _closed(counts: Tally) -> WeekStanding:
    rate, rules = counts.rate, counts.span.policy.week
    if rate is None:
        return "none"
    if rate >= rules.goal:
        return "met"
    return "below" if _short_while_pending(counts) else "passed"
