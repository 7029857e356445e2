"""The demo's summary: what a program manager reads after the evening."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import get_args

from schemas.instants import milliseconds
from schemas.score import Level, Score
from schemas.violation import Violation
from streams import wording
from streams.readable import counted, day, duration
from streams.recap import Recap, SessionRecap
from streams.telling import Correction, Telling

EXAMPLES = 5
LEVELS = get_args(Level)
ENDS = ("open", "resolved", "stood", "retracted")


def summary(recap: Recap, telling: Telling, repeated: int, zone: tzinfo) -> Iterator[str]:
    """The whole summary, line by line; times are in `zone`."""
    starts = [each.starts_at for each in recap.sessions if each.starts_at is not None]
    when = day(milliseconds(min(starts)), zone) if starts else ""
    yield f"{counted(len(recap.sessions), 'session')} on {when}, times in {zone}"
    yield "attended: of those asked to come; minutes: on average, of those who came;"
    yield f"took part: how many were {'/'.join(LEVELS)}"
    yield from _sessions(recap.sessions, zone)
    yield ""
    yield from _rules(recap)
    yield ""
    yield "People worth a look"
    for case in recap.cases[:EXAMPLES]:
        yield f"  {_case(case.score)}"
        yield f"    {'; '.join(_seen(violation) for violation in case.held)}"
    if len(recap.cases) > EXAMPLES:
        yield f"  and {len(recap.cases) - EXAMPLES} more with something held against them"
    if recap.retracted:
        yield ""
        yield "Taken back, and why"
        yield from _retracted(recap.retracted)
    yield ""
    yield from _late(telling, repeated)


def _sessions(sessions: Sequence[SessionRecap], zone: tzinfo) -> Iterator[str]:
    for (program, kind), group in groupby(sessions, key=lambda each: (each.program, each.kind)):
        yield ""
        title = f"{program}, {kind}" if program else "Not on any schedule"
        yield f"{title:<24}  attended  partial  absent  minutes  took part"
        for session in group:
            yield _session(session, zone)
            for remark in session.remarks:
                yield f"    {remark}"


def _session(session: SessionRecap, zone: tzinfo) -> str:
    standings = session.standings
    if not session.asked:
        attended, partial, absent = counted(session.guests, "guest"), "", ""
    elif standings["void"] == session.asked:
        attended, partial, absent = "-", "-", "-"
    else:
        attended = f"{standings['attended']} of {session.asked - standings['void']}"
        partial, absent = str(standings["partial"]), str(standings["absent"])
    minutes = "-" if session.attended_ms is None else f"{session.attended_ms / 60_000:.0f}"
    levels = "/".join(str(session.levels[level]) for level in LEVELS)
    return (
        f"  {_time(session.starts_at, zone)}-{_time(session.ends_at, zone)} {session.session:<10}"
        f" {attended:>9} {partial:>8} {absent:>7} {minutes:>8}  {levels}"
    )


def _time(at: datetime | None, zone: tzinfo) -> str:
    return "  ?  " if at is None else f"{at.astimezone(zone):%H:%M}"


def _rules(recap: Recap) -> Iterator[str]:
    heads = f"{'opened':>8}{'open':>6}{'resolved':>10}{'stood':>7}{'taken back':>12}"
    yield f"{'Violations':<36}{heads}"
    together: Counter[str] = Counter()
    for rule in recap.rules:
        together += rule.statuses
        yield _counts(rule.label, rule.ever, rule.statuses)
    yield _counts("together", together.total(), together)


def _counts(label: str, ever: int, statuses: Counter[str]) -> str:
    still_open, resolved, stood, retracted = (statuses[end] for end in ENDS)
    return f"  {label:<34}{ever:>8}{still_open:>6}{resolved:>10}{stood:>7}{retracted:>12}"


def _case(score: Score) -> str:
    return (
        f"{score.participant} in {score.session} ({score.program}, {score.kind}), "
        f"{wording.STANDINGS[score.standing]}"
    )


def _seen(violation: Violation) -> str:
    """A violation with the figure that says most."""
    evidence, label = violation.evidence, violation.label
    if violation.severity == "critical":
        return f"{label}, and nobody has reached them"
    match violation.rule:
        case "late":
            return f"{label}, by {_duration(evidence['late_ms'])}"
        case "left_early":
            return f"{label}, for {_duration(evidence['away_ms'])}"
        case "low_attendance":
            return f"{label}, {_share(evidence['attendance'])}"
        case "camera_off" if evidence.get("camera") is not None:
            return f"{label}, on {_share(evidence['camera'])}"
        case "low_participation":
            return f"{label}, {evidence['participation']} of 100"
        case _:
            return label


def _duration(ms: object) -> str:
    return duration(int(str(ms)) // 1000 * 1000)


def _share(value: object) -> str:
    return f"{100 * float(str(value)):.0f} %"


def _retracted(violations: Sequence[Violation]) -> Iterator[str]:
    for code, group in groupby(violations, key=lambda each: each.reason or ""):
        found = list(group)
        shown = [
            f"{each.participant or 'the session'} in {_where(each)} ({each.label})"
            for each in found[:2]
        ]
        if len(found) > len(shown):
            shown.append(f"{len(found) - len(shown)} more")
        yield f"  {wording.acquittal(code)}: {', '.join(shown)}"


def _where(violation: Violation) -> str:
    """What is about no single session is about a week, or about a program as a whole."""
    if violation.session is not None:
        return violation.session
    return f"the week of {violation.week}" if violation.week else violation.program or "-"


def _late(telling: Telling, repeated: int) -> Iterator[str]:
    corrections = telling.corrections
    final = sum(correction.final for correction in corrections)
    people = len({correction.after.id for correction in corrections})
    yield "What came late, twice, or not at all, in all weeks"
    yield f"  {counted(repeated, 'repeated record')} changed nothing"
    yield (
        f"  {counted(len(corrections), 'correction')} after a session was over, of "
        f"{counted(people, 'score')}; {final} after it was final"
    )
    # The largest of each session: one decision may correct everybody in it.
    largest = {each.after.session: each for each in sorted(corrections, key=_size)}
    for correction in sorted(largest.values(), key=_size, reverse=True)[:EXAMPLES]:
        yield f"    {_correction(correction)}"
    refused = [f"{number} {reason}" for reason, number in sorted(telling.refused.items())]
    yield f"  {counted(telling.refused.total(), 'record')} refused" + (
        f": {', '.join(refused)}" if refused else ""
    )


def _size(correction: Correction) -> tuple[bool, int]:
    before, after, _ = correction
    return (before.standing != after.standing, abs(before.attended_ms - after.attended_ms))


def _correction(correction: Correction) -> str:
    before, after, _ = correction
    if after.withdrawn:
        return f"{after.participant} in {after.session}: no longer in the session"
    figures = (
        ("", wording.STANDINGS[before.standing], wording.STANDINGS[after.standing]),
        ("", _duration(before.attended_ms), _duration(after.attended_ms)),
        ("camera ", _figure(before.camera), _figure(after.camera)),
        ("participation ", _figure(before.participation), _figure(after.participation)),
    )
    changed = [f"{name}{was} became {becomes}" for name, was, becomes in figures if was != becomes]
    return f"{after.participant} in {after.session}: {'; '.join(changed) or 'its window'}"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"
