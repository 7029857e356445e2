"""The care stage as the ledger runs it."""

from collections.abc import Sequence
from operator import attrgetter

from schemas.care import Care
from schemas.codec import decode_care
from schemas.policy import Policies
from schemas.topics import CARE, CARE_STATE
from streams.care.assess import assess
from streams.care.facts import CareFacts
from streams.care.fold import FOLDS
from streams.care.seal import OLDEST_MS, seal
from streams.stage import Assessment, Stage


def care_stage(policies: Policies) -> Stage:
    """The stage that judges participants under `policies`."""

    def assess_participant(
        facts: CareFacts, participant: str, now: int, memory: None = None
    ) -> Assessment:
        return assess(participant, facts, policies, now)

    def seal_participant(facts: CareFacts, participant: str, now: int) -> Sequence[str]:
        return seal(facts, participant, policies, now)

    return Stage(
        name="care",
        source=CARE,
        state=CARE_STATE,
        decode=decode_care,
        subject_of=attrgetter("participant"),
        facts=CareFacts,
        folds=FOLDS,
        assess=assess_participant,
        memory=_nothing,
        stale=_never,
        seal=seal_participant,
        oldest_ms=OLDEST_MS,
        rules=policies.digest,
    )


def _never(record: Care, at: int, appended_at: int) -> bool:
    """People do not end: their sessions do, and those are sealed."""
    return False


def _nothing() -> None:
    """Nothing is remembered between two looks."""
