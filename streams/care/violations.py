"""Violations of people: a session's findings, judged (measures.md 2)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from schemas.policy import Policy
from schemas.score import Figures, Finding, FindingRule
from schemas.violation import Severity, Violation
from streams.care.excuse import excuse, waived
from streams.care.facts import Result, StaffFact
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
    pending: bool


class Judgement(NamedTuple):
    """What is held against the person, and why the violations of other ids are not."""

    held: list[Held]
    reasons: dict[str, str]


def violation_id(participant: str, session: str, rule: FindingRule) -> str:
    """The one violation of a rule in a session: its episodes are a list inside."""
    return identify("violation", participant, session, rule)


def judge(
    participant: str,
    result: Result,
    about: Sequence[StaffFact],
    exempted: set[str],
    policy: Policy,
) -> Judgement:
    """Judge one session; `about` is what staff said of it, `exempted` signals not asked for."""
    excused = excuse(about, result, policy)
    reason = _acquitted(result) or excused.reason
    if reason is not None:
        return Judgement([], {violation_id(participant, result.session, r): reason for r in RULES})
    let_off: dict[FindingRule, str] = dict.fromkeys(_exempt(result, exempted), "exempt")
    let_off |= dict.fromkeys(waived(about), "waived")
    held = [
        Held(
            violation_id(participant, result.session, finding.rule),
            finding,
            _status(finding, result),
            excused.pending,
        )
        for finding in result.findings
        if finding.rule not in let_off
    ]
    reasons = {violation_id(participant, result.session, r): why for r, why in let_off.items()}
    return Judgement(held, reasons)


def _acquitted(result: Result) -> str | None:
    """Why nothing at all is held against the person, whatever was found."""
    if result.withdrawn:
        return "not_in_session"
    if result.void:
        return "session_void"
    if result.needs_review:
        return "session_needs_review"
    return None if result.judged else "unidentified_guest"


def _exempt(result: Result, exempted: set[str]) -> Iterable[FindingRule]:
    if "camera" in exempted:
        yield "camera_off"
    if not exempted.isdisjoint(result.scored):
        yield "low_participation"


def _status(finding: Finding, result: Result) -> Status:
    if all(episode.until is not None for episode in finding.episodes):
        return "resolved"
    return "stood" if result.phase == "final" else "open"


def violation(participant: str, result: Result, held: Held) -> Violation:
    """The record of what is held against `participant`, without publication data."""
    rule, episodes = held.finding.rule, held.finding.episodes
    severity = SEVERITIES[rule]
    if rule == "no_show" and result.unidentified_guests:
        severity = "info"
    return Violation(
        id=held.id,
        incident=identify("incident", result.session, participant),
        rule=rule,
        severity=severity,
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
