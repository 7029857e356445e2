"""Explain: the sections in flow order, from the plan to the judgement."""

from fractions import Fraction
from typing import Any, NamedTuple

from schemas.instants import instant
from streams import wording
from streams.care.violations import RULES
from streams.explanation.attendance import attendance
from streams.explanation.camera import camera
from streams.explanation.findings import findings
from streams.explanation.participation import participation
from streams.explanation.presence import presence
from streams.explanation.received import received
from streams.explanation.schedule import schedule
from streams.explanation.timeline import Row, rows
from streams.explanation.view import Section, View
from streams.explanation.violations import violations
from streams.explanation.window import window
from streams.readable import duration, share

SECTIONS = (
    schedule,
    window,
    received,
    presence,
    attendance,
    camera,
    participation,
    findings,
    violations,
)


class Explanation(NamedTuple):
    """A headline, the rows of a timeline, and the sections."""

    headline: list[str]
    timeline: list[Row]
    sections: list[Section]
    record: dict[str, Any]


def explain(view: View) -> Explanation:
    """Everything behind the score of one person in one session."""
    sections = [section(view) for section in SECTIONS]
    course = view.picture.course
    record = {
        "record": "explanation",
        "session": view.session,
        "participant": view.participant,
        "as_of": instant(course.now),
        "phase": course.phase,
        "standing": view.person.standing,
        **{section.name: section.figures for section in sections},
    }
    return Explanation(_headline(view), rows(view), sections, record)


def _headline(view: View) -> list[str]:
    """Who, when, and how it stands, in a few words."""
    score, course = view.score, view.picture.course
    attended = (
        "no window to attend"
        if score.attendance is None
        else (
            f"{duration(score.attended_ms)} of {duration(score.window_ms)}, "
            f"{share(Fraction(score.attended_ms, score.window_ms))}"
        )
    )
    shown = "unknown" if score.participation is None else f"{score.participation}, {score.level}"
    held = [
        violation.label
        for violation in view.violations
        if violation.rule in RULES and violation.status != "resolved"
    ]
    return [
        f"{view.participant} in session {view.session}",
        f"as known at {view.moment(course.now)} ({view.policy.zone}), {course.phase}",
        f"{wording.STANDINGS[score.standing]}: {attended}; participation {shown}",
        f"held against them: {', '.join(held) or 'nothing'}",
    ]
