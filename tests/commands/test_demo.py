"""`rollcall demo`: one real run, and what it says held against the rows and the log it left."""

import json
import os
import shlex
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sinks.bulk import Row
from sinks.database import Database
from streams.commands.demo_place import LOG, PlaceError, prepare
from streams.simulation.delivery import ndjson
from streams.simulation.evening import evening
from streams.simulation.settings import Evening
from tests.commands.conftest import Run
from tests.sinks.rows import score

FILE = "rollcall-demo.sqlite"
COMMAND = (sys.executable, "-m", "streams.commands", "demo")
PUBLICATION = {"revision", "epoch", "position", "assessed_at", "correction", "id"}


class Evenings(NamedTuple):
    """Two runs of one seed in one folder: what they said, and the rows after each."""

    folder: Path
    text: str
    progress: str
    records: list[dict[str, Any]]
    rows: list[list[tuple[Any, ...]]]


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


def bodies(file: Path) -> list[tuple[Any, ...]]:
    tables = ("scores", "violations")
    return [row for table in tables for row in rows(file, f"SELECT * FROM {table} ORDER BY id")]


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Evenings:
    """The demo as a person runs it, without a terminal, and again over what it left."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "COLUMNS": "100"}
    said, stored = [], []
    for options in ((), ("--json",)):
        done = subprocess.run(
            (*COMMAND, *options), cwd=folder, capture_output=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        said.append((done.stdout.decode(), done.stderr.decode()))
        stored.append(bodies(folder / FILE))
    records = [json.loads(line) for line in said[1][0].splitlines()]
    return Evenings(folder, *said[0], records, stored)


def of(evenings: Evenings, kind: str) -> list[dict[str, Any]]:
    return [record for record in evenings.records if record["record"] == kind]


def line(evenings: Evenings, label: str) -> str:
    (found,) = (line for line in evenings.text.splitlines() if line.lstrip().startswith(label))
    return found


def test_the_same_seed_leaves_the_same_rows_and_replaces_the_file(evenings: Evenings) -> None:
    assert evenings.rows[0] == evenings.rows[1]
    assert len(evenings.rows[0]) > 200


def test_the_log_is_the_evening(evenings: Evenings) -> None:
    start = json.loads((evenings.folder / LOG).read_text().splitlines()[-1])["appended_at"]
    assert start.startswith("2026-03-0")
    settings = Evening(seed=1, starts_at=1_772_474_400_000)
    assert (evenings.folder / LOG).read_bytes() == b"".join(ndjson(evening(settings)))


def test_each_session_is_counted_as_its_rows_say(evenings: Evenings) -> None:
    found = rows(
        evenings.folder / FILE,
        "SELECT session, sum(rostered AND standing = 'attended'), "
        "sum(rostered AND standing = 'partial'), sum(rostered AND standing = 'absent'), "
        "sum(rostered), sum(standing = 'void'), avg(nullif(attended_ms, 0)) "
        "FROM scores WHERE NOT withdrawn GROUP BY session",
    )
    told = {record["session"]: record for record in of(evenings, "session")}

    assert len(found) == len(told) > 15
    for session, attended, partial, absent, asked, void, mean in found:
        standings = Counter(told[session]["standings"])
        counts = standings["attended"], standings["partial"], standings["absent"]
        if void == asked:
            assert standings["void"] == asked
            continue
        assert counts == (attended, partial, absent), session
        assert told[session]["asked"] == asked
        assert told[session]["attended_ms"] == (None if mean is None else int(mean))
        shown = line_of_session(evenings, session)
        if asked:
            assert f" {attended} of {asked} " in shown
            assert shown.split()[-5:-1][1:3] == [str(partial), str(absent)]
            assert shown.split()[-2] == f"{mean / 60_000:.0f}"


def line_of_session(evenings: Evenings, session: str) -> str:
    before_cases = evenings.text.partition("Violations ")[0]
    (found,) = (line for line in before_cases.splitlines() if session in line)
    return found


def test_levels_are_those_of_the_people_who_came(evenings: Evenings) -> None:
    found: dict[str, Counter[str]] = {}
    query = "SELECT session, level FROM scores WHERE NOT withdrawn AND attended_ms > 0"
    for session, level in rows(evenings.folder / FILE, query):
        found.setdefault(session, Counter())[level] += 1

    for record in of(evenings, "session"):
        levels = found.get(record["session"], Counter())
        assert Counter(record["levels"]) == levels
        order = ("active", "partial", "passive", "unknown")
        shown = "/".join(str(levels[level]) for level in order)
        assert line_of_session(evenings, record["session"]).endswith(f" {shown}")


def test_violations_are_counted_as_their_rows_say(evenings: Evenings) -> None:
    query = "SELECT rule, status, count(*) FROM violations GROUP BY rule, status"
    found: dict[str, Counter[str]] = {}
    for rule, status, number in rows(evenings.folder / FILE, query):
        # A week that is still running may be below its minimum when the evening is over.
        ends = "open" if status in ("opened", "updated") else status
        found.setdefault(rule, Counter())[ends] += number
    together = sum(found.values(), Counter())

    assert {r["rule"]: Counter(r["statuses"]) for r in of(evenings, "rule")} == found
    assert line(evenings, "together").split()[1:] == [
        str(each)
        for each in (
            together.total(),
            together["open"],
            together["resolved"],
            together["stood"],
            together["retracted"],
        )
    ]


def test_every_retraction_is_told_with_its_reason(evenings: Evenings) -> None:
    query = "SELECT count(*), count(DISTINCT reason) FROM violations WHERE status = 'retracted'"
    ((number, reasons),) = rows(evenings.folder / FILE, query)
    section = evenings.text.partition("Taken back, and why\n")[2].partition("\n\n")[0]

    assert number > reasons > 1
    assert len([line for line in section.splitlines() if not line.startswith("     ")]) == reasons
    assert "staff accepted the absence: " in section


def test_the_live_run_ends_where_the_offline_score_does(evenings: Evenings, run: Run) -> None:
    result = run("score", "--json", str(evenings.folder / LOG))
    assert result.exit_code == 0, result.output
    stored: dict[str, dict[str, Any]] = {}
    for table in ("scores", "violations"):
        for (body,) in rows(evenings.folder / FILE, f"SELECT body FROM {table}"):
            record = json.loads(body)
            gone = record.get("withdrawn") or record.get("status") == "retracted"
            if not gone:
                stored[key(record)] = plain(record)
    offline = [json.loads(line) for line in result.stdout.splitlines()]

    assert stored == {key(record): plain(record) for record in offline}


def key(record: dict[str, Any]) -> str:
    return f"{record['session']} {record['participant']} {record.get('rule')}"


def plain(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in PUBLICATION and k != "record"}


def test_the_commands_that_it_names_work(
    evenings: Evenings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(evenings.folder)
    (told,) = of(evenings, "run")
    printed = [line.strip() for line in evenings.text.splitlines() if " explain " in line]

    assert [command for command in told["commands"] if " explain " in command] == printed
    assert len(told["commands"]) == 3
    for command in told["commands"]:
        result = run(*shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output)
        assert result.stdout, command


def test_progress_is_readable_without_a_terminal(evenings: Evenings) -> None:
    assert "\x1b" not in evenings.text + evenings.progress
    assert "\r" not in evenings.progress
    lines = evenings.progress.splitlines()
    assert 5 < len(lines) < 40
    assert all("running" in line and "open" in line for line in lines)


def test_what_was_repeated_or_refused_is_told(evenings: Evenings) -> None:
    lines = (evenings.folder / LOG).read_bytes().splitlines()
    records = Counter(line.rpartition(b',"appended_at"')[0] for line in lines)
    repeated = sum(number - 1 for number in records.values())
    (told,) = of(evenings, "run")

    assert told["events"] == len(lines)
    assert told["repeated"] >= repeated > 0
    assert told["refused"] == {}
    assert f"{told['repeated']} repeated records changed nothing" in evenings.text
    assert "0 records refused" in evenings.text


def test_a_policy_of_ones_own_is_used_and_named_again(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "my policy.toml"
    mine.write_text(
        'version = "mine"\neffective_from = 2020-01-01\n[attendance]\nlate_after = "1s"\n'
    )

    result = run("demo", "--policy", str(mine), "--database", "mine.sqlite", "--json")

    assert result.exit_code == 0, result.output
    (told,) = (json.loads(line) for line in result.stdout.splitlines() if '"commands"' in line)
    assert rows(tmp_path / "mine.sqlite", "SELECT DISTINCT policy FROM scores") == [("mine",)]
    assert shlex.split(told["commands"][0])[-2:] == ["--policy", str(mine)]


def test_bad_policies_and_places_are_one_line(tmp_path: Path, run: Run) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('version = "1"\neffective_from = 2026-01-01\nsurprise = 1\n')
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE somebody_elses (id)")
    words = tmp_path / "words.txt"
    words.write_text("not a database, but somebody's work, and long enough to have a header" * 9)
    tries = {
        ("--policy", str(broken)): "surprise: unknown key",
        ("--database", str(tmp_path / "no" / "folder.sqlite")): "No such file or directory",
        ("--database", str(tmp_path)): "is a folder",
        ("--database", str(other)): "holds more than a demo's data, and is left alone",
        ("--database", str(words)): "is not a demo's database, and is left alone",
        ("--database", "mysql://somewhere/db"): "mysql",
        ("--database", "://"): "not a database URL",
        ("--database", "sqlite://"): "needs a file",
    }

    for arguments, reason in tries.items():
        result = run("demo", *arguments)
        assert result.exit_code == 1, (arguments, result.output)
        assert result.stdout == ""
        assert result.stderr.startswith("Error: "), arguments
        assert result.stderr.count("\n") == 1, result.stderr
        assert reason in result.stderr, arguments
    assert rows(other, "SELECT name FROM sqlite_master") == [("somebody_elses",)]
    assert words.read_text().startswith("not a database")


def test_a_database_that_a_sink_feeds_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "sink.sqlite"
    with Database(f"sqlite:///{file}") as database:
        database.write([Row.of(score())], {("rollcall.scores.v1", 0): 1})

    with pytest.raises(PlaceError, match="holds more than a demo's data"):
        prepare(str(file))
    with pytest.raises(PlaceError, match="holds more than a demo's data"):
        prepare(f"sqlite:///{file}")

    assert rows(file, "SELECT count(*) FROM scores") == [(1,)]


def test_a_postgresql_must_be_empty(database_url: str) -> None:
    place = prepare(database_url)
    assert (place.url, place.log) == (database_url, Path(LOG))
    with Database(database_url) as database:
        database.write([Row.of(score())])

    with pytest.raises(PlaceError, match="already holds scores; the demo needs it empty") as told:
        prepare(database_url)

    assert "\n" not in str(told.value)
