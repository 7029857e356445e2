"""`rollcall record outage`: found, fanned out, revised and taken back, and never said twice."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from kafka import KafkaProducer

from schemas.codec import encode
from schemas.topics import ROOMS, TELEMETRY
from sinks.bulk import Row
from sinks.database import Database
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.reading import read_topic
from tests.builders import in_session, scheduled
from tests.commands.conftest import Run
from tests.sinks.rows import score
from tests.test_booked_rooms import booking

SPAN = ("--from", "2026-03-02T10:30:00Z", "--until", "2026-03-02T10:40:00Z")
AT = ("--at", "2026-03-02T11:00:00Z")
RECORDS = (
    *in_session("a", [scheduled()]),
    *in_session("e", [scheduled()]),
    *in_session("f", [scheduled(program="morning")]),
    booking("a", "10:00", "12:00", room="r1"),
    booking("b", "10:00", "12:00", room="r2", program="morning"),
    booking("c", "10:00", "12:00", room="r3", platform="daily"),
)


class Desk:
    def __init__(self, run: Run, file: Path) -> None:
        self.run, self.file = run, file
        file.write_bytes(b"".join(encode(each) + b"\n" for each in RECORDS))

    def say(self, *options: str) -> Result:
        span = () if "--from" in options else SPAN
        return self.run("record", "outage", *span, *options, *AT, "--to", str(self.file))

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_bytes().splitlines()[len(RECORDS) :]]


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, tmp_path / "evening.ndjson")


@pytest.mark.parametrize(
    ("options", "sessions"),
    [
        (("--platform", "zoom"), ["a", "b"]),
        (("--program", "evening"), ["a", "c", "e"]),
        (("--program", "evening", "--platform", "zoom"), ["a"]),
        (("--session", "f", "--session", "b"), ["b", "f"]),
    ],
)
def test_each_session_touched_gets_its_record(
    desk: Desk, options: tuple[str, ...], sessions: list[str]
) -> None:
    result = desk.say(*options)

    assert result.exit_code == 0, result.output
    assert [each["session"] for each in desk.said()] == sessions
    assert len({each["entity"] for each in desk.said()}) == 1
    assert result.stderr.splitlines()[-1] == f"outage: {len(sessions)} recorded, 0 as before"


def test_repeated_revised_and_taken_back(desk: Desk) -> None:
    zoom = ("--platform", "zoom")
    desk.say(*zoom)
    assert desk.say(*zoom).stderr == "outage: 0 recorded, 2 as before\n"

    desk.say(*zoom, "--from", SPAN[1], "--until", "2026-03-02T10:50:00Z")
    result = desk.say(*zoom, "--withdraw")

    assert "outage: a: taken back in " in result.stderr
    assert [(each["session"], each["revision"]) for each in desk.said()] == [
        (session, revision) for revision in range(3) for session in ("a", "b")
    ]
    assert [each.get("withdrawn", False) for each in desk.said()] == [False] * 4 + [True] * 2
    assert len({each["entity"] for each in desk.said()}) == 1
    assert desk.say(*zoom, "--withdraw").stderr == "outage: 0 taken back, 2 as before\n"


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    result = desk.say("--platform", "zoom", "--dry-run")

    assert "outage: a: would be recorded in " in result.stderr
    assert desk.said() == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--platform", "jitsi"), "no session that is known here was planned at that time"),
        (("--session", "x"), "session: x is no known session"),
        (("--platform", "zoom", "--withdraw"), "there is no such outage to take back"),
        (("--platform", "zoom", "--entity", "an outage"), "entity: must be a pseudonym or a code"),
        (
            ("--platform", "zoom", "--from", SPAN[1], "--until", SPAN[1]),
            "`to` must be later than `from`",
        ),
    ],
)
def test_refused_in_one_line(desk: Desk, options: tuple[str, ...], reason: str) -> None:
    result = desk.say(*options)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {reason}")
    assert len(result.stderr.splitlines()) == 1
    assert desk.said() == []


@pytest.mark.parametrize("options", [(), ("--platform", "zoom", "--session", "a")])
def test_it_is_wide_or_of_named_sessions(desk: Desk, options: tuple[str, ...]) -> None:
    result = desk.say(*options)

    assert result.exit_code == 2
    assert "give --platform, --program or both, or else --session" in result.stderr


def test_where_nothing_can_be_looked_up_only_named_sessions_are(run: Run) -> None:
    wide = run("record", "outage", *SPAN, "--program", "evening", "--to", "-")
    assert wide.exit_code == 1
    assert wide.stderr.startswith("Error: there is nowhere to look sessions up")

    named = run("record", "outage", *SPAN, "--session", "x", "--to", "-")
    assert json.loads(named.stdout)["session"] == "x"


def test_sessions_that_the_database_alone_knows_are_touched(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/scores.db"
    plan = scheduled()
    times = {"starts_at": plan.starts_at, "ends_at": plan.ends_at, "program": "evening"}
    Database(url).write([Row.of(score(session="a", **times))])
    kept = ("--to", str(tmp_path / "facts.ndjson"), "--database", url)

    assert run("record", "outage", *SPAN, "--program", "evening", *kept).exit_code == 0
    assert run("record", "outage", *SPAN, "--session", "a", *kept).exit_code == 0
    assert run("record", "outage", *SPAN, "--session", "b", *kept).exit_code == 1


def test_on_the_log_it_is_said_once_of_each_session(run: Run, broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    with closing(KafkaProducer(bootstrap_servers=broker.bootstrap)) as producer:
        for each in RECORDS:
            topic = ROOMS if hasattr(each, "platform") else TELEMETRY
            producer.send(prefix + topic.name, encode(each), key=each.session.encode())
        producer.flush()
    kafka = ("--kafka", broker.bootstrap, "--topic-prefix", prefix, *AT)

    def outages() -> list[tuple[str, int]]:
        entries = list(read_topic(broker.bootstrap, prefix + TELEMETRY.name))
        found = [json.loads(each.value or b"") for each in entries]
        assert [each.key for each in entries] == [each["session"].encode() for each in found]
        return sorted((e["session"], e["revision"]) for e in found if e["type"] == "outage")

    zoom = run("record", "outage", *SPAN, "--platform", "zoom", *kafka)
    assert zoom.exit_code == 0, zoom.output
    assert outages() == [("a", 0), ("b", 0)]
    assert "0 recorded" in run("record", "outage", *SPAN, "--platform", "zoom", *kafka).stderr
    assert run("record", "outage", *SPAN, "--session", "f", *kafka).exit_code == 0
    assert "0 recorded" in run("record", "outage", *SPAN, "--session", "f", *kafka).stderr
    taken = run("record", "outage", *SPAN, "--platform", "zoom", "--withdraw", *kafka)
    assert taken.exit_code == 0
    assert outages() == [("a", 0), ("a", 1), ("b", 0), ("b", 1), ("f", 0)]
