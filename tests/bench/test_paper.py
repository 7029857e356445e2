"""The arithmetic of what many sessions need, with constants that can be reckoned by head."""

import pytest

from streams.stage import Pacing
from tests.bench.paper import MEMORY_MB, Constants, needs, rows

PLAIN = Constants(
    event_bytes=200,
    events_per_person_hour=45,
    fold_s=5e-6,
    assess_s=1e-3,
    state_bytes=10_000,
    output_bytes=1_000,
    load_s=1e-4,
    person_bytes=1_000,
    transport_s=5e-6,
)
PACING = Pacing(assess_every=5_000, publish_every=60_000, save_every=300_000)


def test_what_six_thousand_sessions_need() -> None:
    found = needs(6_000, PLAIN, PACING)
    # 48 000 people, an event of each session every ten seconds, 100 written each second.
    assert found.events_s == pytest.approx(600)
    assert found.cores == pytest.approx(600 * 1e-5 + (6_000 / 15 + 100) * 1e-3)
    assert (found.workers, found.partitions) == (2, 4)
    assert found.telemetry_mb_s == pytest.approx(0.12)
    assert found.written_mb_s == pytest.approx(1.8)
    assert found.replicated_mb_s == pytest.approx(3 * 1.92)
    assert found.checkpoint_mb == pytest.approx(0.9)
    assert found.recovery_s == pytest.approx(2 * (1_500 * 1e-4 + 45_000 * 1e-5))


def test_twice_as_many_sessions_need_twice_as_much() -> None:
    once, twice = (needs(sessions, PLAIN, PACING) for sessions in (50_000, 100_000))
    for name in ("events_s", "cores", "memory_mb", "written_mb_s", "state_gb"):
        assert getattr(twice, name) == pytest.approx(2 * getattr(once, name))


@pytest.mark.parametrize(("person_bytes", "workers"), [(1_000, 2), (1e6 * MEMORY_MB / 9_600, 5)])
def test_memory_can_ask_for_more_workers_than_time_does(person_bytes: float, workers: int) -> None:
    assert needs(6_000, PLAIN._replace(person_bytes=person_bytes), PACING).workers == workers


def test_a_column_for_each() -> None:
    found = rows([needs(sessions, PLAIN, PACING) for sessions in (1, 2, 3)])
    assert {len(row) for row in found} == {4}
