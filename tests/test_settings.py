"""The worker's settings: read once, and refused in one line."""

from dataclasses import fields
from pathlib import Path

import pytest

from streams.settings import READERS, Settings, SettingsError, from_environment

NEEDED = {"ROLLCALL_BOOTSTRAP": "kafka:9092"}


def test_every_setting_but_the_security_comes_from_the_environment() -> None:
    names = {each.name for each in fields(Settings)}

    assert names - READERS.keys() == {"security", "admin_security"}
    assert READERS.keys() <= names


def test_defaults() -> None:
    settings = from_environment(NEEDED)

    assert settings == Settings(bootstrap="kafka:9092")
    assert settings.stages == ("session", "care")
    assert settings.checkpoint_every_ms == 2_000
    assert settings.group == "rollcall"


def test_what_is_given_holds() -> None:
    settings = from_environment(
        {
            **NEEDED,
            "ROLLCALL_STAGES": "care",
            "ROLLCALL_TOPIC_PREFIX": "test.",
            "ROLLCALL_APP": "other",
            "ROLLCALL_POLICIES": "one.toml:folder",
            "ROLLCALL_SCALE": "60",
            "ROLLCALL_ASSESS_EVERY_MS": "6000",
            "ROLLCALL_METRICS_PORT": "",
        }
    )

    assert settings.stages == ("care",)
    assert settings.group == "test.other"
    assert settings.policies == (Path("one.toml"), Path("folder"))
    assert settings.pacing.assess_every == 100
    assert settings.metrics_port is None


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"ROLLCALL_BOOTSTRAP": ""}, "ROLLCALL_BOOTSTRAP: the address of a Kafka broker"),
        ({"ROLLCALL_SCALE": "fast"}, "ROLLCALL_SCALE: 'fast' is not a whole number"),
        ({"ROLLCALL_SCALE": "0"}, "ROLLCALL_SCALE: 0 is not between 1 and 3600"),
        ({"ROLLCALL_STAGES": "session,dose"}, "ROLLCALL_STAGES: 'dose' is not one of"),
        ({"ROLLCALL_STAGES": "care,care"}, "ROLLCALL_STAGES: at least one"),
        ({"ROLLCALL_HEARTBEAT_MS": "5000"}, "ROLLCALL_HEARTBEAT_MS: must be at most half"),
        ({"ROLLCALL_CHECKPOINT_EVERY_MS": "1"}, "ROLLCALL_CHECKPOINT_EVERY_MS: 1 is not between"),
    ],
)
def test_a_bad_value_is_one_line_with_key_and_reason(given: dict[str, str], line: str) -> None:
    with pytest.raises(SettingsError) as refused:
        from_environment(NEEDED | given)

    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)
