"""Lines about the absence from one session."""

from schemas.care import AbsenceDecided, AbsenceNotified, MakeUpArranged, Override
from schemas.instants import instant
from streams.casework.almanac import CaseError
from streams.casework.line import Line
from streams.casework.statement import Said, Scene, choices, reason_of, say, session_of


def notice(line: Line, scene: Scene) -> Said:
    """`notice Tue 16:00 ses-2 illness`."""
    at, session = line.moment(), session_of(line, scene)
    reasons = choices(AbsenceNotified, "reason")
    reason = line.one_of("a reason", reasons) if line.next else "other"
    return say(at, AbsenceNotified, session=session, reason=reason)._replace(awaits=session)


def decision(line: Line, scene: Scene) -> Said:
    """`decision Wed 09:00 ses-2 accepted`."""
    at, session = line.moment(), session_of(line, scene)
    accepted = line.one_of("the decision", ("accepted", "refused")) == "accepted"
    reason = reason_of(line)
    return say(at, AbsenceDecided, session=session, accepted=accepted, reason_code=reason)


def make_up(line: Line, scene: Scene) -> Said:
    """`make-up ses-2 by ses-9`: without a time arranged when the missed session has ended."""
    at = line.moment() if line.at_day else None
    session = session_of(line, scene)
    line.need("by")
    make_up = session_of(line, scene)
    if session == make_up:
        raise CaseError("a session cannot make up for itself")
    at = scene.visits[session].when[1] if at is None else at
    starts_at = instant(scene.visits[make_up].when[0])
    return say(at, MakeUpArranged, session=session, make_up=make_up, starts_at=starts_at)


def override(line: Line, scene: Scene) -> Said:
    """`override Wed 09:00 ses-2 credited`."""
    at, session = line.moment(), session_of(line, scene)
    outcome = line.one_of("an outcome", choices(Override, "outcome"))
    return say(at, Override, session=session, outcome=outcome, reason_code=reason_of(line))
