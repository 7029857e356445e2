"""Violations of people: a session's findings, judged (measures.md 2)."""

from collections.abc import Container, Mapping, Sequence
from typing import Literal, NamedTuple

from schemas.instants import milliseconds
from schemas.score import Figures, Finding, FindingRule
from schemas.violation import Rule, Severity, Violation
from streams.care.excuse import Excuse, exempt, waived
from streams.care.facts import Result
from streams.care.membership import enrolment_at
from streams.care.recommendations import recommendation_id
from streams.care.staff import Said, SessionFact, checked_in_at
from streams.identity import identify

RULES: tuple[FindingRule, ...] = (
    "no_show",
    "late",
    "left_early",
    "low_attendance",
    "camera_off",
    "low_participation",
)
SEVERITIES: Mapping[FindingRule, Severity] = {
    "no_show": "warning",
    "late": "info",
    "left_early": "warning",
    "low_attendance": "warning",
    "camera_off": "info",
    "low_participation": "info",
}
LABELS: Mapping[FindingRule, tuple[str, str]] = {
    "no_show": ("not yet seen", "not seen"),
    "late": ("arrived late", "arrived late"),
    "left_early": ("time away", "left early"),
    "low_attendance": ("attended too little", "attended too little"),
    "camera_off": ("camera off", "camera off"),
    "low_participation": ("little participation seen", "little participation seen"),
}
"""While the session runs, and once it is over."""

Status = Literal["open", "resolved", "stood"]


class Held(NamedTuple):
    """A finding that is held against the person; `pending` while staff must still decide."""

    id: str
    finding: Finding
    status: Status
    severity: Severity
    pending: bool


class Judgement(NamedTuple):
    """What is held against the person, and why the violations of other ids are not."""

    held: list[Held]
    reasons: dict[str, str]


def violation_id(participant: str, session: str, rule: Rule) -> str:
    """The one violation of a rule in a session: its episodes are a list inside."""
    return identify("violation", participant, session, rule)


def judge(
    participant: str,
    result: Result,
    excused: Excuse,
    staff: Said,
    asked: Container[str],
    now: int,
) -> Judgement:
    """Judge one session by what was found and what staff said."""
    about = staff.sessions.get(result.session, ())
    reason = _acquitted(result) or excused.reason or _not_asked(result, asked)
    if reason is not None:
        rules: tuple[Rule, ...] = (*RULES, "absence_not_notified")
        return Judgement([], {violation_id(participant, result.session, r): reason for r in rules})
    judgement = Judgement([], {})
    let_off = _let_off(about, staff, result) if result.findings else {}
    for finding in result.findings:
        name = violation_id(participant, result.session, finding.rule)
        if finding.rule in let_off or name in staff.waived:
            judgement.reasons[name] = let_off.get(finding.rule, "waived")
        else:
            severity = _severity(participant, name, finding, result, staff)
            status, pending = _status(finding, result), excused.pending(now)
            judgement.held.append(Held(name, finding, status, severity, pending))
    return judgement


def _acquitted(result: Result) -> str | None:
    """Why nothing at all is held against the person, whatever was found."""
    if result.withdrawn:
        return "not_in_session"
    if result.void:
        return "session_void"
    if result.needs_review:
        return "session_needs_review"
    return None if result.judged else "unidentified_guest"


def _not_asked(result: Result, asked: Container[str]) -> str | None:
    """Nothing is asked before enrolment, on leave, or while the program is closed."""
    if result.program is None or result.starts_at is None or result.session in asked:
        return None
    return "not_asked"


def _let_off(
    about: Sequence[SessionFact], staff: Said, result: Result
) -> Mapping[FindingRule, str]:
    """Rules that are not asked of the person in this session, and why."""
    rules: dict[FindingRule, str] = {}
    exempted = exempt(staff.accommodations, result)
    if "camera" in exempted:
        rules["camera_off"] = "exempt"
    if not exempted.isdisjoint(result.scored):
        rules["low_participation"] = "exempt"
    return rules | dict.fromkeys(waived(about), "waived")


def _status(finding: Finding, result: Result) -> Status:
    if all(episode.until is not None for episode in finding.episodes):
        return "resolved"
    return "stood" if result.phase == "final" else "open"


def signature(result: Result, held: Held) -> str:
    """What readers wait for: while the session runs its figures grow and are no news.

    Once over it names the result, so what 16 weeks left unchanged is not rendered again.
    """
    pending = "pending" if held.pending else ""
    if result.phase != "running":
        return f"{result.order[0]}.{result.order[1]}{held.severity}{pending}"
    edges = (str((episode.since, episode.until)) for episode in held.finding.episodes)
    return identify(held.status, held.severity, pending, *edges)


def _severity(
    participant: str, name: str, finding: Finding, result: Result, staff: Said
) -> Severity:
    """Critical is for safety alone: nobody has reached somebody whose enrolment says priority."""
    if finding.rule != "no_show":
        return SEVERITIES[finding.rule]
    if _priority(result, staff) and not _reached(participant, name, finding, result, staff):
        return "critical"
    return "info" if result.unidentified_guests else SEVERITIES[finding.rule]


def _priority(result: Result, staff: Said) -> bool:
    if result.program is None or result.starts_at is None:
        return False
    enrolment = enrolment_at(staff, result.program, result.starts_at)
    return enrolment is not None and enrolment.fact.priority


def _reached(participant: str, name: str, finding: Finding, result: Result, staff: Said) -> bool:
    """Whether the person came after all, or someone spoke with them or has taken it on.

    What is said of the recommendation to reach out is about every absence until then.
    """
    if finding.episodes[-1].until is not None:
        return True
    names = {name, incident_id(participant, result.session), result.session}
    if checked_in_at(staff, names) or not names.isdisjoint(staff.acknowledged):
        return True
    reach_out = recommendation_id(participant, result.program or "", "reach_out")
    taken = staff.acknowledged.get(reach_out)
    said = checked_in_at(staff, {reach_out}) + ([milliseconds(taken.at)] if taken else [])
    return any(milliseconds(finding.episodes[0].since) <= at for at in said)


def incident_id(participant: str, session: str) -> str:
    """What happened to one person in one session: notify this, not its parts."""
    return identify("incident", session, participant)


def violation(participant: str, result: Result, held: Held) -> Violation:
    """The record of what is held against `participant`, without publication data."""
    rule, episodes = held.finding.rule, held.finding.episodes
    return Violation(
        id=held.id,
        incident=incident_id(participant, result.session),
        rule=rule,
        severity=held.severity,
        label=LABELS[rule][result.phase != "running"],
        participant=participant,
        session=result.session,
        program=result.program,
        since=episodes[0].since,
        until=episodes[-1].until if held.status == "resolved" else None,
        episodes=episodes,
        evidence=_evidence(result, episodes[-1].figures),
        policy=result.policy,
        excuse="pending" if held.pending else None,
    )


def _evidence(result: Result, figures: Figures) -> Figures:
    share = round(result.inferred_ms / result.attended_ms, 4) if result.attended_ms else None
    return {
        **figures,
        "attended_ms": result.attended_ms,
        "window_ms": result.window_ms,
        "inferred_share": share,
    }
