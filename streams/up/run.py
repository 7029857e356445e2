"""Run: the order in which all is started, watched and stopped."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

from schemas.topics import TELEMETRY
from streams.gateway.config import read_config
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK
from streams.machine.postgres import Postgres
from streams.machine.program import Program, ProgramError
from streams.machine.server import START_TIMEOUT, Server
from streams.machine.supervisor import Change, Supervisor
from streams.policies import load
from streams.up.door import door_config
from streams.up.health import Health
from streams.up.memory import DatabaseKind, Memory, keep, recall
from streams.up.parts import Parts
from streams.up.place import UpError, taken
from streams.up.screen import Screen
from streams.up.servers import broker_in, make_topics, postgres_in

GRACE_S = 8.0
LOOK_EVERY_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What `rollcall up` was asked for; None leaves it to what the folder was made with."""

    folder: Path
    partitions: int | None = None
    scale: int | None = None
    database: DatabaseKind | None = None
    workers: int = 1
    simulate: bool = False
    policies: Sequence[Path] = ()
    gateway: Path | None = None


class StoppedError(Exception):
    """Told to stop before everything was started."""


def run_up(wanted: Wanted) -> None:
    """Have everything run over one data folder, until SIGINT or SIGTERM.

    To be called in the main thread, as signals are.

    Raises:
        ProgramError: it cannot be started as wanted; nothing is left running.
        FileError: a policy or the door's config cannot be used.
    """
    with taken(wanted.folder):
        memory = recall(wanted.folder, wanted.partitions, wanted.scale, wanted.database)
        load(wanted.policies, memory.scale)
        now_ms = time.time_ns() // 1_000_000
        config = wanted.gateway or door_config(wanted.folder / "door", now_ms)
        read_config(config, os.environ)
        Machine(wanted, memory, config, Screen()).run()


class Machine:
    """Kafka, the database, workers, a sink, the door and perhaps a simulator."""

    def __init__(self, wanted: Wanted, memory: Memory, config: Path, screen: Screen) -> None:
        self._wanted = wanted
        self._memory = memory
        self._config = config
        self._screen = screen
        self._supervisor = Supervisor(self._changed)
        self._stop = threading.Event()
        self._programs: dict[str, Program] = {}
        self._crashed: set[str] = set()
        self._finished: SimpleQueue[str] = SimpleQueue()

    def run(self) -> None:
        """Start all, watch it, stop all."""
        folder, memory = self._wanted.folder, self._memory
        self._screen.say(f"starting in {folder}; the first time takes longer")
        broker, postgres = broker_in(folder, self._screen.say), postgres_in(folder, memory)
        # PostgreSQL first: what it refuses it refuses at once, and before anything is fetched.
        servers = [server for server in (postgres, broker) if server is not None]
        programs = [server.program() for server in servers]
        with _told_by_signal(self._stop):
            try:
                for program in programs:
                    self._supervise(program)
                for server, program in zip(servers, programs, strict=True):
                    self._wait_for(server, program)
                for line in make_topics(broker, folder, memory.partitions):
                    self._screen.say(f"unlike the table of topics: {line}")
                self._watch(self._parts(broker, postgres))
            except StoppedError:
                pass
            finally:
                self._screen.close()
                self._screen.say("stopping; one moment")
                self._supervisor.stop(GRACE_S)
        self._screen.say(f"all stopped; the data stays in {self._wanted.folder}")

    def _wait_for(self, server: Server, program: Program) -> None:
        def hopeful() -> bool:
            return not self._stop.is_set() and program.name not in self._crashed

        try:
            server.wait_until_ready(START_TIMEOUT, hopeful)
        except ProgramError as error:
            if self._stop.is_set():
                raise StoppedError from None
            reason = self._screen.reason(program.name)
            raise UpError(f"{error}: {reason} (all of it: {program.log})") from error

    def _parts(self, broker: Broker, postgres: Postgres | None) -> Parts:
        file = (self._wanted.folder / "rollcall.db").absolute()
        return Parts(
            folder=self._wanted.folder,
            bootstrap=broker.bootstrap,
            partitions=self._memory.partitions,
            scale=self._memory.scale,
            database_url=postgres.url if postgres else f"sqlite:///{file}",
            policies=self._wanted.policies,
        )

    def _watch(self, parts: Parts) -> None:
        """Start what is ours, and see to it until told to stop."""
        count = self._wanted.workers
        names = [f"worker-{number + 1}" for number in range(count)] if count > 1 else ["worker"]
        workers = {name: self._memory.port(name) for name in names}
        sink, door = self._memory.port("sink"), self._memory.port("door")
        door_metrics = self._memory.port("door metrics")
        keep(self._wanted.folder, self._memory)
        for name, port in workers.items():
            self._supervise(parts.worker(name, port))
        self._supervise(parts.sink("sink", sink))
        self._supervise(parts.door("door", self._config, door, door_metrics))
        if self._wanted.simulate:
            self._supervise(parts.simulator())
        self._tell(parts, {**workers, "sink": sink, "door": door_metrics})
        self._screen.say(f"  door      http://{LOOPBACK}:{door} ({self._config.absolute()})")
        self._screen.say("Ctrl-C stops all of it.")
        health = Health(workers, sink, parts.database_url)
        health.start()
        try:
            while not self._stop.wait(LOOK_EVERY_S):
                # Ended well, but nobody asked for it here: somebody stopped it by hand.
                while not self._finished.empty():
                    self._supervise(self._programs[self._finished.get()])
                self._screen.show(health.figures)
        finally:
            health.stop()

    def _tell(self, parts: Parts, ports: dict[str, int]) -> None:
        folder = self._wanted.folder.absolute()
        database = parts.database_url.replace("+psycopg", "")
        self._screen.say(f"Rollcall is up, with its data in {folder}")
        self._screen.say(f"  Kafka     {parts.bootstrap}, {parts.partitions} partitions")
        self._screen.say(f"  database  {database}")
        for name, port in ports.items():
            self._screen.say(f"  metrics   http://{LOOPBACK}:{port}/metrics ({name})")
        self._screen.say(f"  logs      {folder / 'logs'}")
        if parts.scale != 1:
            self._screen.say(f"  scale     {parts.scale}: a session of 2 h lasts {_length(parts)}")
        if self._wanted.simulate:
            self._screen.say("  events    invented evenings, one after the other")
        else:
            self._screen.say(f"  events    go to {TELEMETRY.name} (key: session)")
        self._screen.say(f"  look in   rollcall tail --bootstrap {parts.bootstrap}")

    def _supervise(self, program: Program) -> None:
        if self._stop.is_set():
            raise StoppedError
        self._programs[program.name] = program
        self._screen.expect(program)
        self._supervisor.start(program)

    def _changed(self, change: Change) -> None:
        if change.state == "crashed":
            self._crashed.add(change.name)
        if change.state == "finished":
            self._finished.put(change.name)
        self._screen.changed(change)


def _length(parts: Parts) -> str:
    return f"{2 * 3600 / parts.scale:g} s"


@contextmanager
def _told_by_signal(stop: threading.Event) -> Iterator[None]:
    """Signals to end set `stop`; more of them change nothing, as stopping takes a moment."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
