"""`rollcall demo`: one real run, and what it says held against the rows and the log it left."""

import json
import os
import re
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
from streams.simulation.settings import Evening
from streams.simulation.weeks import weeks
from tests.commands.conftest import Run
from tests.sinks.rows import score

FILE = "rollcall-demo.sqlite"
EVENING = "(starts_at IS NULL OR starts_at LIKE '2026-03-19%')"
ABOUT_IT = (
    f"session IN (SELECT session FROM scores WHERE {EVENING}) AND rule NOT IN "
    "('consecutive_unexcused', 'repeated_lateness', 'disengaged', 'technical_barrier')"
)
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
    tables = ("scores", "violations", "weeks", "recommendations")
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


def test_the_log_is_that_of_three_weeks(evenings: Evenings) -> None:
    settings = Evening(seed=1, starts_at=1_772_474_400_000)
    assert (evenings.folder / LOG).read_bytes() == b"".join(ndjson(weeks(settings, 3)))


def test_the_summary_is_of_the_last_evening(evenings: Evenings) -> None:
    assert evenings.text.splitlines()[0] == "19 sessions on Thu 19 Mar 2026, times in UTC"
    starts = {record["starts_at"] for record in of(evenings, "session")}
    assert {start[:10] for start in starts if start} == {"2026-03-19"}


def test_each_session_is_counted_as_its_rows_say(evenings: Evenings) -> None:
    found = rows(
        evenings.folder / FILE,
        "SELECT session, sum(rostered AND standing = 'attended'), "
        "sum(rostered AND standing = 'partial'), sum(rostered AND standing = 'absent'), "
        "sum(rostered), sum(standing = 'void'), avg(nullif(attended_ms, 0)) "
        f"FROM scores WHERE NOT withdrawn AND {EVENING} GROUP BY session",
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
    query = (
        f"SELECT session, level FROM scores WHERE NOT withdrawn AND attended_ms > 0 AND {EVENING}"
    )
    for session, level in rows(evenings.folder / FILE, query):
        found.setdefault(session, Counter())[level] += 1

    for record in of(evenings, "session"):
        levels = found.get(record["session"], Counter())
        assert Counter(record["levels"]) == levels
        order = ("active", "partial", "passive", "unknown")
        shown = "/".join(str(levels[level]) for level in order)
        assert line_of_session(evenings, record["session"]).endswith(f" {shown}")


def test_violations_are_counted_as_their_rows_say(evenings: Evenings) -> None:
    query = f"SELECT rule, status, count(*) FROM violations WHERE {ABOUT_IT} GROUP BY rule, status"
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


def test_the_week_is_that_of_the_rows(evenings: Evenings) -> None:
    query = (
        "SELECT participant, program, earned, due, standing FROM weeks "
        "WHERE week = '2026-03-16' AND NOT withdrawn AND json_array_length(body, '$.outcomes') > 0"
    )
    found = {(row[0], row[1]): row[2:] for row in rows(evenings.folder / FILE, query)}
    told = {(each["participant"], each["program"]): each for each in of(evenings, "week")}
    section = evenings.text.partition("The week of Mon 16 Mar")[2]

    assert told.keys() == found.keys()
    assert len(told) > 100
    for who, (earned, due, standing) in found.items():
        record = told[who]
        assert (record["earned"], record["due"], record["standing"]) == (earned, due, standing)
    for program, people in Counter(program for _, program in found).items():
        assert f"{program}: {people} people; " in section
    shown = re.findall(r"^  (par-\w+)  attended (\d) of (\d)", section, re.MULTILINE)
    assert len(shown) > 10
    for participant, earned, due in shown:
        own = [row for (name, _), row in found.items() if name == participant]
        assert (int(earned), int(due)) in [row[:2] for row in own]


def test_the_week_tells_what_to_do_and_by_when(evenings: Evenings) -> None:
    section = evenings.text.partition("The week of Mon 16 Mar")[2]
    for words in (
        "nobody has reached them",
        "unexcused absences in a row",
        "offer a session to make up",
        "review of attendance, for people to hold and decide",
        "before: met, below",
        "deserve to hear what went well",
    ):
        assert words in section, words
    kinds = {each["kind"] for record in of(evenings, "week") for each in record["recommendations"]}
    assert kinds >= {
        "reach_out",
        "check_in",
        "offer_make_up",
        "technical_support",
        "attendance_review",
        "recognise",
    }
    assert "not_scheduled" not in kinds


def test_every_retraction_is_told_with_its_reason(evenings: Evenings) -> None:
    query = (
        "SELECT count(*), count(DISTINCT reason) FROM violations "
        f"WHERE status = 'retracted' AND {ABOUT_IT}"
    )
    ((number, reasons),) = rows(evenings.folder / FILE, query)
    section = evenings.text.partition("Taken back, and why\n")[2].partition("\n\n")[0]

    assert number > reasons > 1
    assert len([line for line in section.splitlines() if not line.startswith("     ")]) == reasons
    assert "staff accepted the absence: " in section


def test_the_live_run_ends_where_the_offline_score_does(evenings: Evenings, run: Run) -> None:
    (told,) = of(evenings, "run")
    as_of = ("--as-of", told["assessed_at"])
    result = run("score", "--json", str(evenings.folder / LOG), *as_of)
    assert result.exit_code == 0, result.output
    stored: dict[str, dict[str, Any]] = {}
    for table in ("scores", "violations"):
        for (body,) in rows(evenings.folder / FILE, f"SELECT body FROM {table}"):
            record = json.loads(body)
            gone = record.get("withdrawn") or record.get("status") == "retracted"
            if not gone:
                stored[record["id"]] = plain(record)
    offline = [json.loads(line) for line in result.stdout.splitlines()]

    assert stored == {record["id"]: plain(record) for record in offline}


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """As it stands: whether an open violation was told before does not matter."""
    kept = {k: v for k, v in record.items() if k not in PUBLICATION and k != "record"}
    return kept | {"status": "opened"} if kept.get("status") == "updated" else kept


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
