"""The table of webhooks: every source under its own name, and none claims what it cannot see."""

import pytest

from schemas.platforms.source import Source
from schemas.platforms.webhooks2 import WEBHOOKS
from tests.schemas.platforms.given import refused


@pytest.mark.parametrize(("name", "source"), WEBHOOKS.items())
def test_every_source(name: str, source: Source) -> None:
    assert source.name == name
    assert ("camera" in source.signals) == (source.camera != "none")
    assert refused(source, b"\xff")
