"""Recommendations: something for a person to decide, never an action (measures.md 4).

Each kind gathers reasons. A recommendation is open while a reason lasts that began after the
latest check-in or review that names the recommendation or the reason; else it is resolved.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

from schemas.instants import DAY_MS, instant, milliseconds
from schemas.policy import Policies, Policy
from schemas.policy_care import Advice
from schemas.recommendation import Reason, Recommendation, RecommendationKind
from streams.care.calendar import end_of_working_day
from streams.care.membership import enrolment_at
from streams.care.staff import Said, talks_at
from streams.identity import identify

KINDS: tuple[RecommendationKind, ...] = get_args(RecommendationKind)
LABELS: Mapping[RecommendationKind, str] = {
    "reach_out": "reach out: not seen",
    "check_in": "talk with the person, one to one",
    "offer_make_up": "offer a session to make up",
    "technical_support": "help with the technology",
    "care_plan_review": "review the care plan",
    "attendance_review": "review of attendance, for people to hold and decide",
    "treatment_review": "review of treatment, for people to hold and decide",
    "not_scheduled": "enrolled, and nothing is planned",
    "recognise": "say what went well",
}


class Ground(NamedTuple):
    """One reason for a recommendation: an output's or fact's id, what it is, since when (ms).

    `lasts`: false once it has ended by itself. `names`: what else a talk about it may name.
    `first_at` (ms) is when what it is about began, if that is older than the reason.
    """

    kind: RecommendationKind
    id: str
    what: str
    began_at: int
    lasts: bool
    names: tuple[str, ...] = ()
    first_at: int | None = None


class Advised(NamedTuple):
    """A recommendation with its grounds: those that make it open, or the last ones it had."""

    id: str
    kind: RecommendationKind
    program: str
    grounds: list[Ground]
    holds: bool


def recommendation_id(participant: str, program: str, kind: RecommendationKind) -> str:
    """There is one recommendation of a kind in a program; its reasons come and go."""
    return identify("recommendation", participant, program, kind)


def advise(
    participant: str, program: str, grounds: Sequence[Ground], staff: Said, reasons: dict[str, str]
) -> list[Advised]:
    """What follows from all grounds that there are, or were; `reasons` learns what was waived."""
    advised: list[Advised] = []
    for kind in KINDS:
        found = [each for each in grounds if each.kind == kind]
        if not found:
            continue
        name = recommendation_id(participant, program, kind)
        latest = max(each.began_at for each in found)
        waived_until = _waived_until(name, staff)
        holding = [
            each
            for each in found
            if each.lasts and each.began_at > waived_until and not handled(name, each, staff)
        ]
        if not holding and latest <= waived_until:
            reasons[name] = "waived"
            continue
        shown = holding or [each for each in found if each.began_at == latest]
        shown.sort(key=lambda each: (each.began_at, each.id, each.what))
        advised.append(Advised(name, kind, program, shown, bool(holding)))
    return advised


def _waived_until(name: str, staff: Said) -> int:
    """The reasons that there were when staff waived it are waived, not those that come later."""
    waiver = staff.waived.get(name)
    return -1 if waiver is None else milliseconds(waiver.at)


def handled(name: str, ground: Ground, staff: Said) -> bool:
    """Whether a check-in or review names the recommendation or this reason since it began."""
    talks = talks_at(staff, {name, ground.id, *ground.names})
    return any(ground.began_at <= at for at in talks)


def recommendation(
    participant: str, advised: Advised, staff: Said, policies: Policies, now: int
) -> Recommendation:
    """The record of a recommendation, without publication data."""
    began_at = advised.grounds[0].began_at
    policy = policies.at(advised.program, began_at)
    newcomer = _newcomer(advised.program, began_at, staff, policy)
    advice: Advice = getattr(policy.advice, advised.kind)
    days = min(advice.due_days, policy.newcomer.due_days) if newcomer else advice.due_days
    due_at = end_of_working_day(began_at, days, policy.zone, policy.calendar)
    taken, put_off = staff.acknowledged.get(advised.id), staff.snoozed.get(advised.id)
    return Recommendation(
        id=advised.id,
        kind=advised.kind,
        participant=participant,
        program=advised.program,
        role=advice.role,
        label=LABELS[advised.kind],
        reasons=tuple(
            Reason(id=each.id, what=each.what, began_at=instant(each.began_at))
            for each in advised.grounds
        ),
        began_at=instant(began_at),
        due_at=instant(due_at),
        newcomer=newcomer,
        evidence={"reasons": len(advised.grounds), "due_working_days": days},
        policy=policy.version,
        acknowledged_at=(
            taken.at if taken is not None and milliseconds(taken.at) >= began_at else None
        ),
        snoozed_until=(
            put_off.until if put_off is not None and milliseconds(put_off.until) > now else None
        ),
    )


def _newcomer(program: str, at: int, staff: Said, policy: Policy) -> bool:
    enrolment = enrolment_at(staff, program, at)
    return enrolment is not None and at < enrolment.begins + policy.newcomer.weeks * 7 * DAY_MS


def snoozes(staff: Said) -> Iterable[int]:
    """When recommendations come back that were put off, in ms."""
    return (milliseconds(fact.until) for fact in staff.snoozed.values())
