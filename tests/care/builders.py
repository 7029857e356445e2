"""Builders: what staff and the session stage say to the care stage.

Times are literal as in `tests.builders`. Everything is about participant `a`, session `s1`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.care import (
    AbsenceDecided,
    AbsenceNotified,
    Accommodation,
    CareEvent,
    Override,
    SessionResult,
    Waived,
)
from schemas.codec import encode
from schemas.dead_letter import Entry
from schemas.instants import milliseconds
from schemas.score import Component, Episode, Finding, Score
from tests.builders import SESSION, when

PERSON = "a"


def _fact(kind: type, at: str, fields: Mapping[str, Any], **own: Any) -> Any:
    said = {"id": f"{kind.__name__} {at}", "source": "test", "participant": PERSON, "entity": "e1"}
    return kind(at=when(at), **said | own | dict(fields))


def notice(at: str, reason: str = "other", **fields: Any) -> AbsenceNotified:
    """An absence notified at `at`."""
    fact: AbsenceNotified = _fact(AbsenceNotified, at, fields, session=SESSION, reason=reason)
    return fact


def decision(at: str, accepted: bool, **fields: Any) -> AbsenceDecided:
    """Staff accept or refuse the absence."""
    own = {"session": SESSION, "accepted": accepted, "reason_code": "r1"}
    fact: AbsenceDecided = _fact(AbsenceDecided, at, fields, **own)
    return fact


def override(at: str, outcome: str, **fields: Any) -> Override:
    """Staff set the outcome."""
    own = {"session": SESSION, "outcome": outcome, "reason_code": "r1"}
    fact: Override = _fact(Override, at, fields, **own)
    return fact


def waiver(at: str, rule: str, **fields: Any) -> Waived:
    """Staff waive one rule."""
    own = {"session": SESSION, "rule": rule, "reason_code": "r1"}
    fact: Waived = _fact(Waived, at, fields, **own)
    return fact


def accommodation(
    *exempt: str, begins: str = "00:00", until: str | None = None, at: str = "09:00", **fields: Any
) -> Accommodation:
    """Signals that are not asked of the person."""
    ends = None if until is None else when(until)
    own = {"exempt": exempt, "begins": when(begins), "until": ends}
    fact: Accommodation = _fact(Accommodation, at, fields, **own)
    return fact


def finding(rule: str, *episodes: tuple[str, str | None]) -> Finding:
    """A finding; without episodes one that lasts since 10:10."""
    return Finding(
        rule=rule,  # type: ignore[arg-type]  # a rule in every test
        episodes=tuple(
            Episode(
                since=when(since),
                until=None if until is None else when(until),
                figures={"threshold_ms": 600_000},
            )
            for since, until in episodes or (("10:10", None),)
        ),
    )


def result(
    at: str = "14:00",
    findings: Iterable[Finding] = (finding("no_show"),),
    scored: Iterable[str] = (),
    session: str = SESSION,
    participant: str = PERSON,
    withdrawn: bool = False,
    **fields: Any,
) -> SessionResult:
    """A result said at `at` of a session from 10:00 to 12:00; without more a final no-show.

    `scored` are the signals that entered the participation score; `fields` belong to the
    result where it has them, else to its score.
    """
    own = {"revision": 1, "before_host_ms": 0, "after_host_ms": 0, "not_admitted": False} | {
        name: fields.pop(name) for name in _RESULT_FIELDS & fields.keys()
    }
    spans: Any = {name: fields.pop(name, ()) for name in _SPANS}
    named: Any = {"session": session, "participant": participant, "withdrawn": withdrawn}
    score: Any = {
        **_SCORE,
        **named,
        "findings": tuple(findings),
        "components": dict.fromkeys(scored, _COMPONENT),
        **fields,
    }
    return SessionResult(
        id=f"{session} {participant}",
        score=Score(**score),
        assessed_at=when(at),
        **named,
        **own,
        **spans,
    )


def entry(record: CareEvent | SessionResult, offset: int = 0, appended_at: int = 0) -> Entry:
    """A record as the log holds it, never appended before it was said."""
    appended_at = max(appended_at, milliseconds(record.at))
    return Entry(offset, appended_at, record.participant.encode(), encode(record))


_SPANS = ("window", "observed", "inferred", "bridged", "breaks", "waiting")
_RESULT_FIELDS = {"revision", "epoch", "before_host_ms", "after_host_ms", "not_admitted"}
_COMPONENT = Component(available=True, exempt=False, counted=0, target=12.0, value=0.0, weight=40)
_COUNTS = (
    "attended_ms observed_ms inferred_ms bridged_ms reconnects longest_gap_ms network_lost_ms "
    "stray quiet_ms"
)
_SCORE: Mapping[str, Any] = {
    "id": "score",
    "program": "evening",
    "kind": "group",
    "delivery": "live",
    "status": "planned",
    "starts_at": when("10:00"),
    "ends_at": when("12:00"),
    "ended_at": when("12:00"),
    "phase": "final",
    "standing": "absent",
    "rostered": True,
    "guest": False,
    "make_up": False,
    "identified": False,
    "window_ms": 7_200_000,
    "attendance": 0.0,
    "camera_status": "unknown",
    "level": "unknown",
    "ramp": 1.0,
    "unidentified_guests": False,
    "policy": "v1",
    **dict.fromkeys(_COUNTS.split(), 0),
    **dict.fromkeys(("void_reason", "needs_review", "personal_from", "personal_until")),
    **dict.fromkeys(("arrived_at", "late_ms", "left_early_ms", "camera", "participation")),
}
