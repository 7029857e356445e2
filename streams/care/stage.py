"""The care stage as the ledger runs it."""

from schemas.care import Care
from schemas.codec import decode_care
from schemas.instants import DAY_MS
from schemas.policy import Policies
from schemas.topics import CARE, CARE_STATE, VIOLATIONS
from schemas.violation import Violation
from streams.care.facts import CareFacts
from streams.care.fold import fold
from streams.care.violations import RULES, Status, judge
from streams.identity import identify
from streams.stage import Assessment, Output, Pace, Stage

OLDEST_MS = 400 * DAY_MS
KEPT_MS = 16 * 7 * DAY_MS
"""How long raw facts of a session are kept: far beyond any correction."""


def care_stage(policies: Policies) -> Stage:
    """The stage that judges participants under `policies`."""

    def assess_participant(facts: CareFacts, participant: str, now: int) -> Assessment:
        return assess(participant, facts, policies)

    return Stage(
        name="care",
        source=CARE,
        state=CARE_STATE,
        decode=decode_care,
        subject_of=_participant_of,
        facts=CareFacts,
        fold=fold,
        assess=assess_participant,
        stale=_never,
        seal=seal,
        oldest_ms=OLDEST_MS,
        rules=policies.digest,
    )


def assess(participant: str, facts: CareFacts, policies: Policies) -> Assessment:
    """Every violation of one participant; time alone changes none of them."""
    outputs: list[Output] = []
    reasons: dict[str, str] = {}
    for session in sorted(facts.results):
        result = facts.results[session]
        policy = policies.at(result.program, result.starts_at or result.ends_at)
        judgement = judge(facts, participant, result, policy)
        reasons.update(judgement.reasons)
        final = result.phase == "final"
        outputs += (_output(v, status, final) for v, status in judgement.violations)
    return Assessment(outputs=outputs, next_look=None, reasons=reasons)


def _output(violation: Violation, status: Status, final: bool) -> Output:
    return Output(
        id=violation.id,
        topic=VIOLATIONS.name,
        key=violation.participant or violation.session,
        kind="rollcall.violation.v1",
        signature="",
        pace=Pace.AT_ONCE,
        final=final,
        render=lambda: violation,
        status=status,
    )


def seal(facts: CareFacts, participant: str, now: int) -> list[str]:
    """Drop sessions that nothing can reach any more; returns the output ids to forget."""
    horizon = now - KEPT_MS
    sealed = {name for name, result in facts.results.items() if result.ends_at < horizon}
    if not sealed:
        return []
    facts.sealed_before = max(facts.sealed_before, horizon)
    forgotten = []
    for session in sealed:
        del facts.results[session]
        forgotten += [identify("violation", participant, session, rule) for rule in RULES]
    for name, fact in list(facts.staff.items()):
        if getattr(fact, "session", None) in sealed:
            del facts.staff[name]
    return forgotten


def _participant_of(record: Care) -> str:
    return record.participant


def _never(record: Care, at: int, appended_at: int) -> bool:
    """People do not end: their sessions do, and those are sealed."""
    return False
