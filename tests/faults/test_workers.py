"""The worker's faults in their short forms."""

from pathlib import Path

import pytest

from streams.machine.kafka import Broker
from tests.faults import killed
from tests.faults.frame import Place


@pytest.fixture
def place(broker: Broker, prefix: str, database_url: str, data_folder: Path) -> Place:
    return Place(broker.bootstrap, prefix, database_url, data_folder)


def test_workers_that_are_killed(place: Place) -> None:
    outcome = killed.run(killed.SHORT, place)
    print(outcome)
    assert outcome.faults >= 4
    assert outcome.inside >= 2
