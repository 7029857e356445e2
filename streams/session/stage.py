"""The session stage as the ledger runs it."""

from operator import attrgetter

from schemas.codec import decode_telemetry
from schemas.instants import DAY_MS, milliseconds
from schemas.policy import Policies
from schemas.telemetry import SessionScheduled, Telemetry
from schemas.topics import SESSION_STATE, TELEMETRY
from streams.session.assess import assess
from streams.session.facts import SessionFacts
from streams.session.fold import FOLDS
from streams.session.memory import Memory
from streams.stage import Assessment, Stage

OLDEST_MS = 30 * DAY_MS


def session_stage(policies: Policies) -> Stage:
    """The stage that measures sessions under `policies`."""

    def stale(record: Telemetry, at: int, appended_at: int) -> bool:
        if isinstance(record, SessionScheduled):
            starts_at, ended_at = milliseconds(record.starts_at), milliseconds(record.ends_at)
            rules = policies.at(record.program, starts_at).session
        else:
            ended_at, rules = at, policies.at(None, at).session
        return ended_at + rules.corrections_for < appended_at

    def assess_session(
        facts: SessionFacts, session: str, now: int, memory: Memory | None = None
    ) -> Assessment:
        return assess(session, facts, policies, now, memory)

    return Stage(
        name="session",
        source=TELEMETRY,
        state=SESSION_STATE,
        decode=decode_telemetry,
        subject_of=attrgetter("session"),
        facts=SessionFacts,
        folds=FOLDS,
        assess=assess_session,
        memory=Memory,
        stale=stale,
        seal=_nothing_to_seal,
        oldest_ms=OLDEST_MS,
        rules=policies.digest,
    )


def _nothing_to_seal(facts: SessionFacts, session: str, now: int) -> tuple[str, ...]:
    """A session closes as a whole."""
    return ()
