"""The sink and the faults of the world: killed, cut off, told to stop; the table is the log's."""

import random
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sinks.database import Database
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK, free_port
from streams.machine.postgres import Postgres
from streams.sinking.run import run_sink
from tests.kafka.outputs import (
    KEYS,
    Load,
    Outputs,
    Running,
    all_of,
    newest,
    process,
    revisions,
    running,
    settings_for,
    stored,
)
from tests.sinks.rows import score

Until = Callable[[Callable[[], bool]], None]

KILLS = 4
SOON = 15.0


@pytest.fixture
def outputs(broker: Broker, prefix: str) -> Iterator[Outputs]:
    outputs = Outputs(broker.bootstrap, prefix)
    yield outputs
    outputs.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rollcall.db'}"
    return str(request.getfixturevalue("database_url"))


def consumed(sink: Running, outputs: Outputs) -> float:
    topics = outputs.topics.values()
    return sum(sink.value("records_consumed_total", topic=topic) for topic in topics)


def test_a_sink_that_is_killed_again_and_again_loses_nothing(
    broker: Broker, prefix: str, outputs: Outputs, url: str, until: Until, tmp_path: Path
) -> None:
    settings = settings_for(broker.bootstrap, prefix, url)
    chance = random.Random(17)
    with Database(url) as database:
        with Load(outputs) as load:
            for _ in range(KILLS):
                goal = newest(database) + chance.randint(1, 12)
                with process(settings, tmp_path / "sink.log") as sink:
                    until(lambda goal=goal: newest(database) >= goal)
                    sink.kill()
            until(lambda: load.revision > newest(database))
        last, ends = outputs.last(), outputs.ends()

        with process(settings, tmp_path / "sink.log"):
            until(lambda: database.offsets() == ends)

        assert stored(database) == last


def test_a_postgresql_that_is_killed_under_load_is_waited_for(
    broker: Broker, prefix: str, outputs: Outputs, data_folder: Path, until: Until
) -> None:
    postgres = Postgres(data_folder)
    with postgres, Database(postgres.url) as database:
        settings = settings_for(broker.bootstrap, prefix, postgres.url)
        with running(settings) as sink:
            with Load(outputs) as load:
                for _ in range(2):
                    goal = newest(database) + 5
                    until(lambda goal=goal: newest(database) >= goal)
                    failures = sink.value("failures_total", reason="database_away")
                    postgres.kill()
                    until(
                        lambda before=failures: (
                            sink.value("failures_total", reason="database_away") > before + 1
                        )
                    )
                    assert sink.value("connected", to="database") == 0
                    postgres.start()
                    until(lambda: sink.value("connected", to="database") == 1)
            last, ends = outputs.last(), outputs.ends()
            until(lambda: database.offsets() == ends)
            # What was in memory while the database was away was not read a second time.
            until(lambda: consumed(sink, outputs) >= len(outputs.topics) * KEYS * load.revision)

        assert stored(database) == last
        assert consumed(sink, outputs) == len(outputs.topics) * KEYS * load.revision


def test_a_sqlite_that_another_one_holds_is_waited_for(
    broker: Broker, prefix: str, outputs: Outputs, tmp_path: Path, until: Until
) -> None:
    file = tmp_path / "rollcall.db"
    url = f"sqlite:///{file}?timeout=0.1"
    with Database(url) as database, running(settings_for(broker.bootstrap, prefix, url)) as sink:
        all_of(revisions(1, 2), outputs)
        first = outputs.last()
        until(lambda: stored(database) == first)
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        all_of(revisions(3, 4), outputs)
        until(lambda: sink.value("failures_total", reason="database_away") > 1)
        assert stored(database) == first
        assert max(
            sink.value("lag_records", topic=t, partition="0") for t in outputs.topics.values()
        )
        holder.execute("ROLLBACK")
        holder.close()
        last = outputs.last()
        until(lambda: stored(database) == last)


def test_a_broker_that_is_killed_is_waited_for(
    data_folder: Path, tmp_path: Path, prefix: str, until: Until
) -> None:
    url = f"sqlite:///{tmp_path / 'rollcall.db'}"
    log = tmp_path / "sink.log"
    with (
        Broker(data_folder) as broker,
        Database(url) as database,
        process(settings_for(broker.bootstrap, prefix, url), log) as sink,
    ):
        outputs = Outputs(broker.bootstrap, prefix)
        all_of(revisions(1, 3), outputs)
        first = outputs.last()
        until(lambda: stored(database) == first)
        outputs.close()
        broker.kill()
        until(lambda: "the broker is away" in log.read_text())
        broker.start()
        outputs = Outputs(broker.bootstrap, prefix)
        all_of(revisions(4, 6), outputs)
        last = outputs.last()
        until(lambda: stored(database) == last)
        outputs.close()
        sink.send_signal(signal.SIGTERM)
        assert sink.wait(SOON) == 0
    assert "ERROR" not in log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order(
    broker: Broker,
    prefix: str,
    outputs: Outputs,
    tmp_path: Path,
    until: Until,
    number: signal.Signals,
) -> None:
    url = f"sqlite:///{tmp_path / 'rollcall.db'}"
    outputs.send(score())
    log = tmp_path / "sink.log"
    with (
        Database(url) as database,
        process(settings_for(broker.bootstrap, prefix, url), log) as sink,
    ):
        until(lambda: "score-1" in stored(database)["scores"])
        sink.send_signal(number)
        assert sink.wait(SOON) == 0
    assert "Traceback" not in log.read_text()
    assert "the sink stops, as it was told" in log.read_text()


@pytest.mark.parametrize("away", ["broker", "database"])
def test_a_signal_stops_it_while_it_waits(
    broker: Broker, prefix: str, outputs: Outputs, tmp_path: Path, until: Until, away: str
) -> None:
    settings = settings_for(broker.bootstrap, prefix, f"sqlite:///{tmp_path / 'rollcall.db'}")
    if away == "broker":
        settings = replace(settings, bootstrap=f"{LOOPBACK}:{free_port()}")
    else:
        settings = replace(
            settings, database_url=f"postgresql://user:secret@{LOOPBACK}:{free_port()}/rollcall"
        )
    log = tmp_path / "sink.log"
    with process(settings, log) as sink:
        until(lambda: log.read_text().count(f"the {away} is away") > 1)
        sink.send_signal(signal.SIGTERM)
        assert sink.wait(SOON) == 0
    assert "Traceback" not in log.read_text()
    assert "secret" not in log.read_text()


def test_what_a_person_has_to_mend_is_one_line_and_a_failure(
    broker: Broker, prefix: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = settings_for(broker.bootstrap, prefix, f"sqlite:///{tmp_path / 'rollcall.db'}")
    with socket.create_server((LOOPBACK, 0)) as taken:
        for bad, told in (
            (replace(good, database_url="mysql://user:secret@localhost/rollcall"), "'mysql'"),
            (replace(good, bootstrap="localhost:port"), "no address of a broker"),
            (replace(good, metrics_port=taken.getsockname()[1]), "in use"),
        ):
            caplog.clear()
            assert run_sink(bad) == 1
            [line] = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
            assert told in line
            assert "secret" not in line
            assert "\n" not in line
