"""`rollcall simulate`: lines for a pipe, and records on a real broker."""

import json
import subprocess
import sys
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest
from click.testing import Result

from schemas.dead_letter import Entry
from schemas.instants import milliseconds
from schemas.topics import CARE, TELEMETRY
from sinks.topics import provision
from streams.local import route
from streams.machine.kafka import Broker
from streams.reading import read_topic
from streams.simulation.evening import evening
from streams.simulation.settings import Evening
from tests.commands.conftest import Run

SMALL = ("--groups", "1", "--individuals", "1", "--workshops", "0")


def on_kafka(run: Run, broker: Broker, prefix: str, *options: str) -> Result:
    provision(broker.bootstrap, 2, 1, prefix)
    result = run(
        "simulate", *SMALL, "--kafka", broker.bootstrap, "--topic-prefix", prefix, *options
    )
    assert result.exit_code == 0, result.output
    return result


def arrived(broker: Broker, prefix: str) -> list[Entry]:
    return [
        entry
        for topic in (TELEMETRY, CARE)
        for entry in read_topic(broker.bootstrap, prefix + topic.name)
    ]


def told(result: Result) -> int:
    return int(result.stderr.splitlines()[-1].split(" records sent")[0])


def test_the_same_seed_gives_the_same_lines(run: Run) -> None:
    first, second = run("simulate", *SMALL, "--seed", "7"), run("simulate", *SMALL, "--seed", "7")

    assert first.exit_code == 0, first.output
    assert first.stdout_bytes == second.stdout_bytes
    assert first.stdout_bytes != run("simulate", *SMALL, "--seed", "8").stdout_bytes
    lines = first.stdout_bytes.splitlines()
    appended = [route(line, 1).entry.timestamp for line in lines]
    assert appended == sorted(appended)
    assert min(appended) > 0


@pytest.mark.parametrize(
    "wrong",
    [
        ("--start", "9999-12-31T00:00:00Z"),
        ("--start", "0001-01-01T00:00:00Z"),
        ("--start", "1970-01-01T00:00:00Z"),
        ("--group-size", "100000"),
        ("--duplicates", "nan"),
    ],
)
def test_an_evening_that_cannot_be_is_refused_in_one_line(run: Run, wrong: tuple[str, str]) -> None:
    result = run("simulate", *wrong)

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_every_option_reaches_the_evening(run: Run) -> None:
    options = "--seed 3 --scale 60 --groups 2 --group-size 4 --individuals 0 --workshops 1"
    more = "--workshop-size 5 --duplicates 0 --disorder 0.5 --lost-leaves 0.2 --no-incidents"
    start = "2027-01-04T09:00:00+01:00"
    result = run("simulate", *options.split(), *more.split(), "--start", start)

    settings = Evening(
        seed=3,
        starts_at=1_799_049_600_000,
        scale=60,
        groups=2,
        group_size=4,
        individuals=0,
        workshops=1,
        workshop_size=5,
        duplicates=0,
        disorder=0.5,
        lost_leaves=0.2,
        incidents=False,
    )
    assert len(result.stdout_bytes.splitlines()) == len(list(evening(settings)))
    ids = [json.loads(line)["id"] for line in result.stdout_bytes.splitlines()]
    assert ids == [record.id for _, record in evening(settings)]


def test_a_limit_ends_the_lines(run: Run) -> None:
    every = run("simulate", *SMALL).stdout_bytes.splitlines()

    assert run("simulate", *SMALL, "--limit", "5").stdout_bytes.splitlines() == every[:5]


def test_whoever_stops_reading_is_not_complained_to(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "streams.commands", "simulate")
    with (tmp_path / "errors").open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        with process:
            assert process.stdout is not None
            assert len(list(islice(process.stdout, 3))) == 3
            process.stdout.close()

    assert process.returncode == 0
    assert (tmp_path / "errors").read_text() == ""


def test_a_rate_brings_the_whole_evening_and_nothing_from_the_future(
    broker: Broker, prefix: str, run: Run
) -> None:
    result = on_kafka(run, broker, prefix, "--rate", "20000")

    found = arrived(broker, prefix)
    assert len(found) == told(result) > 200
    assert not any(from_the_future(entry) for entry in found)


def test_a_speed_brings_the_whole_evening_and_nothing_from_the_future(
    broker: Broker, prefix: str, run: Run
) -> None:
    result = on_kafka(run, broker, prefix, "--scale", "600", "--speed", "10")

    found = arrived(broker, prefix)
    assert len(found) == told(result) > 200
    assert not any(from_the_future(entry) for entry in found)


def test_an_evening_that_begins_now_has_its_plans_on_the_log_first(
    broker: Broker, prefix: str, run: Run
) -> None:
    result = on_kafka(run, broker, prefix, "--scale", "3600", "--seed", "5")

    found = arrived(broker, prefix)
    assert len(found) == told(result) > 200
    assert not any(from_the_future(entry) for entry in found)
    plans = [
        (entry.timestamp, milliseconds(json_at(entry, "starts_at")))
        for entry in found
        if json.loads(entry.value or b"")["type"] == "session_scheduled"
        and json.loads(entry.value or b"")["revision"] == 0
    ]
    assert plans
    assert all(appended_at <= starts_at + 1_000 for appended_at, starts_at in plans)


def test_evenings_repeat_with_new_sessions(broker: Broker, prefix: str, run: Run) -> None:
    on_kafka(run, broker, prefix, "--scale", "3600", "--repeat", "--limit", "700")

    values = [json.loads(entry.value or b"") for entry in arrived(broker, prefix)]
    assert len(values) == 700
    plans = {value["session"] for value in values if value["type"] == "session_scheduled"}
    assert len(plans) > 2


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--rate", "1"), "need --kafka"),
        (("--kafka", "host:1", "--rate", "1", "--speed", "2"), "exclude each other"),
        (("--kafka", "host:1", "--repeat", "--speed", "2"), "as it happens"),
        (("--groups", "0", "--individuals", "0", "--workshops", "0"), "at least one session"),
        (("--kafka", "host:port"), "'host:port' is no address of a broker; host:port is"),
        (("--start", "tomorrow"), "'tomorrow' is not an instant"),
        (("--duplicates", "2"), "not in the range"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, options: tuple[str, ...], reason: str) -> None:
    result = run("simulate", *options)

    assert result.exit_code == 2
    assert reason in result.stderr


def json_at(entry: Entry, field: str) -> datetime:
    return datetime.fromisoformat(json.loads(entry.value or b"")[field])


def from_the_future(entry: Entry) -> bool:
    return milliseconds(json_at(entry, "at")) > entry.timestamp
