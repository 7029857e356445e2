"""`rollcall week`: a week at a glance, from files and from the database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from msgspec.structs import replace

from schemas.care import MakeUpArranged
from schemas.codec import decoder, encode
from schemas.outputs import OUTPUTS
from schemas.telemetry import Event
from sinks.bulk import Row
from sinks.database import Database
from streams.local import Local
from streams.logs import read
from streams.machine.ports import LOOPBACK, free_port
from streams.policies import load
from tests.builders import ms, scheduled, stay, when
from tests.commands.conftest import Run
from tests.sinks.rows import violation

THURSDAY = "2026-03-05T09:00:00Z"
DAYS = ("03-02", "03-03", "03-04", "03-05", "03-06")
CAME = {"par-a": (0,), "par-b": (0, 1, 2), "par-c": (0, 2)}
"""Who came on which days of five; on Thursday morning two are still to come."""

Week = Callable[..., Result]


def held(number: int, record: Event) -> Event:
    """A record of the session of that day."""
    return replace(record, session=f"s{number}", id=f"{record.id}-{number}")


def five_days() -> list[Any]:
    """One week of a group that meets from Monday to Friday, as far as Thursday morning."""
    records: list[Any] = []
    for number, day in enumerate(DAYS):
        plan = scheduled(
            sorted(CAME), f"{day} 10:00", f"{day} 12:00", at="08:00", program="evening"
        )
        records.append(held(number, plan))
    for number, day in enumerate(DAYS[:3]):
        for person, came in CAME.items():
            if number in came:
                visit = stay(f"{day} 10:00", f"{day} 12:00", person, f"c-{person}")
                records += [held(number, each) for each in visit]
    return records


def make_up(session: str) -> MakeUpArranged:
    """`par-a` may mend a session on Saturday."""
    return MakeUpArranged(
        id="link",
        source="desk",
        at=when("03-04 15:00"),
        participant="par-a",
        entity="link",
        session=session,
        make_up="extra",
        starts_at=when("03-07 10:00"),
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "week.ndjson"
    write(file, five_days())
    return file


def write(file: Path, records: list[Any]) -> None:
    records = sorted(records, key=lambda record: record.at)
    file.write_bytes(b"".join(encode(record) + b"\n" for record in records))


def told(result: Result) -> str:
    """What was printed, blanks as one, so that layout may change."""
    return " ".join(well(result).stdout.split())


def well(result: Result) -> Result:
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def figures(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in well(result).stdout.splitlines()]


def test_a_persons_week_on_thursday_morning(run: Run, log: Path) -> None:
    text = told(run("week", "par-a", str(log), "--as-of", THURSDAY, COLUMNS="200"))

    assert text.startswith("par-a in evening, week of Mon 2 Mar 2026 (UTC) Needs a make-up ")
    assert "attendance 1 earned of 5 due, 2 to come 2 missed, 0 excused" in text
    assert "still possible 3 sessions, 60 % of what is due; 80 % is asked for" in text
    assert "minutes 120 of 540: 420 to go, 240 still offered" in text
    assert "Mon 02 Mar ████████░░░░ 120 of 180 min" in text
    assert "Tue 03 Mar ░░░░░░░░░░░░ 0 of 180 min" in text
    assert "Fri 06 Mar ▒▒▒▒▒▒▒▒░░░░ 0 of 180 min, 120 to come" in text
    assert "Tue 03 Mar 10:00 s1 group missed 0 of 120 min" in text
    assert "attendance of the week below the minimum: warning, open" in text
    assert "not seen in s1: warning, stands, since Tue 03 Mar 10:10 (no_show)" in text
    assert "(offer_make_up: weekly_attendance)" in text


def test_a_make_up_that_is_arranged_is_still_possible(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "week.ndjson"
    write(file, [*five_days(), make_up("s1")])

    text = told(run("week", "par-a", str(file), "--as-of", THURSDAY, COLUMNS="200"))

    assert "1 earned of 5 due, 2 to come, 1 in make-ups arranged" in text
    assert "still possible 4 sessions, 80 % of what is due" in text


def test_the_same_for_machines(run: Run, log: Path) -> None:
    [week] = figures(run("week", "par-a", str(log), "--as-of", THURSDAY, "--json"))

    expected = {
        "record": "week",
        "participant": "par-a",
        "week": "2026-03-02",
        "standing": "needs_make_up",
        "due": 5,
        "earned": 1,
        "to_come": 2,
        "best": 0.6,
        "to_go_ms": 420 * 60_000,
        "offered_ms": 240 * 60_000,
    }
    assert {name: week[name] for name in expected} == expected
    assert "revision" not in week
    assert {(each["rule"], each["status"]) for each in week["violations"]} >= {
        ("weekly_attendance", "opened"),
        ("no_show", "stood"),
    }
    assert "offer_make_up" in {each["kind"] for each in week["recommendations"]}


def test_a_programs_week_begins_with_who_needs_attention(run: Run, log: Path) -> None:
    text = told(run("week", "--program", "evening", str(log), "--as-of", THURSDAY, COLUMNS="200"))

    people = [word for word in text.split() if word.startswith("par-")]
    assert people == ["par-a", "par-c", "par-b"]
    assert "par-a needs a make-up 1 of 5 60 % ▆▁▁▒▒.. 420 min" in text
    assert "par-b on track 3 of 5 100 % ▆▆▆▒▒.. 180 min - - " in text
    assert "3 people: needs a make-up 1; at risk: one more miss is too many 1; on track 1" in text
    assert "6 of 15 earned so far, 40 %" in text
    assert "waiting for: coordinator" in text


def test_a_programs_totals_for_machines(run: Run, log: Path) -> None:
    *weeks, totals = figures(
        run("week", "--program", "evening", str(log), "--as-of", THURSDAY, "--json")
    )

    assert [week["participant"] for week in weeks] == ["par-a", "par-c", "par-b"]
    assert totals["record"] == "totals"
    assert totals["standings"] == {"needs_make_up": 1, "at_risk": 1, "on_track": 1}
    assert (totals["people"], totals["due"], totals["earned"]) == (3, 15, 6)
    assert totals["violations"]["no_show"] == 3


def test_without_an_instant_all_that_had_begun_is_final_and_the_rest_to_come(
    run: Run, log: Path
) -> None:
    [week] = figures(run("week", "par-b", str(log), "--json"))

    outcomes = [each["outcome"] for each in week["outcomes"]]
    assert outcomes == ["credited", "credited", "credited", "to_come", "to_come"]


def test_another_week_is_named_by_any_day_in_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "log.ndjson"
    next_week = scheduled(["par-a"], "03-11 10:00", "03-11 12:00", at="08:00", program="evening")
    write(file, [*five_days(), held(8, next_week)])

    def week_of(*options: str) -> str:
        [week] = figures(run("week", "par-a", str(file), "--as-of", THURSDAY, "--json", *options))
        return str(week["week"])

    assert week_of() == "2026-03-02"
    assert week_of("--week", "2026-03-08") == "2026-03-02"
    assert week_of("--week", "2026-03-09") == "2026-03-09"


MISTAKES = {
    "nobody": ((), "whose week? Give PARTICIPANT first, or --program"),
    "only a file": (("LOG",), "whose week? Give PARTICIPANT first, or --program"),
    "no source": (("par-a",), "where from? Give FILES, or --database URL"),
    "two sources": (("par-a", "LOG", "--database", "sqlite:///x"), "FILES or --database, not both"),
    "a database of the past": (
        ("par-a", "--database", "sqlite:///x", "--as-of", THURSDAY),
        "tables hold what is now",
    ),
    "no such file": (("par-a", "nowhere.ndjson"), "nowhere.ndjson: No such file or directory"),
    "no day": (("par-a", "LOG", "--week", "monday"), "'monday' is not a day such as 2026-03-02"),
    "no such person": (
        ("someone", "LOG"),
        "participant 'someone' has no week here: there are par-a, par-b, par-c",
    ),
    "no such program": (
        ("--program", "morning", "LOG"),
        "program 'morning' has no week here: there are evening",
    ),
    "no such week": (
        ("par-a", "LOG", "--week", "2026-03-09"),
        "participant par-a has no week with 2026-03-09 in it: there is 2026-03-02",
    ),
    "no file": (("par-a", "--database", "sqlite:///nowhere.db"), "there is no file 'nowhere.db'"),
    "no database": (("par-a", "--database", "mysql://x/y"), "'mysql' is not known"),
}


@pytest.mark.parametrize(("arguments", "complaint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_clear_line(
    run: Run, log: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    result = run("week", *(str(log) if each == "LOG" else each for each in arguments))

    assert isinstance(result.exception, SystemExit)
    assert result.exit_code != 0
    assert complaint in result.stderr.splitlines()[-1]
    assert result.stdout == ""


def test_nothing_has_nobody_in_it(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.ndjson"
    empty.touch()

    result = run("week", "par-a", str(empty))

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: participant 'par-a' has no week here")


def test_a_line_that_is_refused_is_told_and_changes_nothing(run: Run, log: Path) -> None:
    before = well(run("week", "par-a", str(log), "--as-of", THURSDAY)).stdout
    with log.open("ab") as file:
        file.write(b"{}\n")

    result = well(run("week", "par-a", str(log), "--as-of", THURSDAY))

    assert result.stdout == before
    assert len(result.stderr.splitlines()) == 1


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rollcall.db'}"
    return str(request.getfixturevalue("database_url"))


def fill(url: str, log: Path, day: str) -> None:
    """What a sink would have stored by then."""
    local = Local(load())
    local.take(read([log]))
    decode = {topic: decoder(record) for topic, record in OUTPUTS.items()}
    rows = [
        Row(decode[change.topic](change.value), change.value)
        for change in local.look(ms(day), everything=True).changes
        if change.topic in OUTPUTS
    ]
    with Database(url) as database:
        database.write(rows)


@pytest.mark.parametrize("whose", [("par-a",), ("par-b",), ("--program", "evening")])
def test_the_database_says_what_the_files_say(
    run: Run, log: Path, url: str, whose: tuple[str, ...]
) -> None:
    fill(url, log, "03-05 09:00")
    computed = run("week", *whose, str(log), "--as-of", THURSDAY, "--json")

    of_day = ("--week", "2026-03-02")
    stored = run("week", *whose, *of_day, "--json", ROLLCALL_DATABASE_URL=url)

    assert figures(stored) == figures(computed)
    assert "Needs" in told(run("week", "par-a", *of_day, "--database", url, COLUMNS="200"))


def test_what_was_taken_back_is_not_shown(run: Run, log: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rollcall.db'}"
    fill(url, log, "03-05 09:00")
    with Database(url) as database:
        gone = violation(participant="par-b", status="retracted", reason="waived")
        database.write([Row.of(gone)])

    [week] = figures(run("week", "par-b", "--week", "2026-03-02", "--database", url, "--json"))

    assert week["violations"] == []


def test_who_is_not_in_the_database_is_told_with_who_is(
    run: Run, log: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'rollcall.db'}"
    fill(url, log, "03-05 09:00")

    result = run("week", "someone", "--database", url)

    assert result.exit_code == 1
    assert "participant 'someone' has no week here: there are par-a, par-b, par-c" in result.stderr


def test_a_database_that_is_away_is_one_line(run: Run) -> None:
    url = f"postgresql://nobody:secret@{LOOPBACK}:{free_port()}/rollcall"

    result = run("week", "par-a", "--database", url)

    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert "secret" not in line


def test_a_terminal_without_blocks_gets_plain_signs(log: Path) -> None:
    command = ("week", "--program", "evening", str(log), "--as-of", THURSDAY)
    done = subprocess.run(
        (sys.executable, "-m", "streams.commands", *command),
        env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "120"},
        capture_output=True,
        check=True,
    )
    lines = done.stdout.decode("ascii").splitlines()
    assert any("par-a" in line and "+..++.." in line for line in lines)
