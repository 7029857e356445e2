"""Findings: what a rule looks for in one person's session (measures.md 1.6).

Each rule returns its episodes. An episode begins where the rule was first broken (a no-show at
its deadline, lateness on arrival, time away and camera off with the stretch itself) and
`until` stays null for what is never mended. Thresholds count window time.
"""

from typing import NamedTuple

from schemas.instants import instant, instant_or_none
from schemas.policy import Policy
from schemas.score import Episode, Figures, Finding, FindingRule
from streams.intervals import gaps, intersect, length, reached
from streams.session.attendee import Attendee, at_least
from streams.session.camera import present_since
from streams.session.participation import tenths
from streams.session.window import Course, Window


class Found(NamedTuple):
    """Findings in a fixed order, and when time alone may change them."""

    findings: tuple[Finding, ...]
    looks: list[int]


def findings(person: Attendee, course: Course, window: Window, policy: Policy) -> Found:
    """Everything found about one person; nothing where nobody may be judged."""
    plan = course.plan
    waiting_for_report = plan is not None and plan.delivery == "report" and not course.over
    if plan is None or window.void_reason or window.needs_review or waiting_for_report:
        return Found((), [])
    if not person.own_window and not person.passing:
        return Found((), [])
    looks: list[int] = []
    kept: list[Finding] = []
    rules: tuple[tuple[FindingRule, list[Episode]], ...] = (
        ("no_show", _no_show(person, course, policy, looks)),
        ("late", _late(person, policy)),
        ("left_early", _left_early(person, course, policy, looks)),
        ("low_attendance", _low_attendance(person, course, policy)),
        ("camera_off", _camera_off(person, course, policy, looks)),
        ("low_participation", _low_participation(person, course, policy)),
    )
    for rule, episodes in rules:
        if episodes:
            kept.append(Finding(rule=rule, episodes=tuple(episodes)))
    return Found(tuple(kept), looks)


def _episode(since: int, until: int | None, figures: Figures) -> Episode:
    return Episode(since=instant(since), until=instant_or_none(until), figures=figures)


def _no_show(person: Attendee, course: Course, policy: Policy, looks: list[int]) -> list[Episode]:
    if person.place is None:
        return []
    after = policy.attendance.no_show_after
    arrived_at = person.attendance.arrived_at
    deadline = reached(person.own_window, after)
    if deadline is None:
        if arrived_at is None and person.passing:
            looks.append(course.now + after - person.attendance.window_ms)
        return []
    if arrived_at is not None and arrived_at <= deadline:
        return []
    return [_episode(deadline, arrived_at, {"threshold_ms": int(after)})]


def _late(person: Attendee, policy: Policy) -> list[Episode]:
    late_ms, after = person.attendance.late_ms, policy.attendance.late_after
    if person.attendance.arrived_at is None or late_ms is None or late_ms <= after:
        return []
    figures: Figures = {"late_ms": late_ms, "threshold_ms": int(after)}
    return [_episode(person.attendance.arrived_at, None, figures)]


def _left_early(
    person: Attendee, course: Course, policy: Policy, looks: list[int]
) -> list[Episode]:
    measured, after = person.attendance, policy.attendance.left_early_after
    arrived_at = measured.arrived_at
    # Time before arrival is lateness, and waiting is not being away.
    if arrived_at is None or not measured.presence or measured.presence[-1][1] <= arrived_at:
        return []
    episodes = []
    for gap in gaps(measured.presence):
        if gap[0] < arrived_at:
            continue
        away_ms = length(intersect([gap], person.own_window))
        if away_ms > after:
            figures: Figures = {"away_ms": away_ms, "threshold_ms": int(after)}
            episodes.append(_episode(gap[0], gap[1], figures))
    gone_ms = measured.left_early_ms
    if gone_ms is not None and gone_ms > after:
        figures = {"away_ms": gone_ms, "threshold_ms": int(after)}
        episodes.append(_episode(measured.presence[-1][1], None, figures))
    elif gone_ms is not None and person.passing and measured.presence[-1][1] <= course.now:
        looks.append(course.now + after - gone_ms + 1)
    return episodes


def _low_attendance(person: Attendee, course: Course, policy: Policy) -> list[Episode]:
    measured = person.attendance
    credit_at = policy.attendance.credit_at
    if not course.over or measured.arrived_at is None:
        return []
    if at_least(measured.attended_ms, measured.window_ms, credit_at):
        return []
    figures: Figures = {
        "attended_ms": measured.attended_ms,
        "inferred_ms": measured.inferred_ms,
        "window_ms": measured.window_ms,
        "attendance": round(measured.attended_ms / measured.window_ms, 4),
        "threshold": float(credit_at),
    }
    return [_episode(course.end, None, figures)]


def _camera_off(
    person: Attendee, course: Course, policy: Policy, looks: list[int]
) -> list[Episode]:
    plan, rules, figures = course.plan, policy.camera, person.camera
    if plan is None or plan.kind not in rules.required_for:
        return []
    if figures.status in ("unknown", "exempt"):
        return []
    share = figures.share(rules.min_measured)
    stays = course.over and share is not None and not at_least(*share, rules.minimum)
    episodes = []
    for begin, end in figures.off:
        off_ms = min(end, course.now) - begin
        if off_ms <= rules.off_after:
            continue
        lasts = end > course.now
        shown: Figures = {"off_ms": off_ms, "threshold_ms": int(rules.off_after)}
        if course.over and share is not None:
            shown["camera"] = round(share[0] / share[1], 4)
            shown["minimum"] = float(rules.minimum)
        episodes.append(_episode(begin, None if lasts or stays else end, shown))
    if figures.off and figures.off[-1][1] > course.now:
        looks.append(figures.off[-1][0] + rules.off_after + 1)
    elif person.passing:
        since = present_since(person.stay.whole, course.now)
        if since is not None and since + rules.grace > course.now:
            looks.append(since + rules.grace + rules.off_after + 1)
    return episodes


def _low_participation(person: Attendee, course: Course, policy: Policy) -> list[Episode]:
    measured = person.participation
    if not course.over or measured.level != "passive" or measured.ramp != 1:
        return []
    figures: Figures = {
        "participation": tenths(*(measured.exact or (0, 1))),
        "threshold": policy.participation.partial_at,
    }
    return [_episode(course.end, None, figures)]
