"""The program's week, as a program manager reads it at the end of the demo."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, tzinfo
from itertools import groupby
from typing import Any, NamedTuple, get_args

from schemas.codec import decoder
from schemas.instants import milliseconds
from schemas.recommendation import Recommendation
from schemas.topics import RECOMMENDATIONS, VIOLATIONS, WEEKS
from schemas.violation import Violation
from schemas.week import Week, WeekStanding
from streams.local import Looked
from streams.readable import counted, day

SHOWN = 6
OPEN = frozenset({"opened", "updated"})
STANDINGS = get_args(WeekStanding)
TROUBLE = ("unreachable", "below", "needs_make_up", "at_risk")
DECODERS = {
    WEEKS.name: decoder(Week),
    VIOLATIONS.name: decoder(Violation),
    RECOMMENDATIONS.name: decoder(Recommendation),
}


class Line(NamedTuple):
    """One person in one program: this week, what is open, and how the weeks before went."""

    week: Week
    violations: list[Violation]
    recommendations: list[Recommendation]
    before: list[str]

    @property
    def quiet(self) -> bool:
        """Whether nobody has to do anything."""
        return not (self.violations or self.recommendations or self.week.standing in TROUBLE)


class Weeks:
    """What the care stage has said last of weeks, of several sessions, and of what to do."""

    def __init__(self) -> None:
        self._last: dict[str, Week | Violation | Recommendation] = {}

    def take(self, looked: Looked) -> None:
        """Note one look."""
        for change in looked.changes:
            decode = DECODERS.get(change.topic)
            if decode is not None:
                self._last[change.id] = decode(change.value)

    def lines(self, now: int) -> list[Line]:
        """Everybody's week in which `now` ms lies, by program, those with most to do first."""
        weeks = [each for each in self._last.values() if isinstance(each, Week)]
        weeks = [each for each in weeks if not each.withdrawn and each.outcomes]
        lines = [
            self._line(each, weeks)
            for each in weeks
            if milliseconds(each.starts_at) <= now < milliseconds(each.ends_at)
        ]
        return sorted(lines, key=_weight)

    def _line(self, week: Week, weeks: Sequence[Week]) -> Line:
        who = (week.participant, week.program)
        before = [
            each
            for each in weeks
            if (each.participant, each.program) == who
            if each.week < week.week
        ]
        violations, recommendations = [], []
        for each in self._last.values():
            if isinstance(each, Week) or each.status not in OPEN:
                continue
            if (each.participant, each.program) != who:
                continue
            if isinstance(each, Recommendation):
                recommendations.append(each)
            else:
                violations.append(each)
        return Line(
            week,
            sorted(violations, key=lambda each: (each.severity != "warning", each.label)),
            sorted(recommendations, key=lambda each: (each.due_at, each.kind)),
            [each.standing for each in sorted(before, key=lambda each: each.week)],
        )


def _weight(line: Line) -> tuple[Any, ...]:
    praise = [each for each in line.recommendations if each.kind == "recognise"]
    trouble = len(line.recommendations) - len(praise)
    return (
        line.week.program,
        -sum("review" in each.kind for each in line.recommendations),
        -trouble,
        -len(line.violations),
        STANDINGS.index(line.week.standing) if line.week.standing in TROUBLE else len(STANDINGS),
        line.week.participant,
    )


def week_table(lines: Sequence[Line], now: int, zone: tzinfo) -> Iterator[str]:
    """The whole table, line by line; times are in `zone`."""
    if not lines:
        return
    first = lines[0].week
    yield f"The week of {_day(first.week)}, as it stands on {day(now, zone)}"
    yield "earned: sessions attended, made up or switched, of those due; before: the weeks before"
    for program, group in groupby(lines, key=lambda line: line.week.program):
        yield ""
        yield from _program(program, list(group), zone)


def _program(program: str, lines: Sequence[Line], zone: tzinfo) -> Iterator[str]:
    standings = Counter(line.week.standing for line in lines)
    counts = ", ".join(f"{standings[each]} {_words(each)}" for each in STANDINGS if standings[each])
    week = lines[0].week
    yield (
        f"{program}: {counted(len(lines), 'person', 'people')}, {counts}; "
        f"minimum {_share(week.minimum)}, goal {_share(week.goal)}"
    )
    busy = [line for line in lines if not _only_praise(line)]
    for line in busy[:SHOWN]:
        yield from _person(line, zone)
    if len(busy) > SHOWN:
        yield f"  and {len(busy) - SHOWN} more with something open"
    praised = sum(any(_praise(each) for each in line.recommendations) for line in lines)
    quiet = len(lines) - len(busy)
    yield f"  {quiet} with nothing to do; {praised} to be told what went well"


def _person(line: Line, zone: tzinfo) -> Iterator[str]:
    week = line.week
    before = f"before: {', '.join(map(_words, line.before))}" if line.before else "first week"
    yield (
        f"  {week.participant}  {_earned(week):<10} {_share(week.rate):>6}  "
        f"{_words(week.standing):<14} {before}"
    )
    if line.violations:
        yield f"    open: {'; '.join(each.label for each in line.violations)}"
    for each in line.recommendations:
        if not _praise(each):
            due = day(milliseconds(each.due_at) - 1, zone)
            yield f"    {each.label} ({_words(each.role)}, by {due})"


def _only_praise(line: Line) -> bool:
    others = [each for each in line.recommendations if not _praise(each)]
    return line._replace(recommendations=others).quiet


def _praise(recommendation: Recommendation) -> bool:
    return recommendation.kind == "recognise"


def _earned(week: Week) -> str:
    if week.by == "sessions":
        return f"{week.earned} of {week.due}"
    return f"{week.earned // 60_000} of {week.due // 60_000} min"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _day(at: date) -> str:
    return f"{at:%a} {at.day} {at:%b %Y}"
