"""Ledger: what a fault in a rule leaves."""

from typing import Any

from schemas.telemetry import Chat
from streams.ledger import Checkpoint, Ledger
from streams.session.stage import session_stage
from streams.stage import Assessment, Effect, Pacing, Stage
from tests.builders import (
    chat,
    entry,
    in_session,
    ms,
    outage,
    scheduled,
    stay,
    void,
)
from tests.live import Told, policies

STAGE = session_stage(policies())
THERE = [scheduled(), *stay("10:00", "12:00", "a")]


def ledger(stage: Stage = STAGE, **options: Any) -> Ledger:
    return Ledger(stage, Pacing(), **options)


class TestFaults:
    @staticmethod
    def poisoned() -> tuple[Ledger, Checkpoint]:
        """A ledger that looked at two sessions, of which the rules cannot assess the first."""

        def assess(facts: Any, name: str, now: int, memory: Any) -> Assessment:
            if name == "s1":
                raise ZeroDivisionError
            return STAGE.assess(facts, name, now)

        taking = ledger(STAGE._replace(assess=assess))
        log = [*THERE, *in_session("s2", THERE)]
        taking.take(entry(record, number) for number, record in enumerate(log))
        return taking, taking.checkpoint(ms("14:00"))

    def test_the_others_go_on(self) -> None:
        _, checkpoint = self.poisoned()

        assert [type(fault) for fault in checkpoint.faults] == [ZeroDivisionError]
        assert {score.session for score in Told(checkpoint.changes).scores.values()} == {"s2"}

    def test_its_facts_are_saved(self) -> None:
        _, checkpoint = self.poisoned()

        assert {key for key, _ in checkpoint.states} == {b"s1", b"s2"}
        assert checkpoint.low == checkpoint.position

    def test_it_is_tried_again_when_something_happens(self) -> None:
        taking, _ = self.poisoned()
        assert taking.checkpoint(ms("15:00")).faults == []

        taking.take([entry(void(True), taking.position)])

        assert len(taking.checkpoint(ms("15:01")).faults) == 1

    def test_new_rules_try_it_again(self) -> None:
        _, checkpoint = self.poisoned()
        repaired = ledger()
        repaired.load(((key, value) for key, value in checkpoint.states if value), 6)

        told = Told(repaired.checkpoint(ms("15:00")).changes)

        assert {score.session for score in told.scores.values()} == {"s1"}
        assert repaired.subjects == 0

    def test_a_record_that_cannot_be_folded_is_put_aside(self) -> None:
        def fold(facts: Any, record: Any, at: int) -> Effect:
            raise ZeroDivisionError

        taking = ledger(STAGE._replace(folds={**STAGE.folds, Chat: fold}))
        log = [*THERE, chat("10:30"), outage("11:00", "11:10")]
        taking.take(entry(record, number) for number, record in enumerate(log))

        checkpoint = taking.checkpoint(ms("15:00"))

        assert [dead.reason for dead in checkpoint.dead_letters] == ["internal_fault"]
        assert [type(fault) for fault in checkpoint.faults] == [ZeroDivisionError]
        assert Told(checkpoint.changes).scores["a"].window_ms == 107 * 60_000
