"""Trend: participation of a week against the weeks before, and goals (measures.md 3.4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from schemas.care import GoalsAgreed
from schemas.instants import milliseconds
from schemas.policy_care import TrendRules
from streams.care.calendar import WEEK, WeekSpan, local_day
from streams.care.facts import Result
from streams.care.staff import Said


class Mean(NamedTuple):
    """The mean of a week's scored sessions, weighted by attended time; None without any."""

    value: Fraction | None
    scored: int


class Trend(NamedTuple):
    """The median of the weeks before, and how far the mean is from it; None where unknown."""

    baseline: Fraction | None
    distance: Fraction | None


def mean(results: Iterable[Result], unknown: set[str]) -> Mean:
    """The mean over sessions that are over; those in `unknown` are taken as not scored."""
    scored = [
        (each.participation, each.attended_ms)
        for each in results
        if each.over and each.participation is not None and each.session not in unknown
    ]
    weight = sum(attended for _, attended in scored)
    if not weight:
        return Mean(None, 0)
    return Mean(Fraction(sum(tenths * ms for tenths, ms in scored), 10 * weight), len(scored))


def trend(label: date, means: Mapping[date, Mean], rules: TrendRules) -> Trend:
    """The week's distance from the median of the weeks before that have enough scored sessions."""
    before = [means.get(label - WEEK * back) for back in range(1, rules.baseline_weeks + 1)]
    known: Sequence[Fraction] = [
        each.value
        for each in before
        if each is not None and each.value is not None and each.scored >= rules.baseline_scored
    ]
    if not known:
        return Trend(None, None)
    baseline = Fraction(median(known))
    own = means[label].value
    return Trend(baseline, None if own is None else own - baseline)


def goals(span: WeekSpan, program: str, staff: Said) -> GoalsAgreed | None:
    """The goals that hold for the week: the latest from a day on or before its first.

    Of several from one instant, the last that was agreed.
    """
    zone = span.policy.zone
    valid = [
        fact
        for fact in staff.goals
        if fact.program == program and local_day(milliseconds(fact.begins), zone) <= span.label
    ]
    return max(valid, key=lambda fact: (fact.begins, fact.at, fact.id), default=None)
