"""Ledger: what it saves, packs, closes and forgets."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.telemetry import Event
from streams import state
from streams.ledger import Ledger
from streams.session import facts as caps
from streams.session.stage import session_stage
from streams.stage import Pacing, Stage
from streams.state import ClosedMark
from tests.builders import (
    chat,
    entry,
    heartbeat,
    joined,
    ms,
    scheduled,
    stay,
    void,
)
from tests.care.partition import Partition
from tests.live import Live, Told, policies
from tests.logs import logs, times

STAGE = session_stage(policies())
THERE = [scheduled(), *stay("10:00", "12:00", "a")]
DAY_MS = 86_400_000


def ledger(stage: Stage = STAGE, **options: Any) -> Ledger:
    return Ledger(stage, Pacing(), **options)


class TestState:
    def test_what_published_is_saved(self) -> None:
        taking = ledger()
        taking.take([entry(THERE[0], 5)])
        assert (taking.low, taking.position) == (5, 6)

        checkpoint = taking.checkpoint(ms("08:00"))

        assert [key for key, _ in checkpoint.states] == [b"s1"]
        assert (checkpoint.low, checkpoint.position) == (6, 6)

    def test_what_did_not_publish_is_saved_when_unsaved_for_long(self) -> None:
        live = Live().take(scheduled(), joined("10:00", "a"))
        live.look("10:00")
        live.take(heartbeat("10:00:10"), heartbeat("10:00:20"))
        lows = []
        for now in ("10:00:30", "10:05:09.999", "10:05:10"):
            live.ledger.take([])
            lows.append((live.ledger.checkpoint(ms(now)).low, now))

        assert lows[0][0] == 2
        assert lows[-1][0] == 4

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(log=logs(most_signals=15), looks=st.lists(times().map(ms), max_size=4).map(sorted))
    def test_low_never_passes_an_unsaved_fact(self, log: list[Event], looks: list[int]) -> None:
        live = Partition(STAGE)
        for number, record in enumerate(log):
            told = entry(record)
            live.append(told.key, told.value, told.timestamp)
            if looks and number % 7 == 6:
                live.look(looks.pop(0))
                again = ledger()
                again.load(live.states.items(), live.low)
                again.take(live.log[: live.low], recovering=True)
                assert again.duplicates == live.low

    def test_recovery_publishes_nothing_twice(self) -> None:
        live = Partition(STAGE)
        for record in THERE:
            live.append(b"s1", entry(record).value, ms("12:00"))
        live.look(ms("12:00"))
        live.crash()

        assert list(live.look(ms("12:01"))) == []

    def test_recovery_tells_no_dead_letters_again(self) -> None:
        live = Partition(STAGE)
        live.append(b"s1", entry(chat("10:00")).value, ms("10:00"))
        live.append(b"s1", b"{", ms("10:00"))
        live.look(ms("09:59"))
        live.low = 0
        live.crash()
        live.look(ms("10:05"))

        assert [dead.reason for dead in live.dead_letters] == ["invalid_json"]

    def test_a_look_that_was_due_is_due_after_recovery(self) -> None:
        live = Partition(STAGE)
        live.append(b"s1", entry(scheduled()).value, ms("08:00"))
        live.look(ms("08:00"))
        live.crash()

        told = Told(live.look(ms("10:00")))

        assert told.scores["a"].standing == "missing"

    def test_a_signal_saved_before_its_look_is_looked_at_after_recovery(self) -> None:
        live = Partition(STAGE)
        for record in (scheduled(hosts=("h",)), *stay("10:00", "12:00", "h"), THERE[1], THERE[2]):
            live.append(b"s1", entry(record).value, ms("12:00"))
        live.look(ms("12:00"))
        live.append(b"s1", entry(heartbeat("11:59:59", "h")).value, ms("12:30"))
        live.look(ms("12:30:05"))
        live.append(b"s1", entry(chat("11:40")).value, ms("12:34:59"))
        assert list(live.look(ms("12:35"))) == []
        live.crash()

        told = Told(live.look(ms("12:35:10")))

        assert told.scores["a"].components["chat"].counted == 1

    def test_other_rules_look_again(self) -> None:
        live = Partition(STAGE)
        for record in (scheduled(), *stay("10:00", "11:00", "a")):
            live.append(b"s1", entry(record).value, ms("12:00"))
        live.look(ms("15:00"))
        live.stage = session_stage(policies("attendance.credit_at = 0.5"))
        live.crash()

        told = Told(live.look(ms("15:01")))

        assert told.scores["a"].standing == "attended"
        assert told.scores["a"].correction


class TestFinished:
    @staticmethod
    def final() -> Live:
        live = Live().take(THERE)
        live.look("14:00")
        return live

    def test_a_finished_session_is_packed(self) -> None:
        live = self.final()

        assert live.ledger.subjects == 0
        assert live.ledger.facts("s1") is not None

    def test_a_late_record_brings_it_back_and_it_is_packed_again(self) -> None:
        live = self.final()

        told = live.take(void(True, at="14:30")).look("14:30")

        assert told.scores["a"].standing == "void"
        assert live.ledger.subjects == 0

    def test_a_late_signal_is_waited_for(self) -> None:
        live = self.final().take(chat("11:30"), appended_at="14:30")

        assert live.look("14:30:04").changes == []
        assert live.ledger.subjects == 1
        assert live.look("14:30:05").scores["a"].components["chat"].counted == 1
        assert live.ledger.subjects == 0

    def test_a_repeated_record_unpacks_nothing_for_long(self) -> None:
        live = self.final().take(THERE, appended_at="14:30")

        assert live.look("14:30").changes == []
        assert live.ledger.subjects == 0
        assert live.ledger.low == live.ledger.position

    def test_a_refused_record_unpacks_nothing_for_long(self) -> None:
        crowd = [joined("10:00", "a", f"c{n}") for n in range(1, caps.MOST_CONNECTIONS + 1)]
        live = Live().take(THERE, crowd)
        live.look("14:00")

        live.take(joined("10:00", "a", "one more"), appended_at="14:30").look("14:30")

        assert [dead.reason for dead in live.dead] == ["too_many"]
        assert live.ledger.subjects == 0

    def test_packed_or_not_it_closes_with_its_corrections(self) -> None:
        live = self.final()
        live.look("03-12 11:59:59.999")
        assert live.last is not None
        assert live.last.states == []

        live.look("03-12 12:00")

        assert [(key, state.decode(value or b"")) for key, value in live.last.states] == [
            (b"s1", ClosedMark(ms("03-12 12:00") + 30 * DAY_MS))
        ]
        assert live.ledger.facts("s1") is None

    def test_a_closed_one_takes_nothing_more(self) -> None:
        live = self.final()
        live.look("03-12 12:00")
        late = [chat("03-12 12:00:10"), scheduled(revision=2, at="03-12 12:00:10")]

        live.take(late).look("03-12 12:01")

        assert [dead.reason for dead in live.dead] == ["too_late", "too_late"]

    def test_so_it_is_after_a_recovery(self) -> None:
        live = Partition(STAGE)
        for record in THERE:
            live.append(b"s1", entry(record).value, ms("12:00"))
        live.look(ms("14:00"))
        live.look(ms("03-12 12:00"))
        live.crash()
        live.append(b"s1", entry(chat("03-12 12:00")).value, ms("03-12 12:00:01"))
        live.look(ms("03-12 12:01"))

        assert [dead.reason for dead in live.dead_letters] == ["too_late"]

    def test_the_mark_of_a_closed_one_expires(self) -> None:
        live = self.final()
        live.look("03-12 12:00")
        live.look("04-11 11:59:59.999")
        assert live.last is not None
        assert live.last.states == []

        live.look("04-11 12:00")

        assert live.last.states == [(b"s1", None)]

    def test_what_was_forgotten_comes_back_as_too_late_only(self) -> None:
        live = self.final()
        live.look("03-12 12:00")
        live.look("04-11 12:00")

        live.take(scheduled(at="04-11 12:00:01")).look("04-11 12:01")

        assert [dead.reason for dead in live.dead] == ["too_late"]
