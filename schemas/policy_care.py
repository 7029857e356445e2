"""Policy, sections about weeks and about what follows from several sessions (measures.md 3, 4)."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta

from schemas.instants import DAY_MS
from schemas.policy_values import Duration, Percent, Section

Count = Annotated[int, Meta(ge=1, le=20)]
WorkingDays = Annotated[int, Meta(ge=0, le=60)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

LONGEST_MAKE_UP_MS = 28 * DAY_MS
"""Facts of sessions are kept for 16 weeks: whatever may still change must lie inside."""


class CalendarRules(Section, frozen=True, kw_only=True):
    """The program's working days, for everything that staff have days for."""

    working_days: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    holidays: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if not self.working_days:
            raise ValueError("working_days: at least one is needed")
        if len(set(self.working_days)) < len(self.working_days):
            raise ValueError("working_days: names a day twice")
        if len(set(self.holidays)) < len(self.holidays):
            raise ValueError("holidays: names a day twice")


class WeekRules(Section, frozen=True, kw_only=True):
    """What a week asks for (measures.md 3.1, 3.2)."""

    starts_on: Weekday = "monday"
    by: Literal["sessions", "minutes"] = "sessions"
    minimum: Fraction = Fraction(4, 5)
    goal: Fraction = Fraction(9, 10)
    allowed_misses: Annotated[int, Meta(ge=0, le=50)] = 0

    def __post_init__(self) -> None:
        if self.minimum > self.goal:
            raise ValueError("minimum: must not exceed goal")


class MakeUpRules(Section, frozen=True, kw_only=True):
    """Whether and until when a missed session can be made up (measures.md 3.1)."""

    allowed: bool = True
    within: Duration = Duration(14 * 86_400_000)

    def __post_init__(self) -> None:
        if self.within > LONGEST_MAKE_UP_MS:
            raise ValueError("within: must not exceed 28d")


class SwitchRules(Section, frozen=True, kw_only=True):
    """Whether attending another group of the same kind stands in for one's own."""

    within: Literal["day", "week", "never"] = "day"


class DoseRules(Section, frozen=True, kw_only=True):
    """How many minutes of service a day and a week ask for (measures.md 3.3)."""

    alert: bool = False
    day_minutes: Annotated[int, Meta(ge=1, le=1440)] = 180
    qualifying_days: Annotated[int, Meta(ge=0, le=7)] = 3
    week_minutes: Annotated[int, Meta(ge=1, le=10080)] = 540
    tolerance: Fraction = Fraction(1, 20)
    count_breaks: bool = True


class TrendRules(Section, frozen=True, kw_only=True):
    """When participation counts as falling (measures.md 3.4, 3.5)."""

    falling_by: Percent = 20
    min_scored: Annotated[int, Meta(ge=1, le=50)] = 3
    baseline_weeks: Annotated[int, Meta(ge=1, le=12)] = 4
    baseline_scored: Annotated[int, Meta(ge=1, le=50)] = 2


class StreakRules(Section, frozen=True, kw_only=True):
    """Unexcused absences in a row (measures.md 3.5)."""

    warn: Count = 2
    review: Count = 3

    def __post_init__(self) -> None:
        if self.warn > self.review:
            raise ValueError("warn: must not exceed review")


class LatenessRules(Section, frozen=True, kw_only=True):
    """`count` late arrivals among the last `among` sessions arrived at (measures.md 3.5)."""

    count: Count = 3
    among: Count = 6

    def __post_init__(self) -> None:
        if self.count > self.among:
            raise ValueError("count: must not exceed among")


class DisengagedRules(Section, frozen=True, kw_only=True):
    """Attended sessions in a row with passive participation (measures.md 3.5)."""

    count: Count = 2


class TechnicalRules(Section, frozen=True, kw_only=True):
    """When technology keeps somebody out (measures.md 3.5)."""

    reconnects: Count = 4
    network_lost: Duration = Duration(600_000)
    count: Count = 2
    among: Count = 4

    def __post_init__(self) -> None:
        if self.count > self.among:
            raise ValueError("count: must not exceed among")


class NewcomerRules(Section, frozen=True, kw_only=True):
    """People drop out early: in their first weeks nothing waits longer than `due_days`."""

    weeks: Annotated[int, Meta(ge=0, le=52)] = 3
    due_days: WorkingDays = 1


class ReviewRules(Section, frozen=True, kw_only=True):
    """How many weeks below the minimum ask for a review (measures.md 4)."""

    weeks_below: Count = 2
    among: Annotated[int, Meta(ge=1, le=12)] = 4

    def __post_init__(self) -> None:
        if self.weeks_below > self.among:
            raise ValueError("weeks_below: must not exceed among")


class Advice(Section, frozen=True, kw_only=True):
    """Who should look at a recommendation, and within how many working days."""

    role: Annotated[str, Meta(min_length=1, max_length=64)]
    due_days: WorkingDays

    def __post_init__(self) -> None:
        if not self.role.isprintable():
            raise ValueError("role: must be printable")


class AdviceRules(Section, frozen=True, kw_only=True):
    """One entry for each recommendation (measures.md 4)."""

    reach_out: Advice = Advice(role="coordinator", due_days=1)
    check_in: Advice = Advice(role="therapist", due_days=2)
    offer_make_up: Advice = Advice(role="coordinator", due_days=1)
    technical_support: Advice = Advice(role="technical_support", due_days=2)
    care_plan_review: Advice = Advice(role="therapist", due_days=5)
    attendance_review: Advice = Advice(role="clinical_lead", due_days=5)
    treatment_review: Advice = Advice(role="clinical_lead", due_days=5)
    not_scheduled: Advice = Advice(role="coordinator", due_days=2)
    recognise: Advice = Advice(role="therapist", due_days=5)
