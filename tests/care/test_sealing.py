"""What happens to sessions and staff facts that nothing can reach any more."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from schemas.care import CareEvent, SessionResult
from schemas.instants import DAY_MS, milliseconds
from schemas.topics import CARE_STATE
from streams.care.facts import MOST_RESULTS, MOST_STAFF_FACTS, CareFacts
from streams.care.seal import KEPT_MS, OLDEST_MS
from streams.care.stage import care_stage
from streams.care.violations import RULES
from tests.builders import when
from tests.care.builders import (
    PERSON,
    accommodation,
    decision,
    entry,
    finding,
    notice,
    override,
    result,
    waiver,
)
from tests.care.partition import Partition
from tests.care.stages import POLICIES

MOST_KEPT = 4 * 16 + 8
"""Sessions of 16 weeks, and of the two that are not quite as old."""


def held(day: int, *rules: str, **fields: Any) -> Any:
    """The final result of a session, `day` days after the first one."""
    starts_at = when("10:00") + timedelta(days=day)
    return said(
        result(
            findings=[finding(rule) for rule in rules],
            session=f"session-{day:05}",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            ended_at=starts_at + timedelta(hours=2),
            **fields,
        ),
        day,
    )


def said(record: Any, day: int) -> Any:
    """The record said at 14:00 of a day after the first."""
    at = when("14:00") + timedelta(days=day)
    return replace(record, **{"assessed_at" if isinstance(record, SessionResult) else "at": at})


def about(record: CareEvent, day: int) -> Any:
    """A staff fact of its own about the session of a day, said on that day."""
    name = f"session-{day:05}"
    return said(replace(record, entity=f"{record.entity}-{day}", session=name), day)


def tell(partition: Partition, *records: CareEvent | SessionResult) -> None:
    """Append records when they were said, and look then."""
    for record in records:
        told = entry(record)
        partition.append(told.key, told.value, told.timestamp)
        partition.look(told.timestamp)


def facts(partition: Partition) -> CareFacts:
    known = partition.ledger.facts(PERSON)
    assert isinstance(known, CareFacts)
    return known


def days(weeks: int) -> Iterable[int]:
    """Four sessions a week."""
    return (7 * week + day for week in range(weeks) for day in range(4))


def test_a_year_of_sessions_stays_small_and_is_told_once() -> None:
    partition = Partition(care_stage(POLICIES))
    for day in days(weeks=52):
        tell(partition, held(day, "late", "left_early", "low_attendance"))
    assert len(facts(partition).results) <= MOST_KEPT
    assert len(partition.states[PERSON.encode()]) < 250_000

    assert len(partition.in_sessions) == 52 * 4 * 3
    assert {(told["status"], told["revision"]) for told in partition.in_sessions} == {("stood", 1)}
    assert len(facts(partition).weeks["evening"]) > 30


def test_a_week_is_kept_for_sixteen_weeks_after_its_last_session_can_have_ended() -> None:
    ended_at = when("03-11 00:00")
    for later_ms, kept in ((KEPT_MS, True), (KEPT_MS + 1, False)):
        partition = Partition(care_stage(POLICIES))
        tell(partition, held(0, "late"))
        now = milliseconds(ended_at) + later_ms
        told = entry(said(held(50), 50))
        partition.append(told.key, told.value, now)
        partition.look(now)
        assert ("session-00000" in facts(partition).results) is kept


def test_a_late_word_on_a_sealed_session_changes_nothing() -> None:
    partition = Partition(care_stage(POLICIES))
    tell(partition, held(0, "late"), held(130, "late"))
    before = len(partition.in_sessions)
    late = replace(held(0, "late", "left_early", revision=2), assessed_at=when("14:00"))
    again = replace(late, assessed_at=held(130).assessed_at)
    tell(partition, again, about(waiver("13:00", "late"), 0))
    assert [dead.reason for dead in partition.dead_letters] == ["too_late"]
    assert len(partition.in_sessions) == before


def test_a_crash_after_sealing_brings_nothing_back() -> None:
    """Sealing alone is no reason to save, so the state still has what was sealed."""
    partition = Partition(care_stage(POLICIES))
    tell(partition, held(0, "late"), held(1, "late"), held(121))
    partition.crash()
    tell(partition, held(122), held(123, "late"))
    partition.crash()
    tell(partition, held(124))
    assert [(told["session"][-3:], told["status"]) for told in partition.in_sessions] == [
        ("000", "stood"),
        ("001", "stood"),
        ("123", "stood"),
    ]


def test_what_staff_say_does_not_pile_up() -> None:
    partition = Partition(care_stage(POLICIES))
    most = 0
    for day in days(weeks=100):
        until = when("14:00") + timedelta(days=day)
        for record in (
            about(notice("09:00", "illness"), day),
            held(day, "no_show"),
            about(override("13:00", "excused"), day - 7 * 30),
            said(decision("13:00", True, session=f"unknown-{day}", entity=f"unknown-{day}"), day),
            said(replace(_camera(f"until-{day}"), until=until), day),
        ):
            told = entry(record)
            partition.append(told.key, told.value, milliseconds(until))
        if day % 7 == 3:
            partition.look(milliseconds(until))
            most = max(most, len(facts(partition).staff))
    weeks_of_the_log = OLDEST_MS // DAY_MS // 7 + 1
    assert most <= MOST_KEPT + 4 * 3 * weeks_of_the_log
    assert not partition.dead_letters


def _camera(entity: str) -> Any:
    return accommodation("camera", begins="00:00", entity=entity)


def test_an_accommodation_without_end_is_kept_for_good() -> None:
    partition = Partition(care_stage(POLICIES))
    ended = replace(_camera("e2"), until=when("20:00"))
    tell(partition, said(_camera("e1"), 0), said(ended, 0), said(_camera("e3"), 0))
    taken_back = replace(_camera("e3"), revision=1, withdrawn=True)
    tell(partition, said(taken_back, 1), held(3, "camera_off"))
    assert len(facts(partition).staff) == 3

    tell(partition, held(800, "camera_off"))
    assert facts(partition).staff.keys() == {"accommodation/e1"}
    assert partition.in_sessions == []


def test_a_notice_long_before_its_session_counts() -> None:
    partition = Partition(care_stage(POLICIES))
    early = replace(notice("09:00"), session="session-00390")
    tell(partition, early, held(200, "late"), held(390, "no_show"))
    assert [told["session"] for told in partition.in_sessions] == ["session-00200"]


def test_what_was_said_of_a_session_that_never_came_goes_with_the_log() -> None:
    partition = Partition(care_stage(POLICIES))
    tell(partition, replace(decision("14:00", True), session="never"))
    oldest_day = OLDEST_MS // DAY_MS
    tell(partition, held(oldest_day))
    assert len(facts(partition).staff) == 1
    tell(partition, held(oldest_day + 1))
    assert facts(partition).staff == {}


def test_the_caps_keep_the_state_below_what_the_broker_takes() -> None:
    partition = Partition(care_stage(POLICIES))
    now = milliseconds(when("14:00"))
    for number in range(MOST_STAFF_FACTS + 1):
        told = entry(decision("13:00", False, session="elsewhere", entity=f"entity-{number:020}"))
        partition.append(told.key, told.value, now)
    for number in range(MOST_RESULTS + 1):
        told = entry(replace(held(0, *RULES), session=f"session-{number:020}"))
        partition.append(told.key, told.value, now)
    partition.look(now)
    assert [dead.reason for dead in partition.dead_letters] == ["too_many", "too_many"]
    assert len(partition.in_sessions) == MOST_RESULTS * len(RULES)
    assert len(partition.states[PERSON.encode()]) < CARE_STATE.max_message_bytes * 3 // 4


def test_somebody_without_a_session_in_progress_is_packed() -> None:
    partition = Partition(care_stage(POLICIES))
    tell(partition, held(0, "late"), said(held(30, phase="running"), 0))
    assert partition.ledger.subjects == 0
    tell(partition, said(held(1, phase="running", revision=1), 1))
    assert partition.ledger.subjects == 1
    tell(partition, held(1, "late", revision=2), said(_camera("e1"), 2))
    assert partition.ledger.subjects == 0
    assert [told["revision"] for told in partition.in_sessions] == [1, 1]
