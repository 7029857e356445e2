"""What every database keeps to: one contract, run over a real PostgreSQL and a real SQLite."""

import json
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row as Found
from sqlalchemy import Table, func, select

from sinks.bulk import Row
from sinks.database import Database
from sinks.faults import DatabaseAwayError, DatabaseUnusableError, RowsRefusedError
from sinks.tables import SCORES, VIOLATIONS
from streams.machine.ports import LOOPBACK, free_port
from tests.sinks.rows import STARTS_AT, forbid, score, violation

TOPIC = "rollcall.scores.v1"
WRITERS = 3
ROUNDS = 20
KEYS = 40


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rollcall.db'}"
    return str(request.getfixturevalue("database_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with Database(url) as database:
        yield database


def one(database: Database, table: Table, key: str) -> Found[Any]:
    [row] = database.read(select(table).where(table.c.id == key))
    return row


def count(database: Database, table: Table) -> int:
    [(rows,)] = database.read(select(func.count()).select_from(table))
    return int(rows)


def test_an_empty_database_has_no_offsets(database: Database) -> None:
    assert database.offsets() == {}


def test_a_score_is_a_row(database: Database) -> None:
    record = score()
    row = Row.of(record)

    assert database.write([row]) == {"scores": 1, "violations": 0}

    found = one(database, SCORES, "score-1")
    for column in SCORES.columns:
        if column.name != "body":
            assert getattr(found, column.name) == getattr(record, column.name), column.name
    assert found.body == json.loads(row.body)


def test_a_violation_is_a_row(database: Database) -> None:
    record = violation(participant=None, excuse="pending", until=STARTS_AT + timedelta(hours=1))
    row = Row.of(record)

    assert database.write([row]) == {"scores": 0, "violations": 1}

    found = one(database, VIOLATIONS, "violation-1")
    for column in VIOLATIONS.columns:
        if column.name != "body":
            assert getattr(found, column.name) == getattr(record, column.name), column.name
    assert found.body == json.loads(row.body)


def test_the_body_is_what_was_sent(database: Database) -> None:
    sent = b'{"id": "score-1", "figure": 0.125, "text": "\\u00e9\\ud83d\\ude00", "none": null}'

    database.write([Row(score(), sent)])

    assert one(database, SCORES, "score-1").body == json.loads(sent)


def test_instants_come_back_aware_and_in_utc(database: Database) -> None:
    west = timezone(timedelta(hours=-5))
    instant = datetime(2026, 3, 2, 23, 30, 15, 123_000, tzinfo=west)

    database.write([Row.of(score(arrived_at=instant))])

    found = one(database, SCORES, "score-1").arrived_at
    assert found == instant
    assert found.utcoffset() == timedelta(0)
    assert [row.id for row in database.read(select(SCORES).where(SCORES.c.arrived_at == instant))]
    later = SCORES.c.arrived_at > instant.astimezone(UTC)
    assert database.read(select(SCORES).where(later)) == []


def test_a_newer_revision_replaces_every_column(database: Database) -> None:
    database.write([Row.of(score(revision=1))])
    newer = score(
        revision=2, standing="attended", phase="final", attendance=None, correction=True, stray=3
    )

    assert database.write([Row.of(newer)])["scores"] == 1

    found = one(database, SCORES, "score-1")
    for column in SCORES.columns:
        if column.name != "body":
            assert getattr(found, column.name) == getattr(newer, column.name), column.name
    assert found.body["revision"] == 2


@pytest.mark.parametrize(
    ("known", "comes", "stays"),
    [
        ((1, 2), (1, 1), (1, 2)),
        ((1, 2), (1, 2), (1, 2)),
        ((1, 2), (1, 3), (1, 3)),
        ((1, 9), (2, 1), (2, 1)),
        ((2, 1), (1, 9), (2, 1)),
    ],
    ids=["older revision", "same again", "newer revision", "newer epoch", "older epoch"],
)
def test_the_greatest_epoch_and_revision_stays(
    database: Database, known: tuple[int, int], comes: tuple[int, int], stays: tuple[int, int]
) -> None:
    for epoch, revision in (known, comes):
        label = f"{epoch}.{revision}"
        database.write(
            [
                Row.of(score(epoch=epoch, revision=revision, policy=label)),
                Row.of(violation(epoch=epoch, revision=revision, label=label)),
            ]
        )

    wanted = f"{stays[0]}.{stays[1]}"
    assert one(database, SCORES, "score-1").policy == wanted
    assert one(database, VIOLATIONS, "violation-1").label == wanted


def test_nothing_changes_when_a_batch_is_written_again(database: Database) -> None:
    rows = [Row.of(score(id=f"score-{n}")) for n in range(5)]
    database.write(rows)

    assert database.write(rows) == {"scores": 0, "violations": 0}
    assert count(database, SCORES) == 5


def test_the_greatest_wins_within_a_batch(database: Database) -> None:
    order = [(1, 2), (2, 1), (1, 3), (2, 2), (1, 9), (2, 1)]
    rows = [Row.of(score(epoch=e, revision=r, policy=f"{e}.{r}")) for e, r in order]

    assert database.write(rows) == {"scores": 1, "violations": 0}

    assert one(database, SCORES, "score-1").policy == "2.2"


def test_withdrawn_and_retracted_rows_stay_and_say_so(database: Database) -> None:
    database.write([Row.of(score()), Row.of(violation())])
    database.write(
        [
            Row.of(score(revision=2, withdrawn=True)),
            Row.of(violation(revision=2, status="retracted", reason="excused")),
        ]
    )

    assert one(database, SCORES, "score-1").withdrawn is True
    found = one(database, VIOLATIONS, "violation-1")
    assert (found.status, found.reason) == ("retracted", "excused")


def test_an_empty_batch_is_no_change(database: Database) -> None:
    assert database.write([]) == {"scores": 0, "violations": 0}
    assert database.offsets() == {}


def test_offsets_are_kept_by_partition(database: Database) -> None:
    database.write([], {(TOPIC, 0): 17, (TOPIC, 3): 1})
    database.write([Row.of(score())], {(TOPIC, 0): 2**40, ("rollcall.violations.v1", 0): 4})

    assert database.offsets() == {
        (TOPIC, 0): 2**40,
        (TOPIC, 3): 1,
        ("rollcall.violations.v1", 0): 4,
    }


def test_an_offset_may_go_back(database: Database) -> None:
    database.write([], {(TOPIC, 0): 17})
    database.write([], {(TOPIC, 0): 3})

    assert database.offsets() == {(TOPIC, 0): 3}


REFUSED = {
    "missing value": {"status": None},
    "integer above 64 bits": {"revision": 2**63},
    "lone surrogate": {"label": "\ud800"},
    "broken constraint": {"label": "forbidden"},
}


@pytest.mark.parametrize("fault", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("company", [0, 3])
def test_a_refused_row_moves_neither_rows_nor_offsets(
    database: Database, fault: dict[str, object], company: int
) -> None:
    database.write([Row.of(score(id="known"))], {(TOPIC, 0): 1})
    forbid(database, VIOLATIONS, "label", "forbidden")
    # Scores are written before violations: at the fault they already lie in the transaction.
    good = [Row.of(score(id=f"good-{n}")) for n in range(company)]
    bad = Row(violation(id="bad", incident="secret", **fault), b'{"secret": 1}')

    with pytest.raises(RowsRefusedError) as refused:
        database.write([*good, bad], {(TOPIC, 0): 2, (TOPIC, 1): 2})

    assert refused.value.row == ("bad" if company == 0 else None)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert [row.id for row in database.read(select(SCORES))] == ["known"]
    assert count(database, VIOLATIONS) == 0
    assert database.offsets() == {(TOPIC, 0): 1}
    assert database.write([*good, Row.of(violation())])["violations"] == 1


def write_much(url: str, start: Any, seed: int) -> None:
    """One of several writers of the same keys: each revision is written by one of them."""
    with Database(url) as database:
        start.wait()
        for step in range(ROUNDS):
            revision = step * WRITERS + (seed + step) % WRITERS + 1
            rows = [
                Row.of(kind(id=f"key-{key}", revision=revision, policy=f"{revision}"))
                for key in range(KEYS)
                for kind in (score, violation)
            ]
            # Another order for each: only the sink's own sorting prevents a deadlock.
            database.write(rows[seed:] + rows[:seed], {(TOPIC, seed): revision})


def test_writers_at_once_create_one_schema_and_agree(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(WRITERS)
    writers = [
        context.Process(target=write_much, args=(url, start, seed)) for seed in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)

    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with Database(url) as database:
        last = WRITERS * ROUNDS
        for table in (SCORES, VIOLATIONS):
            found = database.read(select(table.c.revision, table.c.policy))
            assert [tuple(row) for row in found] == [(last, f"{last}")] * KEYS
        assert set(database.offsets()) == {(TOPIC, seed) for seed in range(WRITERS)}


def test_a_database_that_is_not_there_is_away() -> None:
    url = f"postgresql://nobody:secret@{LOOPBACK}:{free_port()}/rollcall"

    with Database(url) as database, pytest.raises(DatabaseAwayError) as away:
        database.write([Row.of(score())])

    assert "secret" not in str(away.value)
    assert "\n" not in str(away.value)


def test_a_file_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    with (
        Database(f"sqlite:///{tmp_path}/no/such/folder.db") as database,
        pytest.raises(DatabaseAwayError, match="unable to open"),
    ):
        database.offsets()


def test_another_schema_needs_a_person(database: Database) -> None:
    database.write([])
    with database._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE violations DROP COLUMN label")

    with pytest.raises(DatabaseUnusableError, match="label"):
        database.write([Row.of(score()), Row.of(violation())], {(TOPIC, 0): 2})

    assert count(database, SCORES) == 0
    assert database.offsets() == {}


def test_the_database_may_be_made_anew_under_the_same_name(tmp_path: Path) -> None:
    file = tmp_path / "rollcall.db"
    for _ in range(2):
        with Database(f"sqlite:///{file}") as database:
            database.write([Row.of(score())])
            assert count(database, SCORES) == 1
        file.unlink()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://localhost/rollcall", "'mysql' is not known"),
        ("nothing", "not a database URL"),
        ("postgresql://user:secret@host:port/rollcall", "not a database URL"),
    ],
)
def test_an_unusable_url_is_one_clear_line(url: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        Database(url)

    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
