"""`rollcall replay`: held against `rollcall score` under each policy, and against a broker."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.instants import rfc3339
from schemas.topics import CARE, TELEMETRY, TOPICS
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from streams.reading import read_topic
from streams.simulation.days import last_evening
from streams.simulation.delivery import ndjson
from streams.simulation.settings import Evening
from streams.simulation.weeks import weeks
from tests.commands.conftest import Run

STARTS_AT = 1_772_474_400_000
STRICT = """
version = "strict"
effective_from = 2026-01-01
[attendance]
credit_at = 0.95
late_after = "1m"
[week]
minimum = 0.9
"""
LENIENT = """
version = "lenient"
effective_from = 2026-01-01
[attendance]
late_after = "20m"
"""
AS_OF = rfc3339(last_evening(STARTS_AT, 2) + 8 * 3_600_000)
SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of two weeks of two groups, and policies beside it."""
    folder = tmp_path_factory.mktemp("replay")
    settings = Evening(seed=3, starts_at=STARTS_AT, groups=2, individuals=1, workshops=0)
    (folder / "log.ndjson").write_bytes(b"".join(ndjson(weeks(settings, 2))))
    (folder / "strict.toml").write_text(STRICT)
    (folder / "lenient.toml").write_text(LENIENT)
    return folder


def records(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def replay(run: Run, folder: Path, *arguments: str) -> list[dict[str, Any]]:
    log, strict = str(folder / "log.ndjson"), str(folder / "strict.toml")
    return records(run("replay", log, "--policy", strict, "--json", *arguments))


def of(found: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [record for record in found if record["record"] == kind]


def scored(run: Run, folder: Path, *policy: str) -> dict[str, tuple[str, str]]:
    """Rule and state of every output that `rollcall score` gives, by id; scores have none."""
    log = str(folder / "log.ndjson")
    found = records(run("score", log, "--json", "--as-of", AS_OF, *policy))
    return {
        record["id"]: (record["rule"], record.get("status", "opened"))
        for record in found
        if record["record"] == "violation"
    }


def test_what_differs_is_what_two_scores_differ_in(run: Run, folder: Path) -> None:
    before = scored(run, folder)
    after = scored(run, folder, "--policy", str(folder / "strict.toml"))
    told = [
        each
        for each in of(replay(run, folder, "--as-of", AS_OF), "difference")
        if each["of"] == "violation"
    ]

    def ids(change: str) -> set[str]:
        return {each["id"] for each in told if each["change"] == change}

    assert ids("appears") == after.keys() - before.keys() != set()
    assert ids("vanishes") == before.keys() - after.keys()
    both = {name for name in before.keys() & after.keys() if before[name] != after[name]}
    assert ids("changes") == both
    assert {each["rule"] for each in told if each["change"] == "appears"} >= {
        "late",
        "low_attendance",
        "weekly_attendance",
    }


def test_totals_are_those_of_the_differences(run: Run, folder: Path) -> None:
    found = replay(run, folder)
    totals = {(each["of"], each["rule"]): each for each in of(found, "total")}

    assert {each["of"] for each in totals.values()} == {
        "score",
        "week",
        "violation",
        "recommendation",
    }
    for (record, rule), total in totals.items():
        own = [
            each["change"]
            for each in of(found, "difference")
            if (each["of"], each["rule"]) == (record, rule)
        ]
        for change in ("appears", "vanishes", "changes"):
            assert total[change] == own.count(change), (record, rule)
        assert total["after"] - total["before"] == total["appears"] - total["vanishes"]
    weekly = totals["week", "attendance"]
    assert weekly["changes"] > 0
    assert weekly["before"] == weekly["after"]


def test_there_and_back_again(run: Run, folder: Path) -> None:
    log, strict = str(folder / "log.ndjson"), str(folder / "strict.toml")
    lenient = str(folder / "lenient.toml")
    there = records(run("replay", log, "--policy", strict, "--baseline", lenient, "--json"))
    back = records(run("replay", log, "--policy", lenient, "--baseline", strict, "--json"))

    def turned(each: dict[str, Any]) -> tuple[str, str | None, str | None]:
        return (each["id"], each["after"], each["before"])

    assert {turned(each) for each in of(there, "difference")} == {
        (each["id"], each["before"], each["after"]) for each in of(back, "difference")
    }
    (last,) = of(there, "run")
    assert (last["baseline"], last["policies"]) == (["default/lenient"], ["default/strict"])


def test_the_same_policy_differs_in_nothing(run: Run, folder: Path) -> None:
    same = str(folder / "strict.toml")
    found = replay(run, folder, "--baseline", same)
    assert of(found, "difference") == []
    told = run("replay", str(folder / "log.ndjson"), "--policy", same, "--baseline", same)
    assert "Both sides have the same policies." in told.stdout
    assert told.stdout.endswith("Nothing would differ.\n")


def test_a_period_keeps_what_is_about_it(run: Run, folder: Path) -> None:
    second = "2026-03-09T00:00:00Z"
    everything = of(replay(run, folder), "difference")
    early = of(replay(run, folder, "--until", second), "difference")
    late = of(replay(run, folder, "--from", second), "difference")

    names = [{each["id"] for each in found} for found in (everything, early, late)]
    assert names[1] | names[2] == names[0]
    assert all(each["begins_at"] < second for each in early)
    assert {each["week"] for each in late if each["of"] == "week"} == {"2026-03-09"}
    assert {each["week"] for each in early if each["of"] == "week"} == {"2026-03-02"}


def test_plans_that_lie_ahead_are_to_come(run: Run, folder: Path) -> None:
    """The log holds the plan of a third week: nobody is absent from it."""
    found = replay(run, folder)
    (last,) = of(found, "run")
    assert last["assessed_at"] == "2026-03-16T00:00:00Z"
    (scores,) = (each for each in of(found, "total") if each["of"] == "score")
    assert scores["before"] > 100
    assert "no_signal" not in {each["rule"] for each in of(found, "total")}


def test_the_shadow_holds_all_that_the_other_policies_say(run: Run, folder: Path) -> None:
    file, database = folder / "shadow.ndjson", folder / "shadow.sqlite"
    place = ("--shadow", str(file), "--database", f"sqlite:///{database}")
    found = replay(run, folder, *place)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    with closing(sqlite3.connect(database)) as stored:
        rows = {
            table: stored.execute(
                f"SELECT count(*), count(DISTINCT policy) FROM {table}"
            ).fetchone()
            for table in ("scores", "weeks", "violations", "recommendations")
        }

    for table, (count, policies) in rows.items():
        assert count == len(of(lines, table.removesuffix("s"))) > 0, table
        assert policies == 1
    after = sum(each["after"] for each in of(found, "total") if each["of"] == "violation")
    assert after == rows["violations"][0]
    assert {line["policy"] for line in lines} == {"strict"}


def test_a_shadow_is_never_laid_over_anything(run: Run, folder: Path, tmp_path: Path) -> None:
    log, strict = str(folder / "log.ndjson"), str(folder / "strict.toml")
    held = tmp_path / "held"
    held.write_text("precious")
    before = Path(log).read_bytes()

    for place in (held, Path(log)):
        told = run("replay", log, "--policy", strict, "--shadow", str(place))
        assert told.exit_code == 1
        assert told.stderr.splitlines()[-1].endswith("a what-if is written to a new file")
    url = f"sqlite:///{tmp_path / 'once.sqlite'}"
    assert run("replay", log, "--policy", strict, "--database", url).exit_code == 0
    again = run("replay", log, "--policy", strict, "--database", url)

    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert "already holds" in again.stderr
    assert (held.read_text(), Path(log).read_bytes()) == ("precious", before)


def test_a_replay_that_fails_leaves_no_half_shadow(run: Run, folder: Path, tmp_path: Path) -> None:
    shadow, strict = tmp_path / "shadow", str(folder / "strict.toml")
    told = run("replay", str(tmp_path / "no"), "--policy", strict, "--shadow", str(shadow))
    assert told.exit_code == 1
    assert told.stderr == f"Error: {tmp_path / 'no'}: No such file or directory\n"
    assert not shadow.exists()


def test_refused_lines_are_told_and_change_nothing(run: Run, folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.ndjson"
    log.write_bytes((folder / "log.ndjson").read_bytes() + b'{"type":"joined"}\nnonsense\n')
    told = run("replay", str(log), "--policy", str(folder / "strict.toml"), "--json")
    number = (folder / "log.ndjson").read_bytes().count(b"\n")

    assert of(records(told), "difference") == of(replay(run, folder), "difference")
    assert [line.split(":")[0] for line in told.stderr.splitlines()] == [
        f"line {number + 1}",
        f"line {number + 2}",
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "Missing option '--policy'"),
        (("--policy", "no-such.toml"), "does not exist"),
        (("--from", "2026-03-05"), "needs an offset"),
        (
            ("--from", "2026-03-05T00:00:00Z", "--until", "2026-03-05T00:00:00Z"),
            "--until must be later than --from",
        ),
    ],
)
def test_bad_options_are_told(
    run: Run, folder: Path, arguments: tuple[str, ...], reason: str
) -> None:
    if "--from" in arguments:
        arguments = ("--policy", str(folder / "strict.toml"), *arguments)
    told = run("replay", str(folder / "log.ndjson"), *arguments)
    assert told.exit_code == 2
    assert reason in told.stderr


def test_bad_policies_and_places_are_one_line(run: Run, folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('version = "1"\neffective_from = 2026-01-01\nsurprise = 1\n')
    log, strict = str(folder / "log.ndjson"), str(folder / "strict.toml")
    nobody = f"127.0.0.1:{free_port()}"
    tries = {
        (log, "--policy", str(broken)): "surprise: unknown key",
        (log, "--policy", strict, "--baseline", str(broken)): "surprise: unknown key",
        (log, "--policy", strict, "--database", "mysql://somewhere/db"): "mysql",
        ("--policy", strict, "--bootstrap", nobody): f"no Kafka broker answers at {nobody}",
    }
    for arguments, reason in tries.items():
        told = run("replay", *arguments)
        assert told.exit_code == 1, arguments
        assert (told.stdout, told.stderr.count("\n")) == ("", 1), told.stderr
        assert reason in told.stderr


def test_from_topics_it_says_the_same_and_writes_to_none(
    broker: Broker, prefix: str, run: Run, folder: Path, tmp_path: Path
) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    there = ("--topic-prefix", prefix)
    small = ("--groups", "1", "--individuals", "0", "--workshops", "0", "--seed", "5")
    sent = run("simulate", *small, "--kafka", broker.bootstrap, "--rate", "100000", *there)
    assert sent.exit_code == 0, sent.output
    log = tmp_path / "log.ndjson"
    log.write_bytes(b"".join(lines(broker.bootstrap, prefix)))
    tell_a_result(broker.bootstrap, prefix)
    before = ends(broker.bootstrap, prefix)
    options = ("--policy", str(folder / "strict.toml"), "--json")
    shadow = tmp_path / "shadow.ndjson"

    told = run("replay", "--bootstrap", broker.bootstrap, *there, *options, "--shadow", str(shadow))

    assert ends(broker.bootstrap, prefix) == before
    assert sum(before.values()) > 100
    assert of(records(told), "difference")
    assert records(told) == records(run("replay", str(log), *options))
    assert "stranger" not in shadow.read_text()


def lines(bootstrap: str, prefix: str) -> Iterator[bytes]:
    """The source topics as a file holds them."""
    for topic in (TELEMETRY, CARE):
        for entry in read_topic(bootstrap, prefix + topic.name):
            appended_at = rfc3339(entry.timestamp).encode()
            yield b'%b,"appended_at":"%b"}\n' % ((entry.value or b"")[:-1], appended_at)


def tell_a_result(bootstrap: str, prefix: str) -> None:
    """A result of somebody who was in no session, as if a worker had measured it."""
    example = SCHEMAS / "examples" / "care" / "session_result-final.json"
    result = json.loads(example.read_text()) | {"participant": "stranger"}
    with closing(KafkaProducer(bootstrap_servers=bootstrap)) as producer:
        value = json.dumps(result).encode()
        producer.send(prefix + CARE.name, key=b"stranger", value=value).get(timeout=30)


def ends(bootstrap: str, prefix: str) -> dict[str, int]:
    """How far every topic of ours reaches, and none that is not."""
    with closing(KafkaConsumer(bootstrap_servers=bootstrap)) as consumer:
        names = [name for name in consumer.topics() if name.startswith(prefix)]
        assert {name.removeprefix(prefix) for name in names} == {topic.name for topic in TOPICS}
        places = [
            TopicPartition(name, number)
            for name in names
            for number in consumer.partitions_for_topic(name) or ()
        ]
        found = consumer.end_offsets(places)
    return {f"{place.topic}/{place.partition}": end for place, end in found.items()}
