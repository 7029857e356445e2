"""Program: one person in one program, week by week, with everything that rules look at."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypeVar

from schemas.care import GoalsAgreed
from schemas.policy import Policies, Policy
from streams.care.calendar import WeekSpan, week_of
from streams.care.dose import Dose, dose, practice_days
from streams.care.excuse import exempt
from streams.care.facts import CareFacts, Result, SealedStep, SealedWeek
from streams.care.mend import by_time
from streams.care.outcome import Counted, Outcomes
from streams.care.runs import Step
from streams.care.staff import Said
from streams.care.trend import Mean, Trend, goals, mean, trend
from streams.care.week import Tally, tally

Session = TypeVar("Session", Result, Counted)


class WeekView(NamedTuple):
    """One week of the program. `seen` are all the person's sessions in it that count."""

    span: WeekSpan
    tally: Tally
    seen: list[Result]
    dose: Dose
    mean: Mean
    trend: Trend
    goals: GoalsAgreed | None
    practised: int
    belongs: bool
    """Whether the person has a place in the week: not merely looked in, nor was moved away."""

    @property
    def attended_ms(self) -> int:
        """Attended time of all sessions."""
        return sum(each.attended_ms for each in self.seen)


class PastWeek(NamedTuple):
    """A closed week, as far as later ones look back; sealed weeks have no `view`."""

    label: date
    standing: str
    attended_ms: int
    view: WeekView | None


class ProgramView(NamedTuple):
    """One person in one program; sessions and weeks in order of time.

    `guest` are sessions attended that ask nothing of the person, as a guest or to make up for
    others; `unscored` those whose participation must not be looked at. `sealed` are the steps
    of each rule that sealed weeks left.
    """

    name: str
    counted: list[Counted]
    guest: list[Result]
    unscored: set[str]
    weeks: list[WeekView]
    past: list[PastWeek]
    sealed: Mapping[str, list[Step]]
    policies: Mapping[str, Policy]
    """The policy of each session by its name."""
    last_arrived_at: int | None
    """When the person last came to any session, in ms."""


def programs(
    facts: CareFacts, staff: Said, found: Outcomes, policies: Policies, now: int
) -> list[ProgramView]:
    """Every program in which the person ever had a session, or is enrolled."""
    names = {*facts.starts, *staff.stays}
    return [_program(name, facts, staff, found, policies, now) for name in sorted(names)]


def _program(
    name: str, facts: CareFacts, staff: Said, found: Outcomes, policies: Policies, now: int
) -> ProgramView:
    counted = [each for each in found.counted if each.program == name]
    asked = {each.result.session for each in counted}
    known = [
        each
        for each in facts.results.values()
        if each.program == name and not each.withdrawn and each.starts_at is not None
    ]
    known.sort(key=by_time)
    seen = [each for each in known if not each.void]
    unscored = {
        each.session
        for each in seen
        if each.scored and not exempt(staff.accommodations, each).isdisjoint(each.scored)
    }
    sealed = {date.fromisoformat(each): kept for each, kept in facts.weeks.get(name, {}).items()}
    spans = _spans(name, facts.starts.get(name, ()), policies)
    own, here = _by_week(name, counted, policies), _by_week(name, seen, policies)
    means = {label: mean(here.get(label, ()), unscored) for label in spans}
    means |= {label: _sealed_mean(kept) for label, kept in sealed.items()}
    enrolled = name in staff.stays
    places = _by_week(name, [each for each in known if each.rostered or enrolled], policies)
    weeks = [
        WeekView(
            span=span,
            tally=tally(span, own.get(label, ()), found.links, now),
            seen=here.get(label, []),
            dose=dose(span, name, own.get(label, ()), here.get(label, ()), staff),
            mean=means[label],
            trend=trend(label, means, span.policy.trend),
            goals=goals(span, name, staff),
            practised=practice_days(span, name, staff),
            belongs=label in places,
        )
        for label, span in sorted(spans.items())
        if label not in sealed
    ]
    return ProgramView(
        name=name,
        counted=counted,
        guest=[each for each in seen if each.standing == "attended" and each.session not in asked],
        unscored=unscored,
        weeks=weeks,
        past=_past(sealed, weeks),
        sealed={
            rule: [_sealed_step(name, each, policies) for each in steps]
            for rule, steps in facts.steps.get(name, {}).items()
        },
        policies={each.session: policies.at(name, each.starts_at or 0) for each in seen},
        last_arrived_at=max(
            (each.arrived_at for each in seen if each.arrived_at is not None), default=None
        ),
    )


def _spans(name: str, starts: Iterable[int], policies: Policies) -> dict[date, WeekSpan]:
    """Every week in which a session was ever said to begin."""
    spans: dict[date, WeekSpan] = {}
    for at in starts:
        # Where a version brings another zone, the week goes on as it began.
        span = week_of(name, at, policies)
        spans.setdefault(span.label, span)
    return spans


def _by_week(
    name: str, sessions: Iterable[Session], policies: Policies
) -> dict[date, list[Session]]:
    """Sessions by the week that they count in, which weeks that overlap do not tell apart."""
    found: dict[date, list[Session]] = {}
    for each in sessions:
        found.setdefault(week_of(name, each.starts_at or 0, policies).label, []).append(each)
    return found


def _sealed_step(program: str, step: SealedStep, policies: Policies) -> Step:
    policy = policies.at(program, step.starts_at)
    return Step(step.name, step.starts_at, step.at, step.hit, policy, step.figures, sealed=True)


def _sealed_mean(kept: SealedWeek) -> Mean:
    value = None if kept.participation is None else Fraction(*kept.participation)
    return Mean(value, kept.scored)


def _past(sealed: Mapping[date, SealedWeek], weeks: list[WeekView]) -> list[PastWeek]:
    """Closed weeks in which anything was due."""
    past = [
        PastWeek(label, kept.standing, kept.attended_ms, None)
        for label, kept in sorted(sealed.items())
    ]
    past += [
        PastWeek(week.span.label, week.tally.standing, week.attended_ms, week)
        for week in weeks
        if week.tally.closed
    ]
    return [each for each in past if each.standing != "none"]
