"""`rollcall tail` against a real broker: what is committed, as it comes, and nothing else."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.machine.kafka import Broker
from streams.machine.ports import free_port
from tests.commands.conftest import Start
from tests.kafka.outputs import Outputs
from tests.sinks.rows import recommendation, score, violation, week

Until = Callable[[Callable[[], bool]], None]
Lines = Callable[[], list[str]]


@pytest.fixture
def outputs(broker: Broker, prefix: str) -> Iterator[Outputs]:
    outputs = Outputs(broker.bootstrap, prefix)
    yield outputs
    outputs.close()


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    return lambda: (tmp_path / "output").read_text().splitlines()


@pytest.fixture
def complaints(tmp_path: Path) -> Lines:
    return lambda: (tmp_path / "errors").read_text().splitlines()


def test_what_is_committed_from_now_on_is_shown(
    outputs: Outputs, prefix: str, start: Start, until: Until, lines: Lines, complaints: Lines
) -> None:
    outputs.send(score(id="before"))
    place = {"ROLLCALL_BOOTSTRAP": outputs.bootstrap, "ROLLCALL_TOPIC_PREFIX": prefix}
    process = start("tail", **place)
    until(lambda: len(complaints()) == 1)
    what = "scores, weeks, violations and recommendations"
    assert complaints() == [f"following {what} at {outputs.bootstrap}; Ctrl-C ends"]

    outputs.send(score(participant="never"), commit=False)
    outputs.send(score(standing="present", participation=67.1, level="active"))
    until(lambda: len(lines()) == 1)
    outputs.send(violation(rule="late", status="opened", severity="info", label="late"))
    until(lambda: len(lines()) == 2)
    outputs.send(week())
    until(lambda: len(lines()) == 3)
    outputs.send(recommendation())
    until(lambda: len(lines()) == 4)
    process.send_signal(signal.SIGINT)

    assert process.wait() == 0
    of_score, of_violation, of_week, of_recommendation = lines()
    assert "  2026-03-02   participant-1 evening: needs a make-up, 0 of 3 earned" in of_week
    assert "reach_out opened for coordinator until 2026-03-03" in of_recommendation
    assert "  session-1    participant-1 present " in of_score
    assert "active 67.1" in of_score
    assert of_violation.endswith("participant-1 late opened (info): late")
    assert len(complaints()) == 1


def test_everything_from_the_beginning_as_json(
    outputs: Outputs, prefix: str, start: Start, until: Until, lines: Lines
) -> None:
    outputs.send(score(id="one"), violation(id="two"))
    place = ("--bootstrap", outputs.bootstrap, "--topic-prefix", prefix)
    start("tail", *place, "--json", "--from-beginning")
    until(lambda: len(lines()) == 2)

    found = {record["id"]: record for record in map(json.loads, lines())}
    assert {name: record["record"] for name, record in found.items()} == {
        "one": "score",
        "two": "violation",
    }
    assert found["one"]["attended_ms"] == score().attended_ms
    assert found["two"]["appended_at"].endswith("Z")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--scores",), {"a", "b"}),
        (("--violations",), {"c", "d"}),
        (("--weeks",), {"e"}),
        (("--recommendations", "--weeks"), {"e", "f"}),
        (("--session", "session-2"), {"b", "d"}),
        (("--participant", "participant-2", "--scores"), {"b"}),
        (("--program", "day"), {"b", "e"}),
        (("--session", "session-1", "--session", "session-2"), {"a", "b", "c", "d"}),
    ],
)
def test_only_what_was_asked_for_is_shown(
    outputs: Outputs,
    prefix: str,
    start: Start,
    until: Until,
    lines: Lines,
    options: tuple[str, ...],
    expected: set[str],
) -> None:
    other = {"session": "session-2", "participant": "participant-2"}
    outputs.send(score(id="a"), score(id="b", program="day", **other))
    outputs.send(violation(id="c"), violation(id="d", **other))
    last = {"participant": "participant-2", "program": "day"}
    outputs.send(week(id="e", program="day"), recommendation(id="f"))
    of_session = last | {"session": "session-2"}
    outputs.send(score(id="last", **of_session), violation(id="last", **of_session))
    outputs.send(week(id="last", **last), recommendation(id="last", **last))
    place = ("--bootstrap", outputs.bootstrap, "--topic-prefix", prefix)
    start("tail", *place, "--json", "--from-beginning", *options)

    wanted = expected | {"last"}
    until(lambda: {json.loads(line)["id"] for line in lines()} >= wanted)
    assert {json.loads(line)["id"] for line in lines()} == wanted


def test_topics_that_are_not_there_yet_are_waited_for(
    broker: Broker, prefix: str, start: Start, until: Until, lines: Lines, complaints: Lines
) -> None:
    place = ("--bootstrap", broker.bootstrap, "--topic-prefix", prefix)
    start("tail", *place, "--from-beginning")
    topic = f"{prefix}rollcall.scores.v1"
    until(lambda: f"there is no topic {topic} on the broker; waiting for it" in complaints())

    outputs = Outputs(broker.bootstrap, prefix)
    outputs.send(score())
    outputs.close()

    until(lambda: len(lines()) == 1)
    until(lambda: len(complaints()) == 2)


def test_a_broker_that_goes_is_told_and_waited_for(
    data_folder: Path, prefix: str, start: Start, until: Until, lines: Lines, complaints: Lines
) -> None:
    with Broker(data_folder) as broker:
        outputs = Outputs(broker.bootstrap, prefix)
        start("tail", "--bootstrap", broker.bootstrap, "--topic-prefix", prefix)
        until(lambda: len(complaints()) == 1)
        outputs.send(score(id="one"))
        until(lambda: len(lines()) == 1)
        outputs.close()

        broker.kill()
        until(lambda: len(complaints()) == 2)
        broker.start()
        again = Outputs(broker.bootstrap, prefix)
        again.send(score(id="two"))
        again.close()
        until(lambda: len(lines()) == 2)

    following, away, here = complaints()
    assert away == f"no Kafka broker answers at {broker.bootstrap}; waiting for it"
    assert following == here


def test_what_is_no_record_of_ours_is_told_and_passed(
    outputs: Outputs, prefix: str, start: Start, until: Until, lines: Lines, complaints: Lines
) -> None:
    outputs.send_bytes("scores", 0, b"nonsense")
    outputs.send_bytes("scores", 0, None)
    outputs.send(score())
    place = ("--bootstrap", outputs.bootstrap, "--topic-prefix", prefix)
    start("tail", *place, "--from-beginning")

    until(lambda: len(lines()) == 1)
    until(lambda: len(complaints()) == 3)
    told = "rollcall.scores.v1: no record of ours at offset"
    assert {f"{told} 0", f"{told} 2"} <= set(complaints())


def test_nobody_there_ends_at_ctrl_c(start: Start, until: Until, complaints: Lines) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    process = start("tail", "--bootstrap", nobody)
    until(lambda: len(complaints()) == 1)
    process.send_signal(signal.SIGINT)

    assert process.wait() == 0
    assert complaints() == [f"no Kafka broker answers at {nobody}; waiting for it"]
