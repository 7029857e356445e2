"""Load is telemetry like any other, in the evening's mix, only faster made."""

from collections import Counter

import msgspec
import pytest

from schemas.codec import decode_telemetry
from schemas.instants import HOUR_MS, MINUTE_MS, milliseconds
from schemas.telemetry import Event, Joined, Left, PersonEvent, SessionScheduled, Telemetry
from streams.simulation.evening import evening
from streams.simulation.load import MIX, sessions_in_progress
from streams.simulation.settings import Evening

NOW = 1_772_478_000_000
STARTED_AT = NOW - HOUR_MS
SESSIONS, PEOPLE, EACH = 40, 8, 100


def load(**changed: float) -> list[tuple[bytes, bytes]]:
    arguments = {
        "seed": 1,
        "sessions": SESSIONS,
        "people": PEOPLE,
        "events_per_person": EACH,
        "started_at": STARTED_AT,
        "now": NOW,
    }
    return list(sessions_in_progress(**arguments | changed))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pairs() -> list[tuple[bytes, bytes]]:
    return load()


@pytest.fixture(scope="module")
def records(pairs: list[tuple[bytes, bytes]]) -> list[Telemetry]:
    return [decode_telemetry(value) for _, value in pairs]


def name(record: Event) -> str:
    return str(type(record).__struct_config__.tag)


def test_a_seed_gives_the_same_bytes(pairs: list[tuple[bytes, bytes]]) -> None:
    assert pairs == load()
    assert pairs != load(seed=2)


def test_each_record_is_written_as_the_codec_writes_it(
    pairs: list[tuple[bytes, bytes]], records: list[Telemetry]
) -> None:
    for (key, value), record in zip(pairs, records, strict=True):
        assert record.session.encode() == key
        # The codec leaves the fraction of a whole second out.
        assert msgspec.json.encode(record) == value.replace(b".000000Z", b"Z")


def test_sessions_are_in_progress_and_nothing_is_from_the_future(records: list[Telemetry]) -> None:
    plans = records[: SESSIONS * 3 : 3]
    assert all(isinstance(plan, SessionScheduled) for plan in plans)
    for plan in plans:
        assert isinstance(plan, SessionScheduled)
        assert milliseconds(plan.starts_at) == STARTED_AT
        assert milliseconds(plan.ends_at) > NOW
        assert len(plan.roster) == PEOPLE
    events = [record for record in records if not isinstance(record, SessionScheduled)]
    assert all(STARTED_AT <= milliseconds(record.at) <= NOW for record in events)


def test_everybody_takes_part_the_asked_number_of_times(records: list[Telemetry]) -> None:
    people = Counter(
        record.participant
        for record in records
        if isinstance(record, PersonEvent) and record.participant.startswith("par-")
    )
    assert len(people) == SESSIONS * PEOPLE
    assert sum(people.values()) / len(people) == pytest.approx(EACH, rel=0.1)


def test_duplicates_and_late_records_come_at_their_rates(records: list[Telemetry]) -> None:
    times = Counter(record.id for record in records)
    assert len(records) / len(times) == pytest.approx(1.02, abs=0.005)
    newest = late = 0
    for record in records:
        at = milliseconds(record.at)
        late += at < newest
        newest = max(newest, at)
    assert late / len(records) == pytest.approx(0.04, abs=0.01)


def test_a_leave_is_followed_by_a_join_on_another_connection() -> None:
    open_connections: dict[str, str | None] = {}
    leaves = 0
    for _, value in load(duplicates=0.0, disorder=0.0):
        record = decode_telemetry(value)
        if isinstance(record, Joined) and record.role == "participant":
            assert open_connections.get(record.participant) is None
            open_connections[record.participant] = record.connection
        elif isinstance(record, Left):
            leaves += 1
            assert open_connections[record.participant] == record.connection
            open_connections[record.participant] = None
        elif isinstance(record, PersonEvent) and record.connection:
            assert open_connections[record.participant] == record.connection
    assert leaves > SESSIONS * PEOPLE


def test_the_mix_is_that_of_the_evening(records: list[Telemetry]) -> None:
    kinds = {*MIX, "joined"}
    night: Counter[str] = Counter()
    for seed in range(10):
        night.update(
            name(delivery.record)
            for delivery in evening(Evening(seed=seed, starts_at=STARTED_AT))
            if isinstance(delivery.record, Event)
        )
    made = Counter(name(record) for record in records)
    whole, total = sum(night[kind] for kind in kinds), sum(made[kind] for kind in kinds)
    for kind in kinds:
        assert made[kind] / total == pytest.approx(night[kind] / whole, abs=0.02), kind


def test_records_have_an_ordinary_size(
    pairs: list[tuple[bytes, bytes]], records: list[Telemetry]
) -> None:
    sizes = [
        len(value)
        for (_, value), record in zip(pairs, records, strict=True)
        if not isinstance(record, SessionScheduled)
    ]
    assert 150 <= sum(sizes) / len(sizes) <= 170


@pytest.mark.parametrize("now", [STARTED_AT, STARTED_AT - MINUTE_MS, STARTED_AT + 3 * HOUR_MS])
def test_sessions_that_cannot_be_in_progress_are_refused(now: int) -> None:
    with pytest.raises(ValueError, match="three hours"):
        load(now=now)
