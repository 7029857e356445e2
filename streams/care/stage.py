"""The care stage as the ledger runs it."""

from functools import partial
from operator import attrgetter

from schemas.care import Care, Staff
from schemas.codec import decode_care
from schemas.instants import DAY_MS, milliseconds
from schemas.policy import Policies
from schemas.topics import CARE, CARE_STATE, VIOLATIONS
from streams.care.excuse import SessionFact, said
from streams.care.facts import CareFacts, Result
from streams.care.fold import FOLDS
from streams.care.violations import RULES, Held, judge, signature, violation, violation_id
from streams.stage import Assessment, Output, Pace, Stage

OLDEST_MS = 400 * DAY_MS
KEPT_MS = 16 * 7 * DAY_MS
"""How long raw facts of a session are kept: far beyond any correction."""


def care_stage(policies: Policies) -> Stage:
    """The stage that judges participants under `policies`."""

    def assess_participant(facts: CareFacts, participant: str, now: int) -> Assessment:
        return assess(participant, facts, policies, now)

    return Stage(
        name="care",
        source=CARE,
        state=CARE_STATE,
        decode=decode_care,
        subject_of=attrgetter("participant"),
        facts=CareFacts,
        folds=FOLDS,
        assess=assess_participant,
        stale=_never,
        seal=seal,
        oldest_ms=OLDEST_MS,
        rules=policies.digest,
    )


def assess(participant: str, facts: CareFacts, policies: Policies, now: int) -> Assessment:
    """Every violation of one participant; time alone changes none of them.

    Finished, so that the facts may be packed, means that no session is in progress.
    """
    staff = said(facts)
    outputs: list[Output] = []
    reasons: dict[str, str] = {}
    for _, result in sorted(facts.results.items()):
        policy = policies.at(result.program, result.starts_at or result.ends_at)
        judgement = judge(participant, result, staff, policy)
        reasons.update(judgement.reasons)
        outputs += (_output(participant, result, held) for held in judgement.held)
    return Assessment(
        outputs=outputs,
        next_look=None,
        finished=not any(_in_progress(result, now) for result in facts.results.values()),
        reasons=reasons,
    )


def _in_progress(result: Result, now: int) -> bool:
    return result.phase != "final" and (result.starts_at or 0) <= now


def _output(participant: str, result: Result, held: Held) -> Output:
    return Output(
        id=held.id,
        topic=VIOLATIONS.name,
        key=participant,
        kind="rollcall.violation.v1",
        signature=signature(result, held),
        pace=Pace.SIGNATURE,
        final=result.phase == "final",
        render=partial(violation, participant, result, held),
        status=held.status,
        correction=result.correction,
    )


def seal(facts: CareFacts, participant: str, now: int) -> list[str]:
    """Drop sessions that nothing can reach any more; returns the output ids to forget.

    Staff facts go with their session. What they said of sessions that never came, or came
    back to after sealing, goes when the log itself no longer has it; so do accommodations
    that ended that long ago.
    """
    facts.sealed_before = max(facts.sealed_before, now - KEPT_MS)
    sealed = {
        name for name, result in facts.results.items() if result.ends_at < facts.sealed_before
    }
    for session in sealed:
        del facts.results[session]
    oldest = now - OLDEST_MS
    for name, fact in list(facts.staff.items()):
        if _spent(fact, sealed, facts, oldest):
            del facts.staff[name]
    return [violation_id(participant, session, rule) for session in sealed for rule in RULES]


def _spent(fact: Staff, sealed: set[str], facts: CareFacts, oldest: int) -> bool:
    if isinstance(fact, SessionFact) and fact.session is not None:
        unknown = fact.session not in facts.results
        return fact.session in sealed or (unknown and milliseconds(fact.at) < oldest)
    ended_at = fact.at if fact.withdrawn else getattr(fact, "until", None)
    return ended_at is not None and milliseconds(ended_at) < oldest


def _never(record: Care, at: int, appended_at: int) -> bool:
    """People do not end: their sessions do, and those are sealed."""
    return False
