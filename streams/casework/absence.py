"""Lines about the absence from one session."""

from schemas.care import AbsenceDecided, AbsenceNotified, MakeUpArranged, Override
from schemas.instants import instant
from streams.casework.almanac import CaseError
from streams.casework.line import Line
from streams.casework.statement import Said, Scene, choices, reason_of, say, session_of


def notice(line: Line, scene: Scene) -> Said:
    at, session = line.moment(), session_of(line, scene)
    reasons = choices(AbsenceNotified, "reason")
    reason = line.one_of("a reason", reasons) if line.next else "other"
    return say(at, AbsenceNotified, session=session, reason=reason)._replace(awaits=session)


def decision(line: Line, scene: Scene) -> Said:
    at, session = line.moment(), session_of(line, scene)
    accepted = line.one_of("the decision", ("accepted", "refused")) == "accepted"
    reason = reason_of(line)
    return say(at, AbsenceDecided, session=session, accepted=accepted, reason_code=reason)


def make_up(line: Line, scene: Scene) -> Said:
    """Without a time it is arranged at once, when the missed session has ended."""
    at = None if line.next in scene.visits or not line.next else line.moment()
    session = session_of(line, scene)
    line.need("by")
    make_up = session_of(line, scene)
    if session == make_up:
        raise CaseError("a session cannot make up for itself")
    at = scene.visits[session].when[1] if at is None else at
    starts_at = instant(scene.visits[make_up].when[0])
    return say(at, MakeUpArranged, session=session, make_up=make_up, starts_at=starts_at)


def override(line: Line, scene: Scene) -> Said:
    at, session = line.moment(), session_of(line, scene)
    outcome = line.one_of("an outcome", choices(Override, "outcome"))
    return say(at, Override, session=session, outcome=outcome, reason_code=reason_of(line))
