"""Assess: everything true of one participant at one instant, as outputs for the ledger.

In flow order: what staff said, the excuse of each session, its outcome, programs week by week,
violations in sessions and beyond them, and what somebody should look at.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from schemas.policy import Policies
from streams.care.concern import Concern
from streams.care.concerns import concerns
from streams.care.excuse import excuses, expiries
from streams.care.facts import CareFacts, Result
from streams.care.grounds import grounds
from streams.care.membership import asked_to, turns
from streams.care.outcome import Outcomes, outcomes
from streams.care.program import ProgramView, programs
from streams.care.publish import advised_output, concern_output, held_output, week_output
from streams.care.recommendations import Advised, advise, recommendation_id, snoozes
from streams.care.staff import Said, said
from streams.care.violations import Held, judge
from streams.intervals import clip, union
from streams.stage import Assessment, Output

PLANNED = "something is planned, or nothing is asked any more"
"""Why nobody needs to look for sessions for the person any longer."""


class Picture(NamedTuple):
    """A participant as judged at one instant; `reasons` say why violations are not held."""

    staff: Said
    found: Outcomes
    programs: list[ProgramView]
    held: list[tuple[Result, Held]]
    concerns: list[Concern]
    advised: list[Advised]
    reasons: dict[str, str]
    looks: list[int]


def judged(participant: str, facts: CareFacts, policies: Policies, now: int) -> Picture:
    """Judge everything about one participant at `now` ms."""
    staff = said(facts.staff)
    asked = asked_to(facts.results.values(), staff, policies)
    excused = excuses(facts.results.values(), staff, asked, policies)
    found = outcomes(facts.results, staff, asked, excused, policies, now)
    views = programs(facts, staff, found, policies, now)
    reasons: dict[str, str] = {}
    held: list[tuple[Result, Held]] = []
    for _, result in sorted(facts.results.items()):
        judgement = judge(participant, result, excused[result.session], staff, asked, now)
        reasons |= judgement.reasons
        held += ((result, each) for each in judgement.held)
    worries: list[Concern] = []
    advised: list[Advised] = []
    for view in views:
        own = _kept(concerns(participant, view, staff), staff, reasons)
        worries += own
        why = grounds(participant, view, held, own, staff, now)
        advised += advise(participant, view.name, why, staff, reasons)
        if view.name in staff.stays:
            reasons.setdefault(recommendation_id(participant, view.name, "not_scheduled"), PLANNED)
    looks = [*expiries(excused), *turns(staff), *snoozes(staff), *found.links.arranged.values()]
    looks += _closings(views)
    return Picture(staff, found, views, held, worries, advised, reasons, looks)


def _kept(found: Iterable[Concern], staff: Said, reasons: dict[str, str]) -> list[Concern]:
    """Those that staff did not waive."""
    kept = []
    for each in found:
        if each.id in staff.waived:
            reasons[each.id] = "waived"
        else:
            kept.append(each)
    return kept


def _closings(views: Iterable[ProgramView]) -> Iterator[int]:
    for view in views:
        for week in view.weeks:
            yield week.tally.closes_at
            if week.tally.mendable_until is not None:
                yield week.tally.mendable_until


def assess(participant: str, facts: CareFacts, policies: Policies, now: int) -> Assessment:
    """Every week, violation and recommendation of one participant, and when to look again.

    Finished, so that the facts may be packed, means that no session is in progress.
    """
    picture = judged(participant, facts, policies, now)
    overlapping = _overlapping(facts.results)
    outputs: list[Output] = [held_output(participant, *each) for each in picture.held]
    outputs += (concern_output(participant, each) for each in picture.concerns)
    for view in picture.programs:
        outputs += (
            week_output(participant, view.name, week, picture.found.links, overlapping)
            for week in view.weeks
        )
    outputs += (
        advised_output(participant, each, picture.staff, policies, now) for each in picture.advised
    )
    return Assessment(
        outputs=outputs,
        next_look=min((at for at in picture.looks if at > now), default=None),
        finished=not any(_in_progress(each, now) for each in facts.results.values()),
        reasons=picture.reasons,
    )


def _in_progress(result: Result, now: int) -> bool:
    return result.phase != "final" and (result.starts_at or 0) <= now


def _overlapping(results: Mapping[str, Result]) -> set[str]:
    """Sessions in which the person was while they were in another one; void ones are none.

    What lies outside of a session's own time is not looked at: a room may be entered before it,
    and stayed in for the next.
    """
    seen = sorted(
        (begin, end, each.session)
        for each in results.values()
        if not (each.withdrawn or each.void)
        for begin, end in clip(union(each.observed), each.starts_at, each.ends_at)
    )
    found: set[str] = set()
    latest: tuple[int, str] | None = None
    for begin, end, session in seen:
        if latest is not None and begin < latest[0] and session != latest[1]:
            found |= {session, latest[1]}
        if latest is None or end > latest[0]:
            latest = (end, session)
    return found
