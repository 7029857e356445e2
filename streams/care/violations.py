"""Violations of people: a session's findings, judged (measures.md 2)."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from schemas.policy import Policy
from schemas.score import Figures, Finding, FindingRule
from schemas.violation import Severity, Violation
from streams.care.excuse import excuse, exempt, waived
from streams.care.facts import CareFacts, Result
from streams.identity import identify

RULES: tuple[FindingRule, ...] = (
    "no_show", "late", "left_early", "low_attendance", "camera_off", "low_participation",
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


class Judgement(NamedTuple):
    """Violations with their status, and for every other rule why there is none."""

    violations: list[tuple[Violation, Status]]
    reasons: dict[str, str]


def judge(facts: CareFacts, participant: str, result: Result, policy: Policy) -> Judgement:
    """Judge one session of one participant."""
    found = {finding.rule: finding for finding in result.findings}
    acquitted = _acquitted(result)
    excused = excuse(facts, result, policy)
    let_off, signals = waived(facts, result), exempt(facts, result)
    judgement = Judgement([], {})
    for rule in RULES:
        violation_id = identify("violation", participant, result.session, rule)
        reason = acquitted or excused.reason
        if reason is None and rule in let_off:
            reason = "waived"
        if reason is None and _exempt(rule, result, signals):
            reason = "exempt"
        if reason is not None:
            judgement.reasons[violation_id] = reason
        elif rule in found:
            judgement.violations.append(
                _violation(violation_id, participant, result, found[rule], excused.pending)
            )
    return judgement


def _acquitted(result: Result) -> str | None:
    """Why nothing at all is held against the person, whatever was found."""
    if result.withdrawn:
        return "no longer part of the session"
    if result.void:
        return "session_void"
    return None if result.judged else "unidentified_guest"


def _exempt(rule: FindingRule, result: Result, signals: set[str]) -> bool:
    if rule == "camera_off":
        return "camera" in signals
    return rule == "low_participation" and not signals.isdisjoint(result.scored)


def _violation(
    violation_id: str, participant: str, result: Result, finding: Finding, pending: bool
) -> tuple[Violation, Status]:
    episodes = finding.episodes
    lasting = any(episode.until is None for episode in episodes)
    status: Status = "resolved"
    if lasting:
        status = "stood" if result.phase == "final" else "open"
    severity = SEVERITIES[finding.rule]
    if finding.rule == "no_show" and result.unidentified_guests:
        severity = "info"
    violation = Violation(
        id=violation_id,
        incident=identify("incident", participant, result.session),
        rule=finding.rule,
        severity=severity,
        label=LABELS[finding.rule][result.phase != "running"],
        participant=participant,
        session=result.session,
        program=result.program,
        since=episodes[0].since,
        until=None if lasting else episodes[-1].until,
        episodes=episodes,
        evidence=_evidence(result, episodes[-1].figures),
        policy=result.policy,
        excuse="pending" if pending else None,
    )
    return violation, status


def _evidence(result: Result, figures: Figures) -> Figures:
    share = round(result.inferred_ms / result.attended_ms, 4) if result.attended_ms else None
    return {
        **figures,
        "attended_ms": result.attended_ms,
        "window_ms": result.window_ms,
        "inferred_share": share,
    }
