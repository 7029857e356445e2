"""The database's faults in their short forms."""

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.machine.kafka import Broker
from tests.faults import (
    database_deadlock,
    database_killed,
    database_refuses,
    disk_full,
    offsets_reset,
)
from tests.faults.frame import Outcome, Place, Sizes

BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
MOUNTS = pytest.mark.skipif(not disk_full.possible(), reason="mounting a disk needs root")


@pytest.fixture
def place(
    broker: Broker, prefix: str, data_folder: Path, request: pytest.FixtureRequest
) -> Callable[[str], Place]:
    def at(kind: str) -> Place:
        if kind == "sqlite":
            url = f"sqlite:///{data_folder / 'rollcall.db'}"
        else:
            url = str(request.getfixturevalue("database_url"))
        return Place(broker.bootstrap, prefix, url, data_folder)

    return at


def told(run: Callable[[Sizes, Place], Outcome], sizes: Sizes, place: Place) -> Outcome:
    outcome = run(sizes, place)
    print(outcome)
    assert outcome.counts["records"] >= sizes.events
    return outcome


def test_a_database_that_is_killed(place: Callable[[str], Place]) -> None:
    assert told(database_killed.run, database_killed.SHORT, place("sqlite")).inside == 2


def test_a_deadlock_with_somebody_else(place: Callable[[str], Place]) -> None:
    assert told(database_deadlock.run, database_deadlock.SHORT, place("postgresql")).inside == 2


@BOTH
def test_a_row_that_is_refused(place: Callable[[str], Place], kind: str) -> None:
    assert told(database_refuses.run, database_refuses.SHORT, place(kind)).inside == 4


@BOTH
def test_offsets_that_are_lost_three_times(place: Callable[[str], Place], kind: str) -> None:
    assert told(offsets_reset.run, offsets_reset.SHORT, place(kind)).faults == 3


@MOUNTS
@pytest.mark.parametrize("run", [disk_full.on_sqlite, disk_full.on_postgres])
def test_a_disk_that_is_full(
    place: Callable[[str], Place], run: Callable[[Sizes, Place], Outcome]
) -> None:
    assert told(run, disk_full.SHORT, place("sqlite")).inside == 2
