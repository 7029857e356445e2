"""Grounds: which violations, weeks and enrolments are reasons for what (measures.md 4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.instants import milliseconds
from schemas.recommendation import RecommendationKind
from schemas.violation import Rule
from streams.care.concern import Concern
from streams.care.facts import Result
from streams.care.membership import away
from streams.care.program import PastWeek, ProgramView
from streams.care.recommendations import Ground, handled, recommendation_id
from streams.care.staff import Said, talks_at
from streams.care.violations import Held, incident_id
from streams.care.week import Tally
from streams.identity import identify

BY_RULE: Mapping[Rule, RecommendationKind] = {
    "absence_not_notified": "reach_out",
    "consecutive_unexcused": "check_in",
    "repeated_lateness": "check_in",
    "disengaged": "check_in",
    "technical_barrier": "technical_support",
    "participation_falling": "care_plan_review",
    "goal_missed": "care_plan_review",
}
REVIEWS: tuple[RecommendationKind, ...] = ("care_plan_review", "attendance_review")
FOUR = 4
"""Weeks met in a row that are worth a word, again and again."""


def week_id(participant: str, program: str, label: object) -> str:
    """The one week of a person in a program."""
    return identify("week", participant, program, str(label))


def grounds(
    participant: str,
    program: ProgramView,
    held: Iterable[tuple[Result, Held]],
    concerns: Sequence[Concern],
    staff: Said,
    now: int,
) -> list[Ground]:
    """Every reason that there is in one program, or was."""
    found = [
        *_not_seen(participant, program, held),
        *_of_concerns(participant, program, concerns),
        *_weeks_below(participant, program),
        *_nothing_planned(program, staff, now),
        *_went_well(participant, program),
    ]
    return [*found, *_no_change(participant, program, found, staff)]


def _seen_since(program: ProgramView, at: int) -> bool:
    """Whether the person came to any session later: then nobody needs to look for them."""
    return program.last_arrived_at is not None and program.last_arrived_at > at


def _not_seen(
    participant: str, program: ProgramView, held: Iterable[tuple[Result, Held]]
) -> Iterator[Ground]:
    for result, each in held:
        if each.finding.rule != "no_show" or result.program != program.name:
            continue
        began_at = milliseconds(each.finding.episodes[0].since)
        lasts = each.status != "resolved" and not _seen_since(program, began_at)
        names = (result.session, incident_id(participant, result.session))
        yield Ground("reach_out", each.id, "no_show", began_at, lasts, names)


def _of_concerns(
    participant: str, program: ProgramView, concerns: Iterable[Concern]
) -> Iterator[Ground]:
    weeks = {week.span.label: week for week in program.weeks}
    for each in concerns:
        lasts = each.status != "resolved"
        kind = BY_RULE.get(each.rule)
        if kind == "reach_out":
            lasts = lasts and not _seen_since(program, each.spells[-1][0])
        if kind is not None:
            yield _ground(participant, kind, each, lasts)
        if each.rule == "weekly_attendance" and each.week is not None:
            yield from _of_week(participant, program, each, weeks[each.week].tally)
        if each.rule == "consecutive_unexcused" and each.evidence["flagged_for_review"] == "true":
            yield _ground(participant, "attendance_review", each, lasts)


def _ground(participant: str, kind: RecommendationKind, concern: Concern, lasts: bool) -> Ground:
    names: tuple[str, ...] = ()
    if concern.rule == "absence_not_notified" and concern.session is not None:
        names = (concern.session, incident_id(participant, concern.session))
    elif concern.week is not None:
        names = (week_id(participant, concern.program, concern.week),)
    first_at = concern.spells[0][0]
    return Ground(kind, concern.id, concern.rule, concern.latest, lasts, names, first_at)


def _of_week(
    participant: str, program: ProgramView, concern: Concern, tally: Tally
) -> Iterator[Ground]:
    """A make-up is offered while one can still help; a week lost asks for a talk."""
    rules = tally.span.policy
    broken = concern.status != "resolved"
    if rules.make_up.allowed:
        missing = rules.week.minimum * tally.due
        reached = tally.earned + tally.to_come + tally.pending + tally.arranged
        helps = reached < missing <= reached + tally.mendable
        yield _ground(participant, "offer_make_up", concern, broken and helps)
    if concern.status == "stood" or not rules.make_up.allowed:
        latest = not program.past or program.past[-1].label <= tally.span.label
        yield _ground(participant, "check_in", concern, broken and latest)


def _weeks_below(participant: str, program: ProgramView) -> Iterator[Ground]:
    """Too many of the last weeks were below; the reason begins with the latest of them."""
    reviewed: list[tuple[int, int]] = []
    for count, week in enumerate(program.past, 1):
        if week.standing != "below" or week.view is None:
            continue
        rules = week.view.span.policy.review
        among = program.past[max(0, count - rules.among) : count]
        if sum(each.standing == "below" for each in among) >= rules.weeks_below:
            name = week_id(participant, program.name, week.label)
            recent = [
                each.label for each in program.past[-rules.among :] if each.standing == "below"
            ]
            lasts = week.label in recent and len(recent) >= rules.weeks_below
            began_at = week.view.tally.closes_at
            reviewed.append((count, began_at))
            first_at = next(at for number, at in reviewed if number > count - rules.among)
            yield Ground(
                "attendance_review", name, "weeks_below", began_at, lasts, first_at=first_at
            )


def _nothing_planned(program: ProgramView, staff: Said, now: int) -> Iterator[Ground]:
    enrolled = [each for each in staff.stays.get(program.name, ()) if each.holds(now)]
    planned = any(not each.result.over for each in program.counted)
    if not enrolled or planned or away(staff, program.name, now):
        return
    enrolment = enrolled[-1]
    ended = [
        each.result.ends_at for each in program.counted if each.result.ends_at > enrolment.begins
    ]
    began_at = max((enrolment.begins, *ended))
    yield Ground("not_scheduled", enrolment.fact.entity, "enrolment", began_at, lasts=True)


def _went_well(participant: str, program: ProgramView) -> Iterator[Ground]:
    """What the latest closed week deserves; older ones had their time."""
    for count, week in enumerate(program.past, 1):
        if week.view is None:
            continue
        name = week_id(participant, program.name, week.label)
        for what in _praise(program.past[: count - 1], week):
            lasts = count == len(program.past)
            yield Ground("recognise", name, what, week.view.tally.closes_at, lasts)


def _praise(before: Sequence[PastWeek], week: PastWeek) -> Iterator[str]:
    tally = week.view.tally if week.view is not None else None
    if tally is not None and week.standing == "met" and tally.earned == tally.due:
        yield "full_week"
    if before and before[-1].standing == "below" and week.standing in ("met", "passed"):
        yield "back_on_track"
    if len(before) > 1 and week.attended_ms > max(each.attended_ms for each in before):
        yield "personal_best"
    met = 0
    for each in (*before, week):
        met = met + 1 if each.standing == "met" else 0
    if met and met % FOUR == 0:
        yield "four_weeks_met"


def _no_change(
    participant: str, program: ProgramView, found: Sequence[Ground], staff: Said
) -> Iterator[Ground]:
    """A review is open, and things got worse after somebody had talked with the person."""
    checked = recommendation_id(participant, program.name, "check_in")
    for ground in found:
        if ground.kind not in REVIEWS or ground.first_at is None:
            continue
        review = recommendation_id(participant, program.name, ground.kind)
        talks = talks_at(staff, {checked, review, ground.id, *ground.names})
        if any(ground.first_at <= at < ground.began_at for at in talks):
            lasts = ground.lasts and not handled(review, ground, staff)
            yield Ground("treatment_review", review, ground.kind, ground.began_at, lasts)
