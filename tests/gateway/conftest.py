"""What the tests of the door share: a broker, and for each module a door of its own."""

import uuid
from collections.abc import Iterator

import pytest

from streams.machine.kafka import Broker
from tests.gateway.door import Door
from tests.kafka.conftest import broker, prefix

__all__ = ["broker", "prefix"]


@pytest.fixture(scope="module")
def door(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door on the broker, with topics of its own."""
    folder = tmp_path_factory.mktemp("door")
    with Door(broker.bootstrap, f"d{uuid.uuid4().hex[:8]}.", folder) as door:
        yield door
