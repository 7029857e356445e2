"""The faults of records and of releases in their short forms."""

from pathlib import Path

import pytest

from streams.machine.kafka import Broker
from tests.faults import poison, upgrade
from tests.faults.frame import Place


@pytest.fixture
def place(broker: Broker, prefix: str, database_url: str, data_folder: Path) -> Place:
    return Place(broker.bootstrap, prefix, database_url, data_folder)


def test_poison_among_good_records(place: Place) -> None:
    outcome = poison.run(poison.SHORT, place)
    print(outcome)
    assert outcome.faults == poison.SHORT.faults
    assert outcome.counts["classes"] == 20


def test_nothing_but_poison(place: Place) -> None:
    outcome = poison.nothing_else(poison.ONLY_SHORT, place)
    print(outcome)
    assert outcome.counts["records"] == poison.ONLY_SHORT.events


def test_a_rolling_upgrade_and_back(place: Place) -> None:
    outcome = upgrade.run(upgrade.SHORT, place)
    print(outcome)
    assert outcome.faults == 4
