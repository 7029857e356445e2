"""Records that cannot be taken in become dead letters; the good ones around them are judged."""

import json
from typing import Any

import pytest

from schemas.codec import encode
from streams.care.stage import care_stage
from tests.builders import ms, when
from tests.care.builders import (
    PERSON,
    accommodation,
    decision,
    entry,
    notice,
    override,
    result,
    waiver,
)
from tests.care.partition import Partition
from tests.care.stages import POLICIES

NOW = ms("14:30")


def changed(record: Any, **fields: Any) -> bytes:
    """A record as JSON with fields set, or left out where None."""
    raw = json.loads(encode(record)) | fields
    return json.dumps({name: value for name, value in raw.items() if value is not None}).encode()


BAD: dict[str, tuple[bytes | None, str, str]] = {
    "no value": (None, "null_value", "no value"),
    "no json": (b"{", "invalid_json", "not one JSON value"),
    "not utf-8": (b'{"type": "\xff"}', "invalid_utf8", "not UTF-8"),
    "nul": (changed(notice("09:00"), entity="a\0"), "nul_character", "escaped NUL"),
    "nested": (b"[" * 200_000, "nested_too_deep", "nested too deep"),
    "oversize": (b'{"a": "' + b"a" * 600_000 + b'"}', "oversize", "longer than"),
    "unknown type": (changed(notice("09:00"), type="promised"), "unknown_type", "`type`"),
    "telemetry": (b'{"type": "joined", "id": "i"}', "unknown_type", "`type`"),
    "no type": (changed(notice("09:00"), type=None), "invalid_field", "type"),
    "decided, no reason": (
        changed(decision("09:00", True), reason_code=None),
        "invalid_field",
        "reason_code",
    ),
    "overridden, no reason": (
        changed(override("09:00", "excused"), reason_code=None),
        "invalid_field",
        "reason_code",
    ),
    "waived, no reason": (
        changed(waiver("09:00", "late"), reason_code=None),
        "invalid_field",
        "reason_code",
    ),
    "empty reason": (
        changed(waiver("09:00", "late"), reason_code=""),
        "invalid_field",
        "reason_code",
    ),
    "unknown rule": (changed(waiver("09:00", "untidy")), "invalid_field", "$.rule"),
    "a session's rule": (changed(waiver("09:00", "host_absent")), "invalid_field", "$.rule"),
    "unknown outcome": (changed(override("09:00", "pardoned")), "invalid_field", "$.outcome"),
    "unknown reason": (changed(notice("09:00", "weather")), "invalid_field", "$.reason"),
    "unknown signal": (changed(accommodation("smiling")), "invalid_field", "$.exempt"),
    "wrong type": (changed(decision("09:00", True), accepted="yes"), "invalid_field", "accepted"),
    "no offset": (changed(notice("09:00"), at="2026-03-02T09:00:00"), "invalid_field", "$.at"),
    "absurd revision": (changed(notice("09:00"), revision=10**100), "invalid_field", "revision"),
    "absurd date": (
        changed(accommodation("camera"), until="9999-01-01T00:00:00Z"),
        "invalid_field",
        "dates",
    ),
    "from the future": (changed(notice("15:00")), "from_the_future", "after the append time"),
    "too old": (
        changed(notice("09:00"), at="2024-03-02T09:00:00Z"),
        "too_old",
        "before the append time",
    ),
    "of somebody else": (changed(notice("09:00"), participant="b"), "wrong_key", "key"),
    "never published": (changed(result(), assessed_at=None), "too_old", "before the append time"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_record_is_told_with_its_reason_and_stops_nothing(
    bad: tuple[bytes | None, str, str],
) -> None:
    value, reason, detail = bad
    partition = Partition(care_stage(POLICIES))
    good = entry(result())
    partition.append(good.key, good.value, NOW)
    partition.append(PERSON.encode(), value, NOW)
    after = entry(waiver("14:10", "no_show"))
    partition.look(NOW)
    partition.append(after.key, after.value, NOW)
    partition.look(NOW)

    [dead] = partition.dead_letters
    assert dead.reason == reason
    assert detail in dead.detail
    assert (dead.arrival.offset, dead.arrival.value) == (1, value)
    assert [told["status"] for told in partition.in_sessions] == ["stood", "retracted"]


def test_a_record_without_a_key_is_a_dead_letter() -> None:
    partition = Partition(care_stage(POLICIES))
    partition.append(None, entry(result()).value, NOW)
    partition.look(NOW)
    assert [dead.reason for dead in partition.dead_letters] == ["null_key"]


def test_refusals_are_not_told_again_after_a_crash() -> None:
    partition = Partition(care_stage(POLICIES))
    partition.append(PERSON.encode(), b"{", NOW)
    partition.look(NOW)
    partition.crash()
    partition.look(NOW)
    assert len(partition.dead_letters) == 1


def test_dates_inside_a_record_are_never_from_the_future() -> None:
    partition = Partition(care_stage(POLICIES))
    planned = entry(accommodation("camera", begins="12-24 00:00", until="12-31 00:00"))
    partition.append(planned.key, planned.value, NOW)
    partition.look(NOW)
    assert partition.dead_letters == []
    assert when("12-24 00:00") > when("14:30")
