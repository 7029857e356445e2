"""`rollcall record link`: what strayed is said of the planned session, and counts once."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from kafka import KafkaProducer
from msgspec.structs import replace

from schemas.codec import decode_telemetry, encode
from schemas.dead_letter import Entry
from schemas.room import Booking
from schemas.topics import ROOMS, TELEMETRY
from sinks.bulk import Row
from sinks.database import Database
from sinks.topics import provision
from streams.ledger import Ledger
from streams.machine.kafka import Broker
from streams.reading import read_subject
from streams.session.stage import session_stage
from streams.stage import Pacing
from tests.builders import SESSION, chat, ended, flat, joined, left, ms, scheduled, stay, when
from tests.commands.conftest import Run
from tests.live import Told, policies
from tests.sinks.rows import score

STRAY = "ses-77ab10"
AT = ("--at", "2026-03-02T13:00:00Z", "--source", "desk")
PLAN = scheduled(("a", "b"))
KEPT = (joined("10:00", "b", "c2"),)
STRAYED = (*stay("10:00", "12:00", "a"), left("12:00", "b", "c2"), ended("12:00"))
BOOKING = Booking(
    id="b-1",
    source="test",
    at=when("08:00"),
    room="room-1",
    session=SESSION,
    program="evening",
    platform="zoom",
    revision=1,
    starts_at=PLAN.starts_at,
    ends_at=PLAN.ends_at,
)


def strayed(*log: Any) -> list[Any]:
    return [replace(each, session=STRAY) for each in flat(log)]


def lines(*records: Any) -> bytes:
    return b"".join(encode(each) + b"\n" for each in records)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "evening.ndjson"
    file.write_bytes(lines(PLAN, *KEPT, *strayed(*STRAYED)))
    return file


def said(file: Path, before: bytes) -> list[Any]:
    added = file.read_bytes().removeprefix(before).splitlines()
    return [decode_telemetry(line) for line in added]


def test_what_strayed_is_appended_under_the_plan(run: Run, file: Path) -> None:
    before = file.read_bytes()

    result = run("record", "link", STRAY, SESSION, "--to", str(file), *AT)

    assert result.exit_code == 0, result.output
    *events, void = said(file, before)
    assert events == list(STRAYED)
    assert (void.session, void.value, void.reason, void.source) == (STRAY, True, "linked", "desk")
    assert result.stderr == (
        f"link: 4 events (1 joined, 2 left, 1 session_ended) of {STRAY} went to {SESSION} in "
        f"{file}\nlink: 0 there already; {STRAY} is void\n"
    )


def test_repeating_appends_nothing(run: Run, file: Path) -> None:
    run("record", "link", STRAY, SESSION, "--to", str(file), *AT)
    before = file.read_bytes()

    result = run("record", "link", STRAY, SESSION, "--to", str(file))

    assert result.exit_code == 0
    assert result.stderr == f"link: nothing to do, {STRAY} is linked already; 4 there already\n"
    assert file.read_bytes() == before


def test_a_dry_run_appends_nothing(run: Run, file: Path) -> None:
    before = file.read_bytes()

    result = run("record", "link", STRAY, SESSION, "--to", str(file), "--dry-run")

    assert "4 events (1 joined, 2 left, 1 session_ended) of ses-77ab10 would go" in result.stderr
    assert f"{STRAY} would be void" in result.stderr
    assert file.read_bytes() == before


def test_ids_that_a_sender_chose_are_no_reason_to_refuse(run: Run, file: Path) -> None:
    odd = replace(chat("11:00", "a"), id="an id, chosen @ will")
    file.write_bytes(file.read_bytes() + lines(*strayed(odd)))
    before = file.read_bytes()

    assert run("record", "link", STRAY, SESSION, "--to", str(file)).exit_code == 0
    assert odd in said(file, before)


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        ((STRAY, STRAY), "a session cannot be linked to itself"),
        ((SESSION, STRAY), "s1: has a plan of its own"),
        (("unknown", SESSION), "unknown: is no known session"),
        ((STRAY, "unknown"), "unknown: is no known session"),
    ],
)
def test_refused_in_one_line(run: Run, file: Path, ends: tuple[str, str], reason: str) -> None:
    before = file.read_bytes()

    result = run("record", "link", *ends, "--to", str(file))

    assert (result.exit_code, result.stderr) == (1, f"Error: {reason}\n")
    assert file.read_bytes() == before


def test_standard_output_has_no_sessions(run: Run) -> None:
    result = run("record", "link", STRAY, SESSION, "--to", "-")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: there is nowhere to read sessions from")


def test_a_plan_may_be_known_by_its_booking_or_by_the_database(
    run: Run, tmp_path: Path, file: Path
) -> None:
    file.write_bytes(lines(*strayed(*STRAYED)))
    assert run("record", "link", STRAY, SESSION, "--to", str(file), "--dry-run").exit_code == 1

    url = f"sqlite:///{tmp_path}/scores.db"
    Database(url).write([Row.of(score(session=SESSION, starts_at=PLAN.starts_at))])
    known = ("--to", str(file), "--dry-run", "--database", url)
    assert run("record", "link", STRAY, SESSION, *known).exit_code == 0

    file.write_bytes(lines(BOOKING, *strayed(*STRAYED)))
    assert run("record", "link", STRAY, SESSION, "--to", str(file), "--dry-run").exit_code == 0


def scored(run: Run, file: Path) -> list[dict[str, Any]]:
    result = run("score", "--json", str(file), "--as-of", "2026-03-09T12:00:00Z")
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_linked_it_counts_once_in_everything(run: Run, tmp_path: Path, file: Path) -> None:
    """As if all had been said of the planned session alone, but for the void one itself."""
    whole = tmp_path / "whole.ndjson"
    whole.write_bytes(lines(PLAN, *KEPT, *STRAYED))
    run("record", "link", STRAY, SESSION, "--to", str(file), *AT)

    linked = scored(run, file)

    assert [each for each in linked if each.get("session") != STRAY] == scored(run, whole)
    void = [each for each in linked if each.get("session") == STRAY]
    assert {(each["standing"], each["void_reason"]) for each in void} == {("void", "linked")}


class Log:
    """The topics of one test on the real broker."""

    def __init__(self, run: Run, bootstrap: str, prefix: str) -> None:
        self.run, self.bootstrap, self.prefix = run, bootstrap, prefix
        provision(bootstrap, 2, 1, prefix)

    def send(self, topic: str, *records: Any) -> None:
        with closing(KafkaProducer(bootstrap_servers=self.bootstrap)) as producer:
            for each in records:
                producer.send(self.prefix + topic, encode(each), key=each.session.encode())
            producer.flush()

    def link(self) -> Result:
        kafka = ("--kafka", self.bootstrap, "--topic-prefix", self.prefix)
        return self.run("record", "link", STRAY, SESSION, *kafka, *AT)

    def entries(self, session: str) -> list[Entry]:
        topic = self.prefix + TELEMETRY.name
        return list(read_subject(self.bootstrap, topic, session.encode()))

    def told(self, *sessions: str) -> Told:
        """What the session stage makes of these sessions, appended when it happened."""
        ledger = Ledger(session_stage(policies()), Pacing())
        log = [decode_telemetry(each.value) for name in sessions for each in self.entries(name)]
        entries = [
            Entry(offset, ms("13:00"), each.session.encode(), encode(each))
            for offset, each in enumerate(log)
        ]
        ledger.take(entries)
        looked = ledger.checkpoint(ms("15:00"), everything=True)
        assert not looked.dead_letters
        assert not looked.faults
        return Told(looked.changes)


def standings(told: Told) -> dict[str, str]:
    return {name: score.standing for name, score in told.scores.items()}


def ids(entries: Sequence[Entry]) -> list[str]:
    return sorted(json.loads(each.value or b"")["id"] for each in entries)


def test_on_the_log_the_result_is_that_of_a_session_that_never_strayed(
    run: Run, broker: Broker, prefix: str
) -> None:
    log = Log(run, broker.bootstrap, prefix)
    log.send(TELEMETRY.name, PLAN, *KEPT, *strayed(*STRAYED))
    before = standings(log.told(SESSION))

    result = log.link()

    assert result.exit_code == 0, result.output
    assert (before, standings(log.told(SESSION))) == (
        {"a": "absent", "b": "attended"},
        {"a": "attended", "b": "attended"},
    )
    assert set(standings(log.told(STRAY)).values()) == {"void"}
    assert ids(log.entries(SESSION)) == sorted(each.id for each in (PLAN, *KEPT, *STRAYED))

    held = log.entries(SESSION), log.entries(STRAY)
    assert "nothing to do" in log.link().stderr
    assert (log.entries(SESSION), log.entries(STRAY)) == held


def test_a_plan_that_left_the_log_is_known_by_its_booking(
    run: Run, broker: Broker, prefix: str
) -> None:
    log = Log(run, broker.bootstrap, prefix)
    log.send(TELEMETRY.name, *strayed(*STRAYED))
    assert log.link().stderr == "Error: s1: is no known session\n"

    log.send(ROOMS.name, BOOKING)

    assert log.link().exit_code == 0
    assert ids(log.entries(SESSION)) == sorted(each.id for each in STRAYED)
