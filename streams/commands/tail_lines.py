"""One line for each published record, as people read it."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from schemas.outputs import Output
from schemas.recommendation import Recommendation
from schemas.score import Score
from schemas.violation import Violation
from schemas.week import Week
from streams.commands.score_text import minutes, share
from streams.glance.figures import attendance, standing

COLOURS = {"critical": "red", "warning": "yellow", "info": "cyan"}
OVER = frozenset({"resolved", "stood", "retracted"})


def line(record: Output) -> str:
    """Whom it is about, and what it says; in colour for a terminal."""
    about, said = LINES[type(record)](record)
    return f"{about:<12} {record.participant or '-':<12} {said}"


def _score(score: Score) -> tuple[str, str]:
    attended = f"{share(score.attendance)} of {minutes(score.window_ms)}"
    level = score.level if score.participation is None else f"{score.level} {score.participation}"
    marks: list[str] = [score.phase] if score.phase != "running" else []
    said = f"{score.standing:<9} {attended:<22} {level:<13} {', '.join(marks + _marks(score))}"
    return score.session, said.rstrip()


def _week(week: Week) -> tuple[str, str]:
    marks = [week.phase] if week.phase != "running" else []
    text = f"{week.program}: {standing(week)}, {attendance(week)}"
    return f"{week.week}", "  ".join((text, ", ".join(marks + _marks(week)))).rstrip()


def _violation(violation: Violation) -> tuple[str, str]:
    text = f"{violation.rule} {violation.status} ({violation.severity}): {violation.label}"
    if violation.excuse or violation.reason:
        text += f" [{violation.excuse or violation.reason}]"
    over = violation.status in OVER
    said = click.style(text, fg=None if over else COLOURS[violation.severity], dim=over)
    # The week says more of what is about a week than the session it began with.
    return f"{violation.week or violation.session or '-'}", said


def _recommendation(recommendation: Recommendation) -> tuple[str, str]:
    text = (
        f"{recommendation.kind} {recommendation.status} for {recommendation.role}"
        f" until {recommendation.due_at:%Y-%m-%d}: {recommendation.label}"
    )
    why = ", ".join(dict.fromkeys(reason.what for reason in recommendation.reasons))
    if recommendation.reason or why:
        text += f" [{recommendation.reason or why}]"
    over = recommendation.status in OVER
    return "-", click.style(text, fg=None if over else "magenta", dim=over)


def _marks(record: Score | Week) -> list[str]:
    return [name for name in ("correction", "withdrawn") if getattr(record, name)]


LINES: Mapping[type[Output], Callable[[Any], tuple[str, str]]] = {
    Score: _score,
    Week: _week,
    Violation: _violation,
    Recommendation: _recommendation,
}
