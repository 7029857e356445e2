"""One real broker for the whole test run; a prefix of its own for each test's topics."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from streams.machine.kafka import Broker


class Existing(NamedTuple):
    """A broker that somebody else runs."""

    bootstrap: str


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker | Existing]:
    """A broker for all tests; they share it, and must not stop it.

    ROLLCALL_TEST_KAFKA (host:port) points to an existing one; otherwise one from wheels runs
    for the whole test run.
    """
    if given := os.environ.get("ROLLCALL_TEST_KAFKA"):
        yield Existing(given)
        return
    with TemporaryDirectory(prefix="rollcall-") as folder, Broker(Path(folder)) as broker:
        yield broker


@pytest.fixture
def prefix() -> str:
    """What this test puts before the names of its topics, groups and transactions."""
    return f"t{uuid.uuid4().hex[:8]}."
