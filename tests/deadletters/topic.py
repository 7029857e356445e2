"""A dead letter topic of one test, and the command that is tried on it."""

import json
import time
from contextlib import closing
from typing import Any

from click.testing import Result
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.dead_letter import Entry
from schemas.topics import DEAD_LETTERS, TELEMETRY
from sinks.topics import provision
from streams.reading import read_topic
from tests.commands.conftest import Run
from tests.deadletters.letters import ours

PARTITIONS = 2


class Letters:
    """Dead letters of one test, and the command that is tried on them."""

    def __init__(self, bootstrap: str, prefix: str, run: Run) -> None:
        self.bootstrap, self.prefix, self._run = bootstrap, prefix, run
        provision(bootstrap, PARTITIONS, 1, prefix)

    def write(self, *entries: Entry, partition: int = 0) -> None:
        """Append them, in order."""
        with closing(
            KafkaProducer(bootstrap_servers=self.bootstrap, max_request_size=2 << 20)
        ) as producer:
            topic = self.prefix + DEAD_LETTERS.name
            sent = [
                producer.send(
                    topic, each.value, key=each.key, headers=list(each.headers), partition=partition
                )
                for each in entries
            ]
            for future in sent:
                future.get(30)

    def ours(self, *arguments: Any, **options: Any) -> Entry:
        """A letter about our telemetry, as its prefix has it."""
        return ours(*arguments, topic=self.prefix + TELEMETRY.name, **options)

    def make(self, name: str, **configs: str) -> str:
        """Another topic, with one partition; its full name."""
        topic = self.prefix + name
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.create_topics([NewTopic(topic, 1, 1, topic_configs=configs)])
            deadline = time.monotonic() + 30
            while topic not in admin.list_topics():
                assert time.monotonic() < deadline, f"{topic} is not made"
        return topic

    def run(self, *arguments: str) -> Result:
        """The command, to its end."""
        place = ("--bootstrap", self.bootstrap, "--topic-prefix", self.prefix)
        command, *rest = arguments
        return self._run("deadletters", command, *place, *rest, TZ="UTC", COLUMNS="200")

    def listed(self, *options: str) -> list[dict[str, Any]]:
        """What `list --json` tells."""
        return [
            json.loads(line) for line in self.run("list", "--json", *options).stdout.splitlines()
        ]

    def redriven(self, *options: str) -> dict[str, int]:
        """How many letters `redrive --json` told of each outcome, in one run without an error."""
        result = self.run("redrive", "--json", *options)
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)["outcomes"]
        return {f"{each['reason']} {each['outcome']}": each["letters"] for each in told}

    def entries(self, topic: str = TELEMETRY.name) -> list[Entry]:
        """What is in a topic of the prefix."""
        return list(read_topic(self.bootstrap, self.prefix + topic))

    def committed(self) -> dict[int, int]:
        """Where the redrive's group stands."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            told = admin.list_group_offsets({f"{self.prefix}rollcall.redrive": None})
        offsets = next(iter(told.values()), {})
        return {place.partition: offset.offset for place, offset in offsets.items()}
