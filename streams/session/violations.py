"""Violations of the session itself: its host's or the source's, never a person's (1.6)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.instants import instant, instant_or_none
from schemas.policy import Policy
from schemas.score import Episode, Figures
from schemas.violation import Rule, Severity, Violation
from streams.identity import identify
from streams.intervals import clip, intersect, length
from streams.session.surroundings import Surroundings
from streams.session.waiting import WaitingStay
from streams.session.window import Course, Window

LABELS: Mapping[Rule, str] = {
    "host_absent": "no host seen",
    "no_signal": "nothing received from the session",
    "not_admitted": "kept waiting",
    "group_too_large": "group larger than planned",
}


class Stretch(NamedTuple):
    """One episode in milliseconds; `until` is None while it lasts."""

    since: int
    until: int | None
    figures: Figures


def own_violations(
    session: str, view: Surroundings, measured: Iterable[str], looks: list[int]
) -> list[tuple[Violation, str]]:
    """(violation, status) of everything the session itself broke.

    Only of the people who were `measured` anybody can have been kept waiting.
    """
    course = view.course
    if course.plan is None or course.plan.cancelled:
        return []
    found = []
    silence = _no_signal(view, looks)
    rules: list[tuple[Rule, Severity, list[Stretch]]] = [
        ("no_signal", "warning", silence),
        ("host_absent", "warning", _host_absent(view, silence, looks)),
        ("group_too_large", "info", _group_too_large(view)),
    ]
    for rule, severity, stretches in rules:
        if stretches:
            found.append(_violation(session, view, rule, severity, stretches, None))
    for name in measured:
        waiting = view.stays[name].waiting
        kept = not_admitted(view.course, view.window, view.policy, waiting, looks)
        if kept:
            found.append(_violation(session, view, "not_admitted", "warning", kept, name))
    return found


def _no_signal(view: Surroundings, looks: list[int]) -> list[Stretch]:
    course, plan = view.course, view.course.plan
    if plan is None or plan.delivery != "live":
        return []
    deadline = plan.starts_at + view.policy.host.absent_after
    looks.append(deadline)
    first = view.facts.first_signal
    if course.now < deadline or (first is not None and first <= deadline):
        return []
    return [Stretch(deadline, first, _threshold(view))]


def _host_absent(view: Surroundings, silence: list[Stretch], looks: list[int]) -> list[Stretch]:
    course, plan = view.course, view.course.plan
    if plan is None or not plan.hosts or plan.delivery != "live":
        return []
    deadline = plan.starts_at + view.policy.host.absent_after
    looks.append(deadline)
    seen = next((max(a, plan.starts_at) for a, b in view.hosted if b > plan.starts_at), None)
    since = deadline
    if silence:
        if silence[0].until is None:
            return []
        since = silence[0].until
        looks.append(since)
    if course.now < since or (seen is not None and seen <= since):
        return []
    return [Stretch(since, seen if seen is None or seen < course.end else None, _threshold(view))]


def _threshold(view: Surroundings) -> Figures:
    return {"threshold_ms": int(view.policy.host.absent_after)}


def not_admitted(
    course: Course, window: Window, policy: Policy, waiting: Sequence[WaitingStay], looks: list[int]
) -> list[Stretch]:
    """Stays in the waiting room longer than allowed while a host was there."""
    if not waiting:
        return []
    after = policy.waiting.not_admitted_after
    hosted = window.scheduled
    if window.hosted is not None:
        hosted = intersect(hosted, window.hosted)
    hosted_now = not course.over and any(a <= course.now < b for a, b in hosted)
    hosted = clip(hosted, None, course.now)
    stretches = []
    for each in waiting:
        until = min(course.now, course.end) if each.until is None else each.until
        waited = length(clip(hosted, each.since, until))
        if waited > after:
            figures: Figures = {"waited_ms": waited, "threshold_ms": int(after)}
            stretches.append(Stretch(each.since, each.until if each.admitted else None, figures))
        elif each.until is None and hosted_now:
            looks.append(course.now + after - waited + 1)
    return stretches


def _group_too_large(view: Surroundings) -> list[Stretch]:
    course, plan = view.course, view.course.plan
    largest = view.policy.group.max_size
    if plan is None or plan.kind != "group" or len(view.attending) <= largest:
        return []
    steps: Counter[int] = Counter()
    for name in view.attending:
        for begin, end in clip(view.stays[name].whole, plan.starts_at, course.end):
            steps[begin] += 1
            steps[end] -= 1
    stretches: list[Stretch] = []
    size, since, peak = 0, None, 0
    for at in sorted(steps):
        size += steps[at]
        peak = max(peak, size)
        if size > largest and since is None:
            since, peak = at, size
        elif size <= largest and since is not None:
            lasts = at > course.now and not course.over
            figures: Figures = {"people": peak, "threshold": largest}
            stretches.append(Stretch(since, None if lasts else at, figures))
            since = None
    return stretches


def _violation(
    session: str,
    view: Surroundings,
    rule: Rule,
    severity: Severity,
    stretches: list[Stretch],
    participant: str | None,
) -> tuple[Violation, str]:
    plan = view.course.plan
    still_open = any(stretch.until is None for stretch in stretches)
    status = "resolved"
    if still_open:
        status = "stood" if view.course.phase == "final" else "open"
    violation = Violation(
        id=identify("violation", session, rule, participant or ""),
        incident=identify("incident", session, participant or ""),
        rule=rule,
        severity=severity,
        label=LABELS[rule],
        participant=participant,
        session=session,
        program=None if plan is None else plan.program,
        since=instant(stretches[0].since),
        until=None if still_open else instant_or_none(stretches[-1].until),
        episodes=tuple(
            Episode(since=instant(s.since), until=instant_or_none(s.until), figures=s.figures)
            for s in stretches
        ),
        evidence=stretches[-1].figures,
        policy=view.policy.version,
    )
    return violation, status
