"""The table of webhooks: every entry is what its name says."""

import pytest

from schemas.platforms.webhooks import WEBHOOKS


@pytest.mark.parametrize("platform", WEBHOOKS)
def test_an_entry_is_called_like_its_source(platform: str) -> None:
    assert WEBHOOKS[platform].name == platform


@pytest.mark.parametrize("platform", WEBHOOKS)
def test_without_cameras_among_the_signals_there_is_nothing_to_say_of_them(platform: str) -> None:
    source = WEBHOOKS[platform]

    assert ("camera" in source.signals) == (source.camera != "none")
