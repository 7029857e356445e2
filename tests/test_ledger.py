"""Ledger: what is let in, when it looks, and what it says."""

from typing import Any

import pytest

from schemas.dead_letter import Entry
from schemas.topics import SCORES
from streams.ledger import Ledger
from streams.session import facts as caps
from streams.session.stage import session_stage
from streams.stage import Pacing, Stage
from tests.builders import (
    chat,
    entry,
    heartbeat,
    in_session,
    joined,
    left,
    ms,
    opened,
    scheduled,
    stay,
)
from tests.care.partition import Partition
from tests.live import Live, Told, policies

STAGE = session_stage(policies())
THERE = [scheduled(), *stay("10:00", "12:00", "a")]
DAY_MS = 86_400_000


def ledger(stage: Stage = STAGE, **options: Any) -> Ledger:
    return Ledger(stage, Pacing(), **options)


def taken(*arrivals: Entry, **options: Any) -> list[str]:
    """The reasons for which some of these were refused."""
    taking = ledger(**options)
    taking.take(arrivals)
    return [dead.reason for dead in taking.checkpoint(ms("10:00")).dead_letters]


class TestAdmission:
    @pytest.mark.parametrize(
        ("age_ms", "reasons"),
        [
            (30 * DAY_MS, ["too_late"]),
            (30 * DAY_MS + 1, ["too_old"]),
            (-300_000, []),
            (-300_001, ["from_the_future"]),
        ],
    )
    def test_by_append_time(self, age_ms: int, reasons: list[str]) -> None:
        record = joined("10:00", "a")

        assert taken(entry(record, 0, ms("10:00") + age_ms)) == reasons

    def test_old_records_of_a_known_session_are_let_in(self) -> None:
        plan = scheduled(starts="03-20 10:00", ends="03-20 12:00", at="03-19 10:00")
        old = joined("03-02 10:00", "a")
        at = ms("03-02 10:00") + 30 * DAY_MS

        assert taken(entry(plan), entry(old, 1, at), entry(old, 2, at + 1)) == ["too_old"]

    def test_dates_inside_a_record_are_never_the_future(self) -> None:
        plan = scheduled(starts="12-20 10:00", ends="12-20 12:00")

        assert taken(entry(plan)) == []

    @pytest.mark.parametrize(
        ("later_ms", "reasons"), [(10 * DAY_MS, []), (10 * DAY_MS + 1, ["too_late"])]
    )
    def test_unknown_sessions_that_ended_long_ago_are_too_late(
        self, later_ms: int, reasons: list[str]
    ) -> None:
        resync = scheduled(at="03-11 08:00")

        assert taken(entry(resync, 0, ms("12:00") + later_ms)) == reasons
        assert taken(entry(chat("12:00"), 0, ms("12:00") + later_ms)) == reasons

    def test_keys(self) -> None:
        good = entry(THERE[0])

        assert taken(good._replace(key=None)) == ["null_key"]
        assert taken(good._replace(key=b"s2")) == ["wrong_key"]
        assert taken(good, good._replace(key=b"s2")) == ["wrong_key"]
        assert taken(good, owns=lambda key: key != b"s1") == ["misrouted"]

    def test_a_key_taken_over_with_saved_state_is_ours(self) -> None:
        live = Partition(STAGE)
        live.append(b"s1", entry(THERE[0]).value, ms("08:00"))
        live.look(ms("08:00"))
        other = ledger(owns=lambda key: False)
        other.load(live.states.items(), live.position)

        other.take([entry(THERE[1], live.position)])

        assert other.checkpoint(ms("10:01")).dead_letters == []

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (None, "null_value"),
            (b"", "invalid_json"),
            (b"\xff", "invalid_utf8"),
            (b'{"type":"dance"}', "unknown_type"),
            (b'{"type":"chat"}', "invalid_field"),
            (b'{"type":"chat","id":"\\u0000"}', "nul_character"),
            (b" " * 600_000, "oversize"),
            (b'{"a":' + b"[" * 200_000, "nested_too_deep"),
        ],
    )
    def test_values(self, value: bytes | None, reason: str) -> None:
        assert taken(Entry(0, ms("10:00"), b"s1", value)) == [reason]

    def test_a_refusal_keeps_the_arrival_as_it_came(self) -> None:
        bad = Entry(7, ms("10:00"), b"s1", b"{", [("traceparent", b"x")])
        taking = ledger()
        taking.take([bad])

        assert taking.checkpoint(ms("10:00")).dead_letters[0].arrival == bad
        assert taking.checkpoint(ms("10:00")).dead_letters == []

    def test_a_cap_is_a_dead_letter(self) -> None:
        crowd = [joined("10:00", "a", f"c{n}") for n in range(caps.MOST_CONNECTIONS + 1)]

        assert taken(*(entry(record, n) for n, record in enumerate(crowd))) == ["too_many"]


class TestPace:
    def test_presence_is_looked_at_at_once_and_signals_soon(self) -> None:
        live = Live().take(scheduled(), joined("10:00", "a"))
        assert looked(live, "10:00:01") == 1

        live.take(heartbeat("10:00:10"))
        assert looked(live, "10:00:14.999") == 0
        assert looked(live, "10:00:15") == 1

    def test_a_running_score_is_told_again_after_a_minute(self) -> None:
        live = Live().take(scheduled(), joined("10:00", "a"))
        live.look("10:00:10")

        assert live.take(opened("10:00:11")).look("10:01:09.999").scores == {}
        told = live.take(heartbeat("10:01:09")).look("10:01:14")
        assert told.scores["a"].window_ms == 74_000
        assert told.results == {}

    def test_a_changed_standing_is_told_at_once(self) -> None:
        live = Live().take(scheduled(), joined("10:00", "a"))
        live.look("10:00:10")

        told = live.look("10:00:20")
        assert told.changes == []
        told = live.take(left("10:00:21", "a")).look("10:01:21.001")
        assert told.scores["a"].standing == told.results["a"].score.standing == "away"

    def test_before_the_start_only_a_changed_plan_is_told(self) -> None:
        live = Live().take(scheduled())
        live.look("08:00")

        assert looked(live, "09:59:59.999") == 0
        assert looked(live, "10:00") == 1

    def test_a_score_that_stays_as_it_is_needs_no_look_each_time(self) -> None:
        live = Live().take(scheduled(hosts=("h",)), joined("10:00", "a"))
        for now in ("10:11", "10:13", "10:15"):
            live.look(now)

        assert looked(live, "10:15:02") == 0

    def test_once_over_any_change_is_told_at_once(self) -> None:
        live = Live().take(THERE)
        live.look("12:00")

        told = live.take(chat("11:30"), appended_at="12:01").look("12:01:05")

        assert told.scores["a"].components["chat"].counted == 1

    def test_everything_ignores_the_pace(self) -> None:
        live = Live().take(scheduled(), joined("10:00", "a"))
        live.look("10:00:10")

        told = live.look("10:00:11", everything=True)

        assert told.scores["a"].window_ms == 11_000
        assert told.results["a"].revision == 2

    def test_a_look_may_be_bounded(self) -> None:
        plans = [in_session(f"s{n}", [scheduled()])[0] for n in range(5)]
        taking = ledger()
        taking.take(entry(plan, n) for n, plan in enumerate(plans))

        checkpoints = [taking.checkpoint(ms("08:00"), most=2) for _ in range(3)]

        assert [each.assessed for each in checkpoints] == [2, 2, 1]
        assert [each.left for each in checkpoints] == [3, 1, 0]
        assert [each.low for each in checkpoints] == [2, 4, 5]

    def test_news_comes_before_those_for_whom_only_time_has_passed(self) -> None:
        plans = [in_session(f"s{n}", [scheduled()])[0] for n in range(5)]
        taking = ledger()
        taking.take(entry(plan, n) for n, plan in enumerate(plans))
        taking.checkpoint(ms("08:00"))
        taking.take([entry(in_session("s4", [joined("10:10", "a")])[0], 5, ms("10:10"))])

        checkpoints = [taking.checkpoint(ms("10:10"), most=2) for _ in range(3)]

        first = {change.key for change in checkpoints[0].changes if change.topic == SCORES.name}
        assert "a" in first
        assert [each.assessed for each in checkpoints] == [2, 2, 1]
        assert [each.left > 0 for each in checkpoints] == [True, True, False]


def looked(live: Live, now: str) -> int:
    """How many subjects were looked at."""
    live.look(now)
    assert live.last is not None
    return live.last.assessed


class TestPublication:
    def test_every_output_says_from_where_and_when(self) -> None:
        taking = ledger(epoch=3)
        taking.take([entry(THERE[0], 41)])

        told = Told(taking.checkpoint(ms("08:00:01")).changes)

        score = told.scores["a"]
        assert (score.epoch, score.position, score.revision) == (3, 42, 1)
        assert score.assessed_at is not None
        assert score.assessed_at.isoformat() == "2026-03-02T08:00:01+00:00"

    def test_an_idle_checkpoint_is_empty(self) -> None:
        live = Live().take(THERE)
        live.look("08:00")
        live.look("08:00:02")

        assert live.last is not None
        assert live.last.empty
