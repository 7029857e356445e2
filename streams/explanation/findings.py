"""Findings: for each rule the figure, the threshold, and whether it was met (measures.md 1.6)."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from msgspec import to_builtins

from schemas.instants import milliseconds
from schemas.score import Episode, Finding, FindingRule
from streams import wording
from streams.care.violations import LABELS
from streams.explanation.view import Section, View
from streams.intervals import reached
from streams.readable import duration, share, stretch


def findings(view: View) -> Section:
    """Every rule about a person, found or not, with why."""
    found = {finding.rule: finding for finding in view.picture.found[view.participant].findings}
    unjudged = _unjudged(view)
    lines = [f"nothing is looked for: {unjudged}"] if unjudged else list(_lines(found, view))
    figures: dict[str, Any] = {
        rule: to_builtins(finding.episodes) for rule, finding in found.items()
    }
    return Section("findings", "Findings", lines, figures)


def _lines(found: dict[FindingRule, Finding], view: View) -> Iterator[str]:
    for rule, measure in MEASURES.items():
        finding = found.get(rule)
        label = LABELS[rule][view.picture.course.over]
        yield f"{'FOUND' if finding else 'no':<6}{label} ({rule}): {measure(view)}"
        if finding is not None:
            for episode in finding.episodes:
                yield f"      {_episode(episode, view)}"


def _unjudged(view: View) -> str | None:
    plan, seen = view.picture.plan, view.picture.window
    if plan is None:
        return "nobody announced this session"
    if seen.void_reason is not None:
        return f"the session counts for nobody, because {wording.void(seen.void_reason)}"
    if seen.needs_review is not None:
        return f"staff must decide first: {wording.review(seen.needs_review)}"
    if plan.delivery == "report" and not view.picture.course.over:
        return "its report is still to come"
    if not view.person.own_window and not view.person.passing:
        return "there is no window yet" if not view.picture.course.over else "there is no window"
    return None


def _episode(episode: Episode, view: View) -> str:
    since = milliseconds(episode.since)
    when = f"from {view.clock(since)}"
    if episode.until is not None:
        when = stretch(since, milliseconds(episode.until), view.zone)
    lasted = episode.figures.get("off_ms", episode.figures.get("away_ms"))
    return f"{when} ({duration(lasted)})" if isinstance(lasted, int) else when


def _no_show(view: View) -> str:
    after = view.policy.attendance.no_show_after
    if view.person.place is None:
        return "they are not on the roster"
    deadline = reached(view.person.own_window, after)
    if deadline is None:
        return f"the window has not yet lasted {duration(after)}"
    arrived_at = view.person.attendance.arrived_at
    arrived = "never arrived" if arrived_at is None else f"arrived {view.clock(arrived_at)}"
    return f"{arrived}; expected by {view.clock(deadline)}, {duration(after)} into the window"


def _late(view: View) -> str:
    late_ms, after = view.person.attendance.late_ms, view.policy.attendance.late_after
    if late_ms is None:
        return "never arrived"
    return f"{duration(late_ms)} late, allowed {duration(after)}"


def _left_early(view: View) -> str:
    after = view.policy.attendance.left_early_after
    gone, between = view.person.attendance.left_early_ms, view.person.attendance.longest_gap_ms
    if gone is None:
        return "never there"
    return (
        f"gone for {duration(between)} at most in between, and {duration(gone)} at the end; "
        f"allowed {duration(after)} each time"
    )


def _low_attendance(view: View) -> str:
    measured, credit_at = view.person.attendance, view.policy.attendance.credit_at
    if not view.picture.course.over:
        return "only once the session is over"
    if measured.arrived_at is None:
        return "only for somebody who arrived"
    attended = share(Fraction(measured.attended_ms, measured.window_ms))
    return f"{attended} attended, {share(credit_at)} asked for"


def _camera_off(view: View) -> str:
    figures, rules, plan = view.person.camera, view.policy.camera, view.picture.plan
    if figures.status in ("unknown", "exempt"):
        return f"the camera is {figures.status}"
    if plan is not None and plan.kind not in rules.required_for:
        return f"not asked for in a session of kind {plan.kind}"
    exact = figures.share(rules.min_measured)
    if exact is None:
        return f"less than {duration(rules.min_measured)} measured"
    longest = max((end - begin for begin, end in figures.off), default=0)
    return (
        f"on for {share(Fraction(*exact))}, {share(rules.minimum)} asked for; "
        f"off for {duration(longest)} at most, allowed {duration(rules.off_after)}"
    )


def _low_participation(view: View) -> str:
    measured = view.person.participation
    if not view.picture.course.over:
        return "only once the session is over"
    if measured.ramp != 1:
        return "not in the first weeks after enrolment"
    return f"level {measured.level}"


MEASURES: dict[FindingRule, Callable[[View], str]] = {
    "no_show": _no_show,
    "late": _late,
    "left_early": _left_early,
    "low_attendance": _low_attendance,
    "camera_off": _camera_off,
    "low_participation": _low_participation,
}
