"""Instants: exact milliseconds, whatever the century, the offset or the writing."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.instants import (
    EPOCH,
    Instant,
    instant,
    instant_or_none,
    milliseconds,
    plausible,
    rfc3339,
    storable,
)

FIRST_MS = 0
LAST_MS = milliseconds(datetime(2200, 1, 1, tzinfo=UTC)) - 1
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ANY_INSTANT = st.datetimes(timezones=OFFSETS)

decode = msgspec.json.Decoder(Instant).decode


def read(text: str) -> int:
    return milliseconds(decode(msgspec.json.encode(text)))


@settings(deadline=None)
@given(st.integers(FIRST_MS, LAST_MS), st.integers(0, 999))
def test_finer_digits_are_dropped_exactly(at_ms: int, microseconds: int) -> None:
    assert milliseconds(instant(at_ms) + timedelta(microseconds=microseconds)) == at_ms


@pytest.mark.parametrize(
    "text",
    [
        "2107-06-08T03:37:47.469999Z",
        "2199-07-28T20:38:17.678999Z",
        "2199-12-31T23:59:59.999999Z",
        "2038-01-19T03:14:08.000999Z",
    ],
)
def test_truncation_is_exact_where_doubles_are_coarse(text: str) -> None:
    at = datetime.fromisoformat(text)
    exact = Fraction((at - EPOCH) // timedelta(microseconds=1), 1000)
    assert read(text) == exact.numerator // exact.denominator


@settings(deadline=None)
@given(st.integers(FIRST_MS, LAST_MS), OFFSETS)
def test_the_offset_changes_nothing(at_ms: int, offset: timezone) -> None:
    assert milliseconds(instant(at_ms).astimezone(offset)) == at_ms


@settings(deadline=None)
@given(st.integers(FIRST_MS, LAST_MS))
def test_milliseconds_come_back_from_text(at_ms: int) -> None:
    assert milliseconds(instant(at_ms)) == at_ms
    assert read(rfc3339(at_ms)) == at_ms


@settings(deadline=None)
@given(ANY_INSTANT)
def test_every_instant_has_milliseconds(at: datetime) -> None:
    assert timedelta(0) <= (at - EPOCH) - timedelta(milliseconds=milliseconds(at))
    assert (at - EPOCH) - timedelta(milliseconds=milliseconds(at)) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-02T18:00:00+05:30", "2026-03-02T12:30:00Z"),
        ("2026-03-02T18:00:00-00:00", "2026-03-02T18:00:00Z"),
        ("2026-03-02T18:00:00.5-08:00", "2026-03-03T02:00:00.500Z"),
        ("2026-03-02t18:00:00z", "2026-03-02T18:00:00Z"),
        ("2026-03-02T18:00:00.1239Z", "2026-03-02T18:00:00.123Z"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("9999-12-31T23:59:59.999999-14:00", "9999-12-31T23:59:59.999-14:00"),
        # msgspec rounds what is finer than a microsecond.
        ("2026-03-02T18:00:00.9999999Z", "2026-03-02T18:00:01Z"),
    ],
)
def test_ways_to_write_an_instant(text: str, same: str) -> None:
    assert read(text) == milliseconds(datetime.fromisoformat(same))


def test_text_always_has_three_digits_of_milliseconds() -> None:
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"
    assert rfc3339(1_772_474_400_007) == "2026-03-02T18:00:00.007Z"


def test_absence_is_kept() -> None:
    assert instant_or_none(None) is None
    assert instant_or_none(0) == EPOCH


def test_plausible_years() -> None:
    assert plausible(None, datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC))
    assert not plausible(datetime(1999, 12, 31, 23, tzinfo=UTC))
    assert not plausible(None, datetime(2200, 1, 1, tzinfo=UTC))


@settings(deadline=None)
@given(ANY_INSTANT)
def test_what_is_storable_has_a_date_in_utc(at: datetime) -> None:
    try:
        at.astimezone(UTC)
    except OverflowError:
        assert not storable(at)
    else:
        assert storable(at) or at.year in (1, 9999)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_dates_outside_of_utc_are_not_storable(text: str) -> None:
    assert not storable(datetime.fromisoformat(text))
