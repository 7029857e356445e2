"""Dose: minutes of service per day and week, and practice (measures.md 3.3, 3.4).

Observed presence over all sessions that start on a service day; overlaps count once. Inferred
time counts only where staff credited the session. Sessions that do not count are no service.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from schemas.instants import MINUTE_MS, milliseconds
from streams.care.calendar import WeekSpan, local_day
from streams.care.facts import Result
from streams.care.membership import enrolment_at
from streams.care.mend import set_by_staff
from streams.care.outcome import Counted
from streams.care.staff import Said
from streams.intervals import Spans, length, subtract, union


class Day(NamedTuple):
    """One service day in ms: observed, to come, and offered by all sessions asked of the person.

    `settled` tells that all its sessions are over; `final` that they are final; `ends_at` is
    the end of the last one.
    """

    day: date
    observed: int
    to_come: int
    offered: int
    settled: bool
    final: bool
    ends_at: int


class Dose(NamedTuple):
    """A week's days, and what is asked of a day and of the week, in ms.

    `least_day` and `least_week` are what is enough, rounded up: times are whole milliseconds.
    """

    days: list[Day]
    day_asked: int
    week_asked: int
    least_day: int
    least_week: int
    days_asked: int

    @property
    def observed(self) -> int:
        """Service of the week."""
        return sum(day.observed for day in self.days)

    @property
    def to_come(self) -> int:
        """What can still be had this week."""
        return sum(day.to_come for day in self.days)

    @property
    def offered(self) -> int:
        """What the week offers in all."""
        return sum(day.offered for day in self.days)

    def enough(self, day: Day) -> bool:
        """Whether the day qualifies."""
        return day.observed >= self.least_day

    @property
    def qualifying(self) -> int:
        """Days with enough service."""
        return sum(self.enough(day) for day in self.days)


def dose(
    span: WeekSpan, program: str, sessions: Sequence[Counted], seen: Sequence[Result], staff: Said
) -> Dose:
    """The dose of one week; `seen` are all the program's sessions in it that count."""
    rules, zone = span.policy.dose, span.policy.zone
    by_day: dict[date, list[Result]] = {}
    for each in seen:
        if each.starts_at is not None:
            by_day.setdefault(local_day(each.starts_at, zone), []).append(each)
    confirmed = {each.session for each in seen if set_by_staff(each, staff) == "credited"}
    own = {each.result.session for each in sessions if each.outcome != "excused"}
    enrolled = enrolment_at(staff, program, span.begins) or enrolment_at(
        staff, program, span.ends - 1
    )
    agreed = enrolled.fact.weekly_minutes if enrolled else None
    day_asked = rules.day_minutes * MINUTE_MS
    week_asked = (agreed or rules.week_minutes) * MINUTE_MS
    return Dose(
        days=[
            _day(day, on_it, own, confirmed, rules.count_breaks)
            for day, on_it in sorted(by_day.items())
        ],
        day_asked=day_asked,
        week_asked=week_asked,
        least_day=_least(day_asked, rules.tolerance),
        least_week=_least(week_asked, rules.tolerance),
        days_asked=rules.qualifying_days,
    )


def _least(asked: int, tolerance: Fraction) -> int:
    """The shortest whole time that is not below (1 - tolerance) of what is `asked`."""
    below, above = tolerance.denominator - tolerance.numerator, tolerance.denominator
    return -(-asked * below // above)


def _day(
    day: date,
    results: Sequence[Result],
    own: set[str],
    confirmed: set[str],
    count_breaks: bool,
) -> Day:
    ours = [each for each in results if each.session in own]
    return Day(
        day=day,
        observed=length(
            union(span for each in results for span in _service(each, confirmed, count_breaks))
        ),
        to_come=sum(_to_come(each) for each in ours if not each.over),
        offered=sum(each.planned_ms for each in ours),
        settled=all(each.over for each in results),
        final=all(each.phase == "final" for each in results),
        ends_at=max(each.ends_at for each in results),
    )


def _to_come(result: Result) -> int:
    """What a session that is not over can still add to what was observed in it."""
    return max(result.planned_ms - length(union(result.observed)), 0)


def _service(result: Result, confirmed: set[str], count_breaks: bool) -> Spans:
    spans = union((*result.observed, *(result.inferred if result.session in confirmed else ())))
    return spans if count_breaks else subtract(spans, union(result.breaks))


def practice_days(span: WeekSpan, program: str, staff: Said) -> int:
    """Distinct local days of the week with any practice."""
    found = (milliseconds(each.at) for each in staff.practice if each.program == program)
    return len({local_day(at, span.policy.zone) for at in found if span.begins <= at < span.ends})
