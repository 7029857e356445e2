"""`rollcall explain`: what it says is held against figures that were got in another way."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from schemas.codec import encode
from schemas.instants import rfc3339
from schemas.topics import CARE, TELEMETRY
from sinks.topics import provision
from streams.commands import main
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from streams.reading import read_topic
from streams.simulation.delivery import ndjson
from streams.simulation.evening import evening
from streams.simulation.settings import Evening
from tests.builders import (
    Log,
    answered,
    camera,
    chat,
    closed,
    ended,
    flat,
    identified,
    joined,
    left,
    opened,
    reaction,
    scheduled,
    spoke,
    stay,
    void,
    waiting,
)
from tests.care.builders import decision, notice, waiver
from tests.commands.conftest import Run

STARTS_AT = 1_772_474_400_000
Explain = Callable[..., Result]
ESCAPE = "\x1b"


@pytest.fixture
def explain(tmp_path: Path) -> Explain:
    """Explain `a` in `s1` over a log of records; more arguments may follow."""

    def explains(log: Iterable[Log], *arguments: str, who: str = "a", columns: int = 200) -> Result:
        file = tmp_path / "log.ndjson"
        file.write_bytes(b"".join(encode(record) + b"\n" for record in flat(log)))
        command = ("explain", "s1", who, str(file), *arguments)
        return CliRunner().invoke(main, command, env={"COLUMNS": str(columns)})

    return explains


def policy(tmp_path: Path, *lines: str) -> tuple[str, str]:
    file = tmp_path / "policy.toml"
    file.write_text("\n".join(('version = "test"', "effective_from = 2026-01-01", *lines)))
    return "--policy", str(file)


def told(result: Result) -> str:
    """What was printed, blanks as one, so that layout may change."""
    return " ".join(well(result).stdout.split())


def well(result: Result) -> Result:
    """The result of a command that ended well; a bug shows where it is."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def figures(result: Result) -> dict[str, Any]:
    well(result)
    (line,) = result.stdout.splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


LOST_LEAVE = [scheduled(), joined("10:00", "a"), chat("11:15", "a"), ended("12:00")]
FULL = [scheduled(), *stay("10:00", "12:00", "a")]


def test_worked_example_6_a_lost_leave(explain: Explain) -> None:
    text = told(explain(LOST_LEAVE))

    assert (
        "no leave was received: it ends at the session's end, 12:00:00; the 45 min after its last "
        "sign of life at 11:15:00 are inferred"
    ) in text
    assert "observed 75 min + inferred 45 min + bridged 0 min = 120 min" in text
    assert "120 min attended / 120 min window = 100 %" in text


def test_worked_example_6_under_last_seen(explain: Explain, tmp_path: Path) -> None:
    options = policy(tmp_path, 'presence.missing_leave = "last_seen"')

    text = told(explain(LOST_LEAVE, *options))

    assert "it ends at its last sign of life, 11:15:00, as policy says" in text
    assert "75 min attended / 120 min window = 62.5 %" in text
    assert "attended from 80 % = 96 min; absent below 25 % = 30 min" in text
    assert "FOUND attended too little (low_attendance): 62.5 % attended, 80 % asked for" in text


def test_worked_example_7_names_the_later_connection(explain: Explain) -> None:
    log = [scheduled(), joined("10:00", "a"), *stay("10:30", "10:40", "a", "c2"), ended("12:00")]

    text = told(explain(log))

    assert "it ends at the leave of their later connection, 10:40:00; the 40 min after" in text
    assert "observed 10 min + inferred 30 min + bridged 0 min = 40 min" in text


def test_worked_example_9_every_component(explain: Explain) -> None:
    log: list[Log] = [*FULL, chat("10:20"), chat("10:21")]
    log += [spoke(f"10:{minute}:10", f"10:{minute}:20") for minute in range(10, 19)]
    for number in range(4):
        log += [opened(f"11:{number}0", f"p{number}"), closed(f"11:{number}2", f"p{number}")]
    log += [answered(f"11:{number}1", f"p{number}") for number in range(3)]
    log += [reaction(f"10:{minute}") for minute in range(30, 36)]

    text, record = told(explain(log)), figures(explain(log, "--json"))

    assert "speaking 9 of 12 active minutes = 0.75 x weight 40 = 30" in text
    assert "chat 2 of 8 active minutes = 0.25 x weight 20 = 5" in text
    assert "polls 3 of 4 polls answered = 0.75 x weight 25 = 18.75" in text
    assert "reactions 6 of 6 active minutes = 1 x weight 10 = 10" in text
    assert "shared work left out: the source did not report any" in text
    assert "sum 63.75 of 95: 100 x 63.75 / 95 = 67.1: active" in text
    assert record["participation"]["participation"] == 67.1
    assert record["participation"]["level"] == "active"


def test_a_report_that_has_not_come_is_said_to_be_awaited(explain: Explain) -> None:
    text = told(explain([scheduled(delivery="report")]))

    assert "as of Mon 2 Mar 2026 14:00 it is not over: its report has not come" in text


def test_worked_example_9_where_only_chat_is_reported(explain: Explain) -> None:
    text = told(explain([*FULL, chat("10:20"), chat("10:21")]))

    assert "no score: the signals that are known weigh 20, less than the 60 that are needed" in text


def test_the_window_is_worked_out_step_by_step(explain: Explain) -> None:
    log = [
        scheduled(hosts=("h",), ends="13:00", breaks=[("11:20", "11:35")]),
        *stay("10:10", "13:00", "h"),
        *stay("10:12", "13:00", "a"),
    ]

    record, text = figures(explain(log, "--json")), told(explain(log))

    assert [(step["step"], step["left_ms"]) for step in record["window"]["steps"]] == [
        ("scheduled", 180 * 60_000),
        ("hosted", 170 * 60_000),
        ("breaks", 155 * 60_000),
    ]
    assert record["window"]["window_ms"] == 155 * 60_000
    assert "∩ hosted 170 min (-10 min) 10:10:00-13:00:00 h; gaps up to 5 min" in text
    assert "arrived 10:12:00, after 2 min of the window (more than 5 min is late)" in text


def test_gaps_are_bridged_or_not_and_why(explain: Explain, tmp_path: Path) -> None:
    log = [scheduled(), *stay("10:00", "10:30", "a"), *stay("10:30:45", "12:00", "a")]

    bridged = told(explain(log))
    apart = told(explain(log, *policy(tmp_path, 'presence.reconnect_grace = "30s"')))

    gone = "gone 10:30:00-10:30:45, 45 s of it inside the window:"
    assert f"{gone} bridged: up to 1 min is a reconnect" in bridged
    assert f"{gone} not bridged: more than 30 s" in apart
    assert "119 min 15 s attended / 120 min window = 99.38 %" in apart


def test_why_this_schedule_holds(explain: Explain) -> None:
    log = [
        scheduled(ends="11:00"),
        scheduled(roster=("a", "b"), ends="12:30", at="10:30", revision=2),
        *stay("10:00", "11:00", "a"),
    ]

    text = told(explain(log))

    assert "revision 1, said Mon 2 Mar 2026 08:00: Mon 2 Mar 2026 10:00:00-11:00:00" in text
    assert "said after it began, so the time stays 10:00:00-11:00:00" in text


def test_a_void_session_says_so_and_finds_nothing(explain: Explain) -> None:
    text = told(explain([*FULL, void(True)]))

    assert "the session counts for nobody: staff decided so (staff)" in text
    assert "nothing is looked for: the session counts for nobody" in text


def test_camera_arithmetic(explain: Explain) -> None:
    log = [*FULL, camera("10:00", True), camera("11:00", False)]

    text = told(explain(log))

    assert "less the first 30 s of each stay = 119 min 30 s" in text
    assert "59 min 30 s on / 119 min 30 s = 49.79 % (at least 80 % is asked for)" in text
    assert "camera off (camera_off): info, stands" in text


def test_an_excuse_is_named_and_what_it_covers(explain: Explain) -> None:
    log = [scheduled(roster=("a", "b")), *stay("10:00", "12:00", "b")]
    announced = notice("08:00")

    pending = told(explain([*log, announced]))
    accepted = told(explain([*log, announced, decision("09:00", accepted=True)]))
    waived = told(explain([*log, waiver("13:00", "no_show")]))

    assert "an absence was announced, and staff have not yet decided" in pending
    assert "nothing is held against them: staff accepted the absence" in accepted
    assert "found, but not held: no_show" in accepted
    assert "no_show: found, but not held: staff waived it" in waived
    assert "staff: Mon 2 Mar 2026 09:00 absence accepted (r1)" in accepted


def test_an_alias_is_explained_as_the_person_it_is(explain: Explain) -> None:
    log = [scheduled(), *stay("10:00", "12:00", "guest-1"), identified("guest-1", "a")]

    record = figures(explain(log, "--json", who="guest-1"))

    assert record["participant"] == "a"
    assert record["received"]["aliases"] == ["guest-1"]
    assert record["attendance"]["attended_ms"] == 7_200_000


def test_as_of_an_instant_while_it_runs(explain: Explain) -> None:
    log = [scheduled(), joined("10:12", "a"), left("11:30", "a"), waiting("11:40", "a")]

    record = figures(explain(log, "--as-of", "2026-03-02T11:00:00Z", "--json"))

    assert (record["phase"], record["standing"]) == ("running", "present")
    assert record["attendance"]["window_ms"] == 3_600_000
    assert record["attendance"]["attended_ms"] == 48 * 60_000
    (violation,) = (v for v in record["violations"]["violations"] if v["rule"] == "late")
    assert violation["status"] == "opened"


UNKNOWN = [
    ("s2", "a", "session 's2' is not in these records: there are s1"),
    ("s1", "z", "'z' is not in session 's1': there are a, b"),
    ("s1", "h", "'h' is a host of session 's1', and hosts are not scored: there are a, b"),
    ("s1", "gone", "'gone' was taken off the roster of session 's1'"),
    ("s1\udcff", "a", "session 's1\\udcff' is not in these records"),
]


@pytest.mark.parametrize(("session", "who", "line"), UNKNOWN)
def test_unknown_names_get_one_line_with_help(
    session: str, who: str, line: str, tmp_path: Path, run: Run
) -> None:
    log = [
        scheduled(roster=("a", "b", "gone"), hosts=("h",)),
        scheduled(roster=("a", "b"), hosts=("h",), revision=2, at="09:00"),
        *stay("10:00", "12:00", "h"),
    ]
    file = tmp_path / "log.ndjson"
    file.write_bytes(b"".join(encode(record) + b"\n" for record in log))

    result = run("explain", session, who, str(file))

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {line}")
    assert result.stderr.count("\n") == 1


def test_before_anything_was_known(explain: Explain) -> None:
    result = explain(FULL, "--as-of", "2026-03-01T00:00:00Z")

    assert result.exit_code == 1
    assert "its first record came at 2026-03-02T08:00:00.000Z" in result.stderr


def test_long_after_corrections_have_ended_nothing_changes(explain: Explain) -> None:
    now, later = (
        figures(explain(FULL, "--json")),
        figures(explain(FULL, "--json", "--as-of", "2027-03-02T00:00:00Z")),
    )

    assert later["as_of"] == "2026-03-12T12:00:00Z"
    assert later["attendance"] == now["attendance"]


NOBODY_JOINED = b'{"type":"joined","session":"s1","at":"2026-03-02T10:00:00Z"}'


def test_refused_lines_are_told_beside_a_good_explanation(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "log.ndjson"
    bad = [b'{"type":', b"\xff\xfe", NOBODY_JOINED]
    file.write_bytes(b"\n".join([*bad, *(encode(record) for record in FULL)]))

    result = run("explain", "s1", "a", str(file))

    assert "120 min attended / 120 min window = 100 %" in told(result)
    assert [line.split(":")[0:2] for line in result.stderr.splitlines()] == [
        ["line 1", " invalid_json"],
        ["line 2", " invalid_utf8"],
        ["line 3", " invalid_field"],
    ]


def test_a_session_of_which_every_record_is_refused(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "log.ndjson"
    file.write_bytes(NOBODY_JOINED)

    result = run("explain", "s1", "a", str(file))

    assert result.exit_code == 1
    assert "line 1: invalid_field" in result.stderr
    assert "every record of session 's1' was refused" in result.stderr


def test_bad_files_and_options_are_one_line(tmp_path: Path, run: Run) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)) * 50)
    log = tmp_path / "log.ndjson"
    log.write_bytes(b"".join(encode(record) + b"\n" for record in FULL))
    broken = tmp_path / "broken.toml"
    broken.write_text('version = "1"\neffective_from = 2026-01-01\nsurprise = 1\n')
    tries = [
        (str(tmp_path / "nothing"),),
        (str(tmp_path),),
        (str(binary),),
        (str(log), "--policy", str(broken)),
        (str(log), "--as-of", "yesterday"),
    ]

    for arguments in tries:
        result = run("explain", "s1", "a", *arguments)
        assert result.exit_code in (1, 2), arguments
        assert result.stdout == "", arguments
        assert result.stderr.splitlines()[-1].startswith("Error: "), arguments
        assert isinstance(result.exception, SystemExit), arguments


@pytest.mark.parametrize("columns", [20, 40, 60, 200])
def test_no_line_is_wider_than_the_terminal(explain: Explain, columns: int) -> None:
    lines = explain(LOST_LEAVE, columns=columns).stdout.splitlines()

    assert max(map(len, lines)) <= max(columns, 40)


def test_the_timeline_shows_who_was_there_when(explain: Explain) -> None:
    log = [scheduled(), *stay("10:00", "11:00", "a")]

    lines = explain(log, columns=72).stdout.splitlines()
    rows = {line[:12].strip(): line[12:] for line in lines if line[12:] and not line[0].isspace()}
    ruler = next(line for line in lines if "10:00" in line and "11:00" in line and "-" not in line)

    assert rows["scheduled"].count("█") == 60
    assert rows["present"].count("█") == 30
    assert ruler.index("11:00") == 12 + 30


def test_everybody_in_an_evening_agrees_with_the_scores(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "evening.ndjson"
    settings = Evening(starts_at=STARTS_AT, groups=4, workshops=1, individuals=3)
    file.write_bytes(b"".join(ndjson(evening(settings))))
    records = [json.loads(line) for line in run("score", "--json", str(file)).stdout.splitlines()]
    scores = [each for each in records if each["record"] == "score"]
    checked = [each for number, each in enumerate(scores) if number % 4 == 0]
    assert len(checked) >= 10

    for score in checked:
        session, who = score["session"], score["participant"]
        if score.get("withdrawn"):
            continue
        record = figures(run("explain", session, who, str(file), "--json"))
        for figure in ("attended_ms", "window_ms", "attendance", "late_ms", "left_early_ms"):
            assert record["attendance"][figure] == score[figure], (session, who, figure)
        for figure in ("observed_ms", "inferred_ms", "bridged_ms", "reconnects"):
            assert record["presence"][figure] == score[figure], (session, who, figure)
        assert record["window"]["steps"][-1]["left_ms"] == score["window_ms"]
        assert record["standing"] == score["standing"]
        assert record["camera"]["camera"] == score["camera"]
        assert record["participation"]["participation"] == score["participation"]
        assert record["participation"]["components"] == score["components"]
        held = {(v["rule"], v["status"]) for v in record["violations"]["violations"]}
        assert held >= {
            (each["rule"], each["status"])
            for each in records
            if each["record"] == "violation"
            and (each["session"], each["participant"]) == (session, who)
        }


def test_a_real_process_without_a_terminal_and_without_unicode(tmp_path: Path) -> None:
    lines = b"".join(encode(record) + b"\n" for record in flat(LOST_LEAVE))
    command = (sys.executable, "-m", "streams.commands", "explain", "s1", "a", "-")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "60"}

    done = subprocess.run(command, input=lines, capture_output=True, env=environment, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    text = done.stdout.decode("ascii")
    assert ESCAPE not in text
    assert "present     ####" in text
    assert "100 %" in text


def test_a_broker_that_is_away_is_one_line(run: Run) -> None:
    away = f"127.0.0.1:{free_port()}"

    result = run("explain", "s1", "a", "--bootstrap", away)

    assert result.exit_code == 1
    assert result.stderr == f"Error: no Kafka broker answers at {away}\n"


def test_on_kafka_it_says_what_it_says_of_the_same_log_in_a_file(
    broker: Broker, prefix: str, run: Run, tmp_path: Path
) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    place_there = ("--topic-prefix", prefix)
    small = ("--groups", "2", "--individuals", "0", "--workshops", "0", "--rate", "20000")
    sent = run("simulate", *small, "--kafka", broker.bootstrap, *place_there)
    assert sent.exit_code == 0, sent.output
    file = tmp_path / "log.ndjson"
    with file.open("wb") as log:
        for topic in (TELEMETRY, CARE):
            for entry in read_topic(broker.bootstrap, prefix + topic.name):
                record = json.loads(entry.value or b"")
                record["appended_at"] = rfc3339(entry.timestamp)
                log.write(json.dumps(record).encode() + b"\n")
    records = map(json.loads, run("score", "--json", str(file)).stdout.splitlines())
    first = next(record for record in records if record["record"] == "score")
    who = (first["session"], first["participant"])

    from_file = run("explain", *who, str(file), "--json")
    from_kafka = run("explain", *who, "--bootstrap", broker.bootstrap, *place_there, "--json")

    assert figures(from_kafka) == figures(from_file)
    nobody = run("explain", "s0", "a", "--bootstrap", broker.bootstrap, *place_there)
    assert nobody.exit_code == 1
    assert nobody.stderr == "Error: session 's0' is not in these records: no session is there\n"
