"""Scores and violations of a log as text: session by session, person by person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from schemas.instants import milliseconds
from schemas.score import Score
from schemas.violation import Violation
from streams import wording
from streams.readable import clock, day

HEADINGS = (
    "participant",
    "standing",
    "attended",
    "of",
    "share",
    "late",
    "reconnects",
    "camera",
    "participation",
)
WORDS = 2
"""So many columns are words; the others are figures."""
NOTHING_SEEN = frozenset({"unknown", "exempt"})
STATUSES = {"opened": "open", "updated": "open"}

Row = tuple[str, ...]


def text(scores: Iterable[Score], violations: Iterable[Violation], zone: tzinfo) -> Iterator[str]:
    """Every score, below it what is held against the person; instants are shown in `zone`."""
    about: dict[tuple[str | None, str | None], list[Violation]] = defaultdict(list)
    for violation in violations:
        about[violation.session, violation.participant].append(violation)
    people = [(score, _row(score)) for score in sorted(scores, key=_place)]
    if not people:
        yield "no session is in these records"
        return
    widths = [
        max(map(len, column)) for column in zip(HEADINGS, *(r for _, r in people), strict=True)
    ]
    yield f"times in {zone}"
    for session, group in groupby(people, key=lambda each: each[0].session):
        there = list(group)
        yield ""
        yield from _session(there[0][0], about[session, None], zone)
        yield _aligned(HEADINGS, widths)
        for score, row in there:
            yield _aligned(row, widths)
            for violation in about[session, score.participant]:
                yield f"      {_violation(violation, zone)}"
    yield from _weeks(about, zone)


def _weeks(
    about: Mapping[tuple[str | None, str | None], list[Violation]], zone: tzinfo
) -> Iterator[str]:
    """What is held against people's weeks, person by person."""
    people = sorted(name for session, name in about if session is None and name is not None)
    if people:
        yield ""
        yield "weeks"
    for name in people:
        yield f"  {name}"
        for violation in about[None, name]:
            week = f"{violation.program}, week of {violation.week}"
            yield f"      {week}: {_violation(violation, zone)}"


def _place(score: Score) -> tuple[float, str, str]:
    starts_at = 0.0 if score.starts_at is None else score.starts_at.timestamp()
    return (starts_at, score.session, score.participant)


def _session(score: Score, violations: Iterable[Violation], zone: tzinfo) -> Iterator[str]:
    what = "on no schedule" if score.program is None else f"{score.program}, {score.kind}"
    yield f"{score.session}: {what}{_times(score, zone)}, {score.phase}"
    if score.void_reason is not None:
        yield f"    counts for nobody: {wording.void(score.void_reason)}"
    if score.needs_review is not None:
        yield f"    staff must decide: {wording.review(score.needs_review)}"
    for violation in violations:
        yield f"    {_violation(violation, zone)}"


def _times(score: Score, zone: tzinfo) -> str:
    if score.starts_at is None or score.ends_at is None:
        return ""
    begins = milliseconds(score.starts_at)
    return f", {day(begins, zone)} {_minute(score.starts_at, zone)}-{_minute(score.ends_at, zone)}"


def _minute(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _row(score: Score) -> Row:
    level = "" if score.participation is None else f" {score.participation:g}"
    camera = score.camera_status if score.camera_status in NOTHING_SEEN else share(score.camera)
    return (
        score.participant,
        wording.STANDINGS[score.standing],
        minutes(score.attended_ms),
        minutes(score.window_ms),
        share(score.attendance),
        minutes(score.late_ms),
        str(score.reconnects),
        camera,
        f"{score.level}{level}",
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = zip(row, widths, strict=True)
    padded = [
        cell.ljust(width) if place < WORDS else cell.rjust(width)
        for place, (cell, width) in enumerate(cells)
    ]
    return f"  {'  '.join(padded)}".rstrip()


def _violation(violation: Violation, zone: tzinfo) -> str:
    status = STATUSES.get(violation.status, violation.status)
    if violation.excuse == "pending":
        status += ", an absence was announced and staff must decide"
    until = "" if violation.until is None else f" to {clock(milliseconds(violation.until), zone)}"
    return (
        f"{violation.label} ({violation.rule}): {violation.severity}, {status}, "
        f"from {clock(milliseconds(violation.since), zone)}{until}"
    )


def share(value: float | None) -> str:
    """A share as per cent for reading; `-` where there is none."""
    return "-" if value is None else f"{100 * value:.1f} %"


def minutes(value_ms: int | None) -> str:
    """Milliseconds as minutes for reading; `-` where there are none."""
    return "-" if value_ms is None else f"{value_ms / 60_000:.1f} min"
