"""The sink between a real broker and both databases: what is committed arrives, once."""

import asyncio
import logging
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, NewPartitions
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from schemas.codec import encode
from sinks.database import Database
from sinks.faults import RowsRefusedError
from sinks.tables import RECOMMENDATIONS, SCORES, WEEKS
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK, free_port
from streams.scraped import served
from streams.sinking.loop import SinkSettings
from tests.kafka.outputs import KEYS, PARTITIONS, Outputs, all_of, revisions, running, stored
from tests.sinks.rows import forbid, recommendation, score, violation, week

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def outputs(broker: Broker, prefix: str) -> Iterator[Outputs]:
    outputs = Outputs(broker.bootstrap, prefix)
    yield outputs
    outputs.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'rollcall.db'}"
    else:
        url = request.getfixturevalue("database_url")
    with Database(url) as database:
        yield database


@pytest.fixture
def settings(broker: Broker, prefix: str, database: Database) -> SinkSettings:
    return SinkSettings(
        bootstrap=broker.bootstrap,
        database_url=database._engine.url.render_as_string(hide_password=False),
        topic_prefix=prefix,
        group=f"{prefix}sink",
        batch_rows=100,
        batch_seconds=0.05,
    )


def test_what_is_committed_arrives(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    with running(settings) as sink:
        for first in (1, 6):
            all_of(revisions(first, first + 4), outputs)
            last = outputs.last()
            until(lambda last=last: stored(database) == last)
        until(lambda: sink.value("rows_written_total", table="scores") >= KEYS)

    for bodies in last.values():
        assert {body["revision"] for body in bodies.values()} == {10}
        assert len(bodies) == KEYS


def test_corrections_and_retractions_arrive_and_nothing_older_replaces_them(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    outputs.send(week(phase="closed", standing="below"), recommendation(), week(id="moved"))
    outputs.send(
        week(phase="closed", standing="met", earned=3, rate=1.0, revision=3, correction=True),
        recommendation(status="retracted", reason="absence_accepted", revision=3),
        week(id="moved", revision=2, withdrawn=True),
    )
    last = outputs.last()
    # What a writer that was fenced too late would say again.
    outputs.send(week(revision=2), recommendation(revision=2, status="updated"), week(id="moved"))
    ends = {one: end for one, end in outputs.ends().items() if end}

    with running(settings):
        until(lambda: database.offsets() == ends)
        assert stored(database) == last
    database.write([], dict.fromkeys(ends, 0))
    with running(settings) as again:
        until(lambda: database.offsets() == ends)

    assert stored(database) == last
    assert again.value("rows_written_total", table="weeks") == 0
    assert again.value("rows_written_total", table="recommendations") == 0
    [row] = database.read(select(WEEKS).where(WEEKS.c.id == "week-1"))
    assert (row.standing, row.correction, row.revision) == ("met", True, 3)
    [row] = database.read(select(RECOMMENDATIONS))
    assert (row.status, row.reason, row.revision) == ("retracted", "absence_accepted", 3)


def test_aborted_and_open_transactions_are_not_seen(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    with running(settings):
        outputs.send(score(id="known"))
        outputs.send(score(id="known", revision=2), score(id="never"), commit=False)
        with outputs.open(score(id="known", revision=2, policy="committed late")):
            until(lambda: set(stored(database)["scores"]) == {"known"})
            assert stored(database)["scores"]["known"]["revision"] == 1
        outputs.send(violation(id="after"))
        until(lambda: set(stored(database)["violations"]) == {"after"})
        last = outputs.last()
        until(lambda: stored(database) == last)

    assert last["scores"]["known"]["policy"] == "committed late"
    assert set(last["scores"]) == {"known"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_records_are_read_as_the_worker_compresses_them(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    async def send() -> None:
        async with AIOKafkaProducer(
            bootstrap_servers=outputs.bootstrap, compression_type="lz4"
        ) as producer:
            await producer.send_and_wait(outputs.topics["scores"], encode(score()))

    asyncio.run(send())

    with running(settings):
        until(lambda: set(stored(database)["scores"]) == {"score-1"})


def test_offsets_are_in_the_database_and_told_to_the_group(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    all_of(revisions(1, 3), outputs)
    # The end of the log lies behind the last record: transactions end in markers.
    ends = outputs.ends()
    with running(settings):
        until(lambda: database.offsets() == ends)

    told = KafkaConsumer(bootstrap_servers=outputs.bootstrap, group_id=settings.group)
    assert {one: told.committed(TopicPartition(*one)) for one in ends} == ends
    told.close()


def test_a_new_start_goes_on_where_the_database_stands(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    all_of(revisions(1, 3), outputs)
    ends = outputs.ends()
    with running(settings):
        until(lambda: database.offsets() == ends)
    all_of(revisions(4, 4), outputs)
    last = outputs.last()

    with running(settings) as again:
        until(lambda: stored(database) == last)
        until(lambda: again.value("records_consumed_total", topic=outputs.topics["scores"]) > 0)

    assert again.value("records_consumed_total", topic=outputs.topics["scores"]) == KEYS


@pytest.mark.parametrize("lost", ["all", "some"])
def test_lost_offsets_end_in_the_same_table(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until, lost: str
) -> None:
    all_of(revisions(1, 4), outputs)
    last = outputs.last()
    ends = outputs.ends()
    with running(settings):
        until(lambda: database.offsets() == ends)
    if lost == "all":
        database.write([], dict.fromkeys(ends, 0))
    else:
        database.write([], {min(ends): 3})

    with running(settings) as again:
        until(lambda: database.offsets() == ends)

    assert stored(database) == last
    for table in last:
        assert again.value("rows_written_total", table=table) == 0


def test_two_sinks_at_once_write_one_table(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    with running(settings), running(settings):
        all_of(revisions(1, 15), outputs)
        last, ends = outputs.last(), outputs.ends()
        until(lambda: stored(database) == last)
        until(lambda: database.offsets() == ends)


BAD = {
    "null": None,
    "no JSON": b"secret",
    "not UTF-8": b'{"id": "\xff secret"}',
    "nested too deep": b"[" * 200_000,
    "another record": encode({"id": "secret"}),
    "escaped NUL": encode(score(id="a")).replace(b"default/1", b"secret\\u0000"),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_record_is_counted_told_without_content_and_passed_over(
    outputs: Outputs,
    settings: SinkSettings,
    database: Database,
    until: Until,
    caplog: pytest.LogCaptureFixture,
) -> None:
    outputs.send(score(id="before"))
    offsets = [outputs.send_bytes("scores", 1, value) for value in BAD.values()]
    outputs.send_bytes("scores", 1, encode(score(id="after")))

    with running(settings) as sink:
        until(lambda: set(stored(database)["scores"]) == {"before", "after"})

    assert sink.value("failures_total", reason="undecodable") == len(BAD)
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    told = [line for line in lines if line.startswith("no record of ours")]
    topic = outputs.topics["scores"]
    assert told == [f"no record of ours: {topic}/1 at offset {offset}" for offset in offsets]
    assert "secret" not in caplog.text


def test_a_refused_row_ends_the_sink_with_its_id_after_all_before_it(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    database.write([])
    forbid(database, SCORES, "id", "bad")
    # One partition: what lies before the bad row is known.
    for number in range(40):
        outputs.send_bytes("scores", 0, encode(score(id=f"before-{number}")))
    bad = outputs.send_bytes("scores", 0, encode(score(id="bad", policy="secret")))
    for number in range(3):
        outputs.send_bytes("scores", 0, encode(score(id=f"after-{number}")))

    for _ in range(2):
        with running(settings, refused=True) as sink:
            until(sink.ended.is_set)

        [error] = sink.errors
        assert isinstance(error, RowsRefusedError)
        assert error.row == "bad"
        assert "secret" not in str(error)
        assert set(stored(database)["scores"]) == {f"before-{number}" for number in range(40)}
        assert bad - 1 <= database.offsets()[outputs.topics["scores"], 0] <= bad


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_records_deleted_before_they_were_read_are_told_loudly(
    outputs: Outputs,
    settings: SinkSettings,
    database: Database,
    until: Until,
    caplog: pytest.LogCaptureFixture,
) -> None:
    topic = outputs.topics["scores"]
    for number in range(10):
        outputs.send_bytes("scores", 0, encode(score(id=f"score-{number}")))
    database.write([], {(topic, 0): 2})
    with KafkaAdminClient(bootstrap_servers=outputs.bootstrap) as admin:
        admin.delete_records({TopicPartition(topic, 0): 12})

    with running(settings) as sink:
        until(lambda: "score-9" in stored(database)["scores"])

    assert set(stored(database)["scores"]) == {f"score-{number}" for number in range(6, 10)}
    assert sink.value("failures_total", reason="records_deleted") == 1
    assert sink.value("records_deleted_total", topic=topic, partition="0") == 10
    [told] = [r for r in caplog.records if "no longer holds offset 2" in r.getMessage()]
    assert told.levelno == logging.ERROR
    assert f"{topic}/0" in told.getMessage()
    assert "going on at 12" in told.getMessage()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_log_that_was_made_anew_is_read_from_its_beginning(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    database.write([], {(outputs.topics["scores"], 0): 1_000})
    outputs.send_bytes("scores", 0, encode(score()))
    ends = {one: end for one, end in outputs.ends().items() if end}

    with running(settings) as sink:
        until(lambda: set(stored(database)["scores"]) == {"score-1"})
        until(lambda: database.offsets() == ends)

    assert sink.value("failures_total", reason="records_deleted") == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_topics_that_are_not_there_yet_are_waited_for(
    broker: Broker, prefix: str, settings: SinkSettings, database: Database, until: Until
) -> None:
    with running(settings) as sink:
        until(lambda: sink.value("failures_total", reason="broker_away") > 0)
        outputs = Outputs(broker.bootstrap, prefix)
        outputs.send(score())
        until(lambda: set(stored(database)["scores"]) == {"score-1"})
        assert sink.value("connected", to="broker") == 1
        outputs.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_partitions_that_are_added_are_read(
    broker: Broker,
    prefix: str,
    outputs: Outputs,
    settings: SinkSettings,
    database: Database,
    until: Until,
) -> None:
    often = {"metadata_max_age_ms": 500}
    with running(replace(settings, security=often)):
        outputs.send(score(id="before"))
        until(lambda: "before" in stored(database)["scores"])
        with KafkaAdminClient(bootstrap_servers=outputs.bootstrap) as admin:
            admin.create_partitions({outputs.topics["scores"]: NewPartitions(PARTITIONS + 1)})
            admin.wait_for_topics([outputs.topics["scores"]])
        outputs.close()
        informed = Outputs(broker.bootstrap, prefix)
        informed.send_bytes("scores", PARTITIONS, encode(score(id="after")))
        informed.close()
        until(lambda: "after" in stored(database)["scores"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_metrics_can_be_scraped(
    outputs: Outputs, settings: SinkSettings, database: Database, until: Until
) -> None:
    all_of(revisions(1, 2), outputs)
    ends = outputs.ends()
    port = free_port()
    with running(settings) as sink, served(sink.metrics.registry, port):
        until(lambda: database.offsets() == ends)
        until(lambda: sink.value("lag_records", topic=min(ends)[0], partition="0") == 0)
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics") as answer:
            told = answer.read().decode()

    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }
    assert found["rollcall_sink_rows_written_total", "violations"] >= KEYS
    assert found["rollcall_sink_connected", "broker"] == 1
    assert found["rollcall_sink_connected", "database"] == 1
    assert found["rollcall_sink_batch_duration_seconds_count",] >= 1
    lag = [value for (name, *_), value in found.items() if name == "rollcall_sink_lag_seconds"]
    assert lag == [0.0] * len(ends)
    assert "participant-1" not in told
    assert "session-1" not in told
