"""Topics: the table is sound, and says the same as everything that leans on it."""

import pytest

from schemas.codec import LARGEST_BYTES
from schemas.instants import DAY_MS
from schemas.topics import (
    CARE,
    CARE_STATE,
    DEAD_LETTERS,
    MEBIBYTE,
    SESSION_STATE,
    TELEMETRY,
    TOPICS,
    Topic,
)

SOURCE_AND_STATE = [(TELEMETRY, SESSION_STATE), (CARE, CARE_STATE)]


def test_names_are_unique_and_versioned() -> None:
    names = [topic.name for topic in TOPICS]
    assert len(set(names)) == len(names)
    for name in names:
        room, *what, version = name.split(".")
        assert room == "rollcall"
        assert version[0] == "v"
        assert version[1:].isdecimal()
        assert all(part.isalpha() and part.islower() for part in what)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_says_who_writes_and_who_reads(topic: Topic) -> None:
    assert topic.key
    assert topic.holds
    assert topic.writer
    assert topic.readers


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_is_deleted_has_an_age_and_what_is_compacted_has_none(topic: Topic) -> None:
    assert (topic.retention_ms is None) is (topic.cleanup == "compact")
    assert topic.retention_ms is None or topic.retention_ms >= 14 * DAY_MS


@pytest.mark.parametrize(("source", "state"), SOURCE_AND_STATE, ids=["session", "care"])
def test_a_stage_keeps_its_state_beside_its_source(source: Topic, state: Topic) -> None:
    assert source.partitions == state.partitions
    assert source.key == state.key
    assert state.cleanup == "compact"
    assert source.cleanup == "delete"
    assert source.append_time
    assert state.append_time


def test_a_refused_record_fits_into_a_dead_letter_with_its_reason() -> None:
    others = [topic for topic in TOPICS if topic is not DEAD_LETTERS and topic.cleanup == "delete"]
    assert DEAD_LETTERS.max_message_bytes > max(topic.max_message_bytes for topic in others)


def test_every_valid_record_fits_into_its_topic() -> None:
    assert all(topic.max_message_bytes > LARGEST_BYTES for topic in TOPICS)
    assert SESSION_STATE.max_message_bytes >= 4 * MEBIBYTE


def test_only_the_dead_letters_may_hold_no_key() -> None:
    assert [topic.name for topic in TOPICS if topic.key == "as it came"] == [DEAD_LETTERS.name]
