"""What every database keeps to: one contract, run over a real PostgreSQL and a real SQLite."""

import json
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row as Found
from sqlalchemy import Table, func, select

from schemas.outputs import Output
from sinks.bulk import Row
from sinks.database import Database
from sinks.faults import DatabaseAwayError, DatabaseUnusableError, RowsRefusedError
from sinks.tables import OUTPUTS, RECOMMENDATIONS, SCORES, VIOLATIONS, WEEKS
from streams.machine.ports import LOOPBACK, free_port
from tests.sinks.rows import MAKERS, STARTS_AT, forbid, recommendation, score, violation, week

TOPIC = "rollcall.scores.v1"
WRITERS = 3
ROUNDS = 20
KEYS = 40
NOTHING = {table.name: 0 for table in OUTPUTS.values()}


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


def same_columns(found: Found[Any], record: Output, table: Table) -> None:
    for column in table.columns:
        if column.name != "body":
            assert getattr(found, column.name) == getattr(record, column.name), column.name


def count(database: Database, table: Table) -> int:
    [(rows,)] = database.read(select(func.count()).select_from(table))
    return int(rows)


def test_an_empty_database_has_no_offsets(database: Database) -> None:
    assert database.offsets() == {}


ROWS: dict[str, Output] = {
    "score": score(),
    "week": week(),
    "week by minutes, with nothing due": week(
        by="minutes", due=0, rate=None, base=None, best=None, minimum=0.8125, trend=-21.5
    ),
    "violation": violation(excuse="pending", until=STARTS_AT + timedelta(hours=1)),
    "violation of a session itself": violation(participant=None),
    "violation of a week": violation(rule="weekly_attendance", session=None, week=date(2026, 3, 2)),
    "recommendation": recommendation(),
    "recommendation that waits": recommendation(
        program=None,
        acknowledged_at=STARTS_AT + timedelta(hours=4),
        snoozed_until=STARTS_AT + timedelta(days=2),
    ),
}


@pytest.mark.parametrize("record", ROWS.values(), ids=ROWS)
def test_a_record_is_a_row_of_its_table(database: Database, record: Output) -> None:
    row = Row.of(record)
    table = OUTPUTS[type(record)]

    assert database.write([row]) == NOTHING | {table.name: 1}

    same_columns(one(database, table, record.id), record, table)
    assert one(database, table, record.id).body == json.loads(row.body)


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
    same_columns(found, newer, SCORES)
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
        fields = {"epoch": epoch, "revision": revision, "policy": label}
        database.write([Row.of(make(**fields)) for make in MAKERS.values()])

    for name, table in zip(MAKERS, OUTPUTS.values(), strict=True):
        assert one(database, table, f"{name}-1").policy == f"{stays[0]}.{stays[1]}"


def test_nothing_changes_when_a_batch_is_written_again(database: Database) -> None:
    rows = [Row.of(make(id=f"key-{n}")) for n in range(5) for make in MAKERS.values()]
    assert database.write(rows) == dict.fromkeys(NOTHING, 5)

    assert database.write(rows) == NOTHING
    assert {count(database, table) for table in OUTPUTS.values()} == {5}


def test_the_greatest_wins_within_a_batch(database: Database) -> None:
    order = [(1, 2), (2, 1), (1, 3), (2, 2), (1, 9), (2, 1)]
    rows = [Row.of(score(epoch=e, revision=r, policy=f"{e}.{r}")) for e, r in order]

    assert database.write(rows) == NOTHING | {"scores": 1}

    assert one(database, SCORES, "score-1").policy == "2.2"


def test_what_is_withdrawn_or_retracted_stays_and_says_so(database: Database) -> None:
    gone = {"revision": 2, "status": "retracted", "reason": "excused"}
    taken_back = {"score": {"revision": 2, "withdrawn": True}}
    taken_back |= {"week": taken_back["score"], "violation": gone, "recommendation": gone}
    database.write([Row.of(make()) for make in MAKERS.values()])
    database.write([Row.of(make(**taken_back[name])) for name, make in MAKERS.items()])

    for name, table in zip(MAKERS, OUTPUTS.values(), strict=True):
        found = one(database, table, f"{name}-1")
        assert {key: getattr(found, key) for key in taken_back[name]} == taken_back[name]


def test_a_correction_of_a_closed_week_replaces_it(database: Database) -> None:
    database.write([Row.of(week(phase="closed", standing="below", rate=0.6667))])
    mended = week(phase="closed", standing="met", rate=1.0, earned=3, revision=2, correction=True)
    database.write([Row.of(mended)])
    database.write([Row.of(week(phase="closed", standing="below", rate=0.6667))])

    same_columns(one(database, WEEKS, "week-1"), mended, WEEKS)


def test_days_and_shares_can_be_asked_for(database: Database) -> None:
    database.write(
        [
            Row.of(week(id="before", week=date(2026, 2, 23), best=1.0)),
            Row.of(week(id="this", week=date(2026, 3, 2), best=0.6667)),
            Row.of(violation(id="weekly", session=None, week=date(2026, 3, 2))),
            Row.of(violation(id="daily")),
            Row.of(recommendation()),
        ]
    )
    this_week = WEEKS.c.week == date(2026, 3, 2)
    asked = {
        "this": select(WEEKS.c.id).where(this_week, WEEKS.c.best < WEEKS.c.minimum),
        "before": select(WEEKS.c.id).where(WEEKS.c.week < date(2026, 3, 2)),
        "weekly": select(VIOLATIONS.c.id).where(VIOLATIONS.c.week.is_not(None)),
        "recommendation-1": select(RECOMMENDATIONS.c.id).where(
            RECOMMENDATIONS.c.status.in_(("opened", "updated")),
            RECOMMENDATIONS.c.due_at < STARTS_AT + timedelta(days=2),
        ),
    }

    for wanted, query in asked.items():
        assert [row.id for row in database.read(query)] == [wanted]


def test_an_empty_batch_is_no_change(database: Database) -> None:
    assert database.write([]) == NOTHING
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
                Row.of(make(id=f"key-{key}", revision=revision, policy=f"{revision}"))
                for key in range(KEYS)
                for make in MAKERS.values()
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
        for table in OUTPUTS.values():
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


OTHER_VERSIONS = {
    "a missing column": (
        "ALTER TABLE violations DROP COLUMN week",
        "table violations: no column week",
    ),
    "a column that must be filled": (
        "ALTER TABLE {table} ALTER COLUMN session SET NOT NULL",
        "table violations: column session must allow null",
    ),
}


@pytest.mark.parametrize(("change", "told"), OTHER_VERSIONS.values(), ids=OTHER_VERSIONS)
def test_a_database_of_another_version_is_left_alone_and_told_of(
    url: str, change: str, told: str
) -> None:
    with Database(url) as database:
        database.write([Row.of(score())], {(TOPIC, 0): 1})
        as_before(database, change)

        with Database(url) as again, pytest.raises(DatabaseUnusableError, match=told) as unusable:
            again.write([Row.of(score(id="other"))], {(TOPIC, 0): 2})

        assert "give it an empty database" in str(unusable.value)
        assert "\n" not in str(unusable.value)
        assert [row.id for row in database.read(select(SCORES.c.id))] == ["score-1"]


def as_before(database: Database, change: str) -> None:
    """Change the table of violations into what another version had."""
    with database._engine.begin() as connection:
        if connection.dialect.name == "sqlite" and "NOT NULL" in change:
            # SQLite cannot add the constraint to a table that is there.
            made = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE name = 'violations'"
            ).scalar_one()
            connection.exec_driver_sql("DROP TABLE violations")
            connection.exec_driver_sql(made.replace("session TEXT", "session TEXT NOT NULL"))
        else:
            connection.exec_driver_sql(change.format(table="violations"))


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
