"""Settings of the worker: each once, read once at start-up from `ROLLCALL_*`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streams.refusals import Limits
from streams.stage import Pacing

PREFIX = "ROLLCALL_"
STAGES = ("session", "care")
MEBIBYTE = 1 << 20


class SettingsError(Exception):
    """A setting that cannot be used; the message is one line with key and reason."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `rollcall worker` can be told. Durations are whole milliseconds.

    `bootstrap` is a comma-separated list of `host:port`. `partitions` None takes the number
    that the source topic has. `policies` are files or folders; without any the shipped default
    serves. `scale` divides the durations of policies and pacing. `metrics_port` None or 0
    answers no scrapes. `dead_letter_share` is of one, and `dead_letter_run` 0 is no limit: how
    much of a partition may be refused before the worker stops. `security` are aiokafka's
    connection settings, `admin_security` those of kafka-python for the check at the start.
    """

    bootstrap: str
    stages: tuple[str, ...] = STAGES
    topic_prefix: str = ""
    app: str = "rollcall"
    partitions: int | None = None
    policies: tuple[Path, ...] = ()
    scale: int = 1
    checkpoint_every_ms: int = 2_000
    assess_every_ms: int = Pacing().assess_every
    publish_every_ms: int = Pacing().publish_every
    save_every_ms: int = Pacing().save_every
    metrics_port: int | None = None
    fetch_bytes: int = 8 * MEBIBYTE
    fetch_records: int = 5_000
    session_timeout_ms: int = 6_000
    heartbeat_ms: int = 2_000
    watchdog_ms: int = 60_000
    dead_letter_share: float = 0.5
    dead_letter_run: int = 500
    data: Path = Path("rollcall-data")
    security: Mapping[str, Any] = field(default_factory=dict)
    admin_security: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (least, most) in (RANGES | SHARES).items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise SettingsError(f"{name}: {value} is not between {least} and {most}")
        if not self.bootstrap:
            raise SettingsError("bootstrap: the address of a Kafka broker, host:port, is needed")
        if not self.stages or len(set(self.stages)) != len(self.stages):
            raise SettingsError("stages: at least one of session, care is needed, each once")
        for stage in self.stages:
            if stage not in STAGES:
                raise SettingsError(f"stages: {stage!r} is not one of session, care")
        if self.heartbeat_ms * 2 > self.session_timeout_ms:
            raise SettingsError("heartbeat_ms: must be at most half of session_timeout_ms")

    @property
    def group(self) -> str:
        """The consumer group; every prefix is a world of its own."""
        return self.topic_prefix + self.app

    @property
    def pacing(self) -> Pacing:
        """How often the ledger looks, publishes and saves, `scale` taken into account."""
        pacing = Pacing(self.assess_every_ms, self.publish_every_ms, self.save_every_ms)
        return pacing.scaled(self.scale)

    @property
    def limits(self) -> Limits:
        """How much of a partition may be refused."""
        return Limits(self.dead_letter_share, self.dead_letter_run)


RANGES: dict[str, tuple[int, int]] = {
    "partitions": (1, 10_000),
    "scale": (1, 3_600),
    "checkpoint_every_ms": (20, 60_000),
    "assess_every_ms": (0, 600_000),
    "publish_every_ms": (0, 86_400_000),
    "save_every_ms": (1_000, 86_400_000),
    "metrics_port": (0, 65_535),
    "fetch_bytes": (2 * MEBIBYTE, 64 * MEBIBYTE),
    "fetch_records": (1, 100_000),
    "session_timeout_ms": (1_000, 60_000),
    "heartbeat_ms": (100, 20_000),
    "watchdog_ms": (5_000, 3_600_000),
    "dead_letter_run": (0, 1_000_000_000),
}
SHARES: dict[str, tuple[float, float]] = {"dead_letter_share": (0.0, 1.0)}


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(part) for part in text.split(os.pathsep) if part)


READERS: dict[str, Callable[[str], Any]] = {
    "bootstrap": str,
    "stages": _list,
    "topic_prefix": str,
    "app": str,
    "policies": _paths,
    "data": Path,
    **dict.fromkeys(RANGES, int),
    **dict.fromkeys(SHARES, float),
}


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings in `ROLLCALL_BOOTSTRAP`, `ROLLCALL_STAGES` and so on; empty ones are unset.

    Raises:
        SettingsError: one is missing, no number, or out of range.
    """
    given = {}
    for name, read in READERS.items():
        key = PREFIX + name.upper()
        if text := environment.get(key, ""):
            try:
                given[name] = read(text)
            except ValueError:
                kind = "number" if name in SHARES else "whole number"
                raise SettingsError(f"{key}: {text!r} is not a {kind}") from None
    given.setdefault("bootstrap", "")
    try:
        return Settings(**given)
    except SettingsError as error:
        raise SettingsError(PREFIX + _spelt(str(error))) from None


def _spelt(line: str) -> str:
    name, colon, reason = line.partition(":")
    return name.upper() + colon + reason
