"""`rollcall deadletters list` and `show` against a real broker."""

import json

import pytest

from schemas.topics import TELEMETRY
from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from tests.commands.conftest import Run
from tests.deadletters.letters import connect, parts
from tests.deadletters.topic import PARTITIONS, Letters


@pytest.fixture
def letters(broker: Broker, prefix: str, run: Run) -> Letters:
    return Letters(broker.bootstrap, prefix, run)


def test_letters_are_listed_one_a_line_and_counted(letters: Letters) -> None:
    letters.write(letters.ours("unknown_type"), letters.ours("misrouted"))
    letters.write(
        connect(), letters.ours("misrouted", headers=(("rollcall.attempt", b"2"),)), partition=1
    )

    result = letters.run("list")

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()[:4]
    topic = letters.prefix + TELEMETRY.name
    assert sorted(line.split()[0] for line in lines) == ["0:0", "0:1", "1:0", "1:1"]
    [first] = [line for line in lines if line.startswith("0:0 ")]
    assert first.endswith(f"unknown_type     {topic}/3/41  e-1  why")
    [of_connect] = [line for line in lines if line.startswith("1:0 ")]
    assert of_connect.endswith("DataException    orders/2/1207  -  cannot convert")
    assert any(line.endswith("why; attempt 2") for line in lines)
    assert [row.split()[1:4:2] for row in result.stdout.splitlines() if "misrouted " in row][
        -1
    ] == [
        "misrouted",
        "2",
    ]


def test_only_what_is_asked_for_is_listed(letters: Letters) -> None:
    letters.write(*(letters.ours("misrouted", offset=number) for number in range(3)), connect())
    [*_, last] = letters.listed()

    assert [each["offset"] for each in letters.listed("--reason", "misrouted", "--max", "2")] == [
        1,
        2,
    ]
    assert [each["offset"] for each in letters.listed("--topic", "orders")] == [3]
    assert len(letters.listed("--topic", TELEMETRY.name)) == 3
    assert len(letters.listed("--reason", "misrouted", "--reason", "DataException")) == 4
    assert letters.listed("--since", last["failed_at"])[-1] == last
    assert letters.listed("--since", "2100-01-01T00:00:00Z") == []
    assert letters.listed()[0] | {"failed_at": ""} == {
        "partition": 0,
        "offset": 0,
        "failed_at": "",
        "first_failed_at": "2026-03-02T18:00:00.000Z",
        "attempt": 1,
        "reason": "misrouted",
        "detail": "why",
        "event_id": "e-1",
        "kind": "rollcall",
        "source_topic": letters.prefix + TELEMETRY.name,
        "source_partition": 3,
        "source_offset": 41,
        "complete": True,
        "sent_again": False,
    }


def test_nothing_there_is_told(letters: Letters) -> None:
    for command in ("list", "redrive"):
        result = letters.run(command)
        assert (result.exit_code, result.stdout) == (0, "")
        assert "there are no " in result.stderr
    letters.write(letters.ours())

    missing = letters.run("show", "0:1")
    assert (missing.exit_code, missing.stderr) == (1, "Error: there is no dead letter at 0:1\n")
    assert f"has no partition {PARTITIONS}" in letters.run("show", f"{PARTITIONS}:0").stderr
    assert "is not PARTITION:OFFSET" in letters.run("show", "0-1").stderr


HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202eevil\u2028\x9b \r\n é"


def test_what_a_terminal_would_act_on_is_escaped(letters: Letters) -> None:
    letters.write(
        letters.ours(
            value=json.dumps({"id": HOSTILE}, ensure_ascii=False).encode(),
            key=HOSTILE.encode(),
            headers=((f"name{HOSTILE}", HOSTILE.encode()),),
        ),
        letters.ours(value=b"\xff\x00", key=b"\xfe", headers=(("bytes", b"\xfd"),)),
        connect(f"topic{HOSTILE}"),
    )

    for arguments in (
        ("list",),
        ("list", "--json"),
        ("show", "0:0"),
        ("show", "0:0", "--json"),
        ("show", "0:2"),
    ):
        said = letters.run(*arguments).stdout
        table = said.isascii() or set(said) - set(map(chr, range(128))) <= set(
            "é─━│┃┏┓┗┛┌┐└┘├┤┡┩╇┴┳╈┬┼"
        )
        assert table, (arguments, said)
        assert all(each.isprintable() for line in said.split("\n") for each in line)
    full = json.loads(letters.run("show", "0:0", "--json").stdout)
    assert full["key"] == {"text": HOSTILE}
    assert full["headers"][0] == {"name": f"name{HOSTILE}", "value": {"text": HOSTILE}}
    of_bytes = letters.run("show", "0:1").stdout
    assert "value    base64 /wA=" in of_bytes
    assert "key      base64 /g==" in of_bytes
    assert "header   bytes: base64 /Q==" in of_bytes


def test_a_letter_in_parts_is_shown_whole_by_any_of_them(letters: Letters) -> None:
    value = b"begin" + b"x" * (2 << 20) + b"end"
    letters.write(letters.ours(), *parts(value), letters.ours())

    for place in ("0:1", "0:2", "0:3"):
        shown = letters.run("show", place)
        assert "letter   0:1, " in shown.stdout, shown.output
        assert "parts    3, put together here" in shown.stdout
        assert f"value    {value.decode()}\n" in shown.stdout
        assert "header   traceparent: 00-1" in shown.stdout
    assert [each["offset"] for each in letters.listed()] == [0, 1, 4]


def test_no_broker_is_one_clear_line(run: Run) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    for arguments in (("list",), ("show", "0:0"), ("redrive",), ("redrive", "--dry-run")):
        result = run("deadletters", *arguments, "--bootstrap", nobody)
        assert result.exit_code == 1
        assert result.stderr == f"Error: no Kafka broker answers at {nobody}\n"
