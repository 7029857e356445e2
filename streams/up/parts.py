"""Parts: what runs on the machine beside Kafka and PostgreSQL, each as a program of ours."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from streams.machine.program import Program

SIMULATOR = "simulator"


class Parts(NamedTuple):
    """What every part of ours needs to know. `policies` are files or folders."""

    folder: Path
    bootstrap: str
    partitions: int
    scale: int
    database_url: str
    policies: Sequence[Path]

    def worker(self, name: str, metrics_port: int) -> Program:
        """One of the workers."""
        policies = os.pathsep.join(str(path.absolute()) for path in self.policies)
        settings = {
            "ROLLCALL_PARTITIONS": str(self.partitions),
            "ROLLCALL_SCALE": str(self.scale),
            "ROLLCALL_POLICIES": policies,
            "ROLLCALL_METRICS_PORT": str(metrics_port),
            "ROLLCALL_DATA": str(self.folder / name),
        }
        return self._program(name, ("worker",), settings)

    def sink(self, name: str, metrics_port: int) -> Program:
        """The sink."""
        settings = {
            "ROLLCALL_DATABASE_URL": self.database_url,
            "ROLLCALL_METRICS_PORT": str(metrics_port),
        }
        return self._program(name, ("sink",), settings)

    def door(self, name: str, config: Path, port: int, metrics_port: int) -> Program:
        """The HTTP door."""
        settings = {
            "ROLLCALL_GATEWAY_CONFIG": str(config.absolute()),
            "ROLLCALL_GATEWAY_PORT": str(port),
            "ROLLCALL_METRICS_PORT": str(metrics_port),
        }
        return self._program(name, ("gateway",), settings)

    def simulator(self) -> Program:
        """Evening after evening, at the scale of the policies."""
        options = ("--kafka", self.bootstrap, "--scale", str(self.scale), "--repeat")
        return self._program(SIMULATOR, ("simulate", *options), {})

    def _program(self, name: str, command: Sequence[str], settings: dict[str, str]) -> Program:
        # -P: a folder called `streams` where somebody happens to be is not our package.
        ours = (sys.executable, "-P", "-m", "streams.commands")
        connection = {"ROLLCALL_BOOTSTRAP": self.bootstrap, "ROLLCALL_TOPIC_PREFIX": ""}
        return Program(
            name=name,
            argv=(*ours, *command),
            log=self.folder / "logs" / f"{name}.log",
            env={**connection, **settings},
        )
