"""`rollcall record …`: one fact a command, refused where it contradicts what is known."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from schemas.codec import decode_care, encode
from schemas.topics import CARE
from sinks.bulk import Row
from sinks.database import Database
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.reading import read_topic
from tests.commands.conftest import Run
from tests.sinks.rows import score

AT = ("--at", "2026-03-02T12:00:00Z")
PLAN = {
    "type": "session_scheduled",
    "source": "plan",
    "at": "2026-03-01T08:00:00Z",
    "program": "evening",
    "kind": "group",
    "revision": 1,
}


def planned(session: str, starts_at: str, *people: str, **more: Any) -> bytes:
    """A line of the plan; the session lasts two hours."""
    roster = [{"participant": each} for each in people]
    ends_at = starts_at.replace("T18", "T20")
    times = {"starts_at": starts_at, "ends_at": ends_at}
    line = {**PLAN, "id": session, "session": session, "roster": roster, **times, **more}
    return encode(line) + b"\n"


class Desk:
    """Commands that append to one file, in which four sessions are planned."""

    def __init__(self, run: Run, file: Path) -> None:
        self.run, self.file = run, file
        file.write_bytes(
            planned("ses-1", "2026-03-02T18:00:00Z", "par-1", "par-2")
            + planned("ses-2", "2026-03-04T18:00:00Z", "par-1")
            + planned("ses-3", "2026-03-05T18:00:00Z", "par-1", status="cancelled")
            + planned("ses-4", "2026-03-02T18:00:00Z", "par-3", program="morning")
        )
        self.plan = len(file.read_bytes().splitlines())

    def say(self, *arguments: str) -> Result:
        return self.run("record", *arguments, *AT, "--to", str(self.file))

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_bytes().splitlines()[self.plan :]]

    def refused(self, *arguments: str) -> str:
        before = self.file.read_bytes()
        result = self.say(*arguments)
        assert result.exit_code in (1, 2), result.output
        assert isinstance(result.exception, SystemExit)
        assert self.file.read_bytes() == before
        return result.stderr.splitlines()[-1]


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, tmp_path / "care.ndjson")


FROM = ("--from", "2026-03-02T00:00:00+01:00")
CODE = ("--reason-code", "storm")
FACTS = [
    ("enrol par-1 --program evening --priority --weekly-minutes 540", FROM, "enrolled"),
    ("discharge par-1 --program evening", (*FROM, *CODE), "discharged"),
    ("leave par-1 --until 2026-04-01T00:00:00Z", FROM, "leave_of_absence"),
    ("suspend par-1 --program evening", FROM, "suspended"),
    ("goals par-1 --program evening --practice-days 3", FROM, "goals_agreed"),
    ("accommodation par-1 --exempt camera --exempt chat", FROM, "accommodation"),
    ("absence par-1 --session ses-1 --reason illness", (), "absence_notified"),
    ("decision par-1 --session ses-1 --accepted", CODE, "absence_decided"),
    ("make-up par-1 --session ses-1 --make-up ses-2", (), "make_up_arranged"),
    ("override par-1 --session ses-1 --outcome credited", CODE, "override"),
    ("waiver par-1 --session ses-1 --rule late", CODE, "waived"),
    ("waiver par-1 --target vio-1", CODE, "waived"),
    ("check-in par-1 --about rec-1 --about ses-1", (), "check_in_done"),
    ("review par-1 --about rec-1 --outcome-code plan_changed", (), "review_done"),
    ("acknowledge par-1 --target vio-1", (), "acknowledged"),
    ("snooze par-1 --target rec-1 --until 2026-03-06T08:00:00Z", CODE, "snoozed"),
    ("practice par-1 --program evening --practice journal", (), "practice"),
    (
        "program-closed par-1 --program evening --first-day 2026-04-03 --last-day 2026-04-06",
        (),
        "program_closed",
    ),
]
each_fact = pytest.mark.parametrize(("words", "more", "kind"), FACTS, ids=[f[0] for f in FACTS])


@each_fact
def test_a_fact_is_recorded_once_and_taken_back_once(
    desk: Desk, words: str, more: tuple[str, ...], kind: str
) -> None:
    command = (*words.split(), *more)
    assert desk.say(*command).exit_code == 0
    (record,) = desk.said()
    assert (record["type"], record["participant"], record["at"]) == (
        *(kind, "par-1", "2026-03-02T12:00:00Z"),
    )
    assert decode_care(desk.file.read_bytes().splitlines()[-1])
    assert "nothing to do, this is recorded already" in desk.say(*command).stderr
    assert desk.say(*command, "--withdraw").exit_code == 0
    assert "nothing to do" in desk.say(*command, "--withdraw").stderr
    back = desk.said()[-1]
    assert len(desk.said()) == 2
    assert (back["entity"], back["revision"], back["withdrawn"]) == (record["entity"], 1, True)


def test_fields_arrive_as_they_were_given(desk: Desk) -> None:
    desk.say(*FACTS[0][0].split(), *FACTS[0][1])
    desk.say(*["decision", "par-1", "--session", "ses-1", "--refused"], *CODE)
    desk.say(*FACTS[8][0].split())
    enrolled, decided, linked = desk.said()
    assert (enrolled["from"], enrolled["priority"], enrolled["weekly_minutes"]) == (
        *("2026-03-01T23:00:00Z", True, 540),
    )
    assert decided["accepted"] is False
    assert linked["starts_at"] == "2026-03-04T18:00:00Z"


NOWHERE = (
    "Error: make_up: there is nowhere to look sessions up: give --database, or --to a file that "
    "has them, or --unchecked"
)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("override par-1 --session s --outcome credited", "Missing option '--reason-code'."),
        ("decision par-1 --session s --reason-code c", "Missing option '--accepted'."),
        ("decision par-1 --session s --accepted", "Missing option '--reason-code'."),
        ("waiver par-1 --target v", "Missing option '--reason-code'."),
        (
            "waiver par-1 --session s --reason-code c",
            "needs either `session` and `rule`, or `target`",
        ),
        (
            "override a@b --session s --outcome credited --reason-code c",
            "participant: must be a pseudonym or a code: up to 128 characters, no `@`, no blanks",
        ),
        (
            "make-up par-1 --session ses-1 --make-up ses-9",
            "make_up: ses-9 is no known session (--unchecked skips this)",
        ),
        (
            "make-up par-1 --session ses-9 --make-up ses-1",
            "session: ses-9 is no known session (--unchecked skips this)",
        ),
        ("make-up par-1 --session ses-1 --make-up ses-3", "make_up: ses-3 was cancelled"),
        (
            "make-up par-1 --session ses-1 --make-up ses-1",
            "a session cannot make up for itself",
        ),
        (
            "make-up par-1 --session ses-1 --make-up ses-2 --starts-at 2026-03-04T19:00:00Z",
            "starts_at: ses-2 starts at 2026-03-04T18:00:00.000Z",
        ),
        (
            "make-up par-1 --session ses-1 --make-up ses-9 --unchecked",
            "starts_at: --unchecked needs --starts-at",
        ),
        (
            "program-closed --program evening --first-day 2026-04-03 --last-day 2026-04-06",
            "nobody is named: give participants, or --roster with some in it",
        ),
        (
            "program-closed par-1 --program evening --first-day 2026-04-03 --last-day 2026-04-02",
            "last_day must follow first_day by less than 366 days",
        ),
        ("absence par-1 --session s --withdraw", "par-1: there is no such fact to take back"),
        ("excuse-all --reason-code c", "give either --session or --day"),
        ("excuse-all --session ses-9 --reason-code c", "session: ses-9 is no known session"),
        (
            "excuse-all --session ses-3 --reason-code c",
            "nobody is on the roster of such a session",
        ),
    ],
)
def test_what_is_refused(desk: Desk, words: str, reason: str) -> None:
    assert desk.refused(*words.split()) == f"Error: {reason}"


def test_overlapping_enrolments_are_refused(desk: Desk) -> None:
    enrol = ("enrol", "par-1", "--program", "evening", "--from")
    assert desk.say(*enrol, "2026-03-02T00:00:00Z").exit_code == 0
    assert desk.refused(*enrol, "2026-03-03T00:00:00Z") == (
        "Error: par-1: overlaps the enrolment from 2026-03-02T00:00:00.000Z in evening"
    )
    assert desk.say(*("enrol", "par-2"), *enrol[2:], "2026-03-03T00:00:00Z").exit_code == 0


def test_a_place_must_be_named(run: Run) -> None:
    result = run("record", "absence", "par-1", "--session", "s")
    assert result.exit_code == 2
    assert "say where it goes: --to FILE, or --kafka" in result.stderr


def test_standard_output_knows_no_sessions(run: Run) -> None:
    link = ("record", "make-up", "par-1", "--session", "s-1", "--make-up", "s-2", "--to", "-")
    assert run(*link, ROLLCALL_DATABASE_URL="").stderr.rstrip() == NOWHERE
    unchecked = run(*link, "--unchecked", "--starts-at", "2026-03-04T18:00:00Z")
    assert json.loads(unchecked.stdout)["make_up"] == "s-2"


def test_a_closed_program_is_told_of_everyone_on_the_roster(desk: Desk, tmp_path: Path) -> None:
    roster = tmp_path / "people.csv"
    lines = ["participant,program,enrolled_from,series"]
    lines += [f"par-{each},evening,2026-01-05,*" for each in (1, 2)]
    roster.write_text("\n".join([*lines, "par-3,morning,2026-01-05,*"]))
    days = ("--first-day", "2026-04-03", "--last-day", "2026-04-06")
    closed = ("program-closed", "par-2", "par-9", "--program", "evening", *days)
    assert desk.say(*closed, "--roster", str(roster)).exit_code == 0
    assert [each["participant"] for each in desk.said()] == ["par-2", "par-9", "par-1"]
    assert len({each["entity"] for each in desk.said()}) == 3
    assert "no row is about night" in desk.refused(
        *("program-closed", "--program", "night", *days, "--roster", str(roster))
    )


def test_everyone_is_excused_only_with_yes(desk: Desk) -> None:
    command = ("excuse-all", "--session", "ses-1", *CODE)
    preview = desk.say(*command)
    assert "par-1  excused" in preview.stderr
    assert "2 would be recorded; --yes does it" in preview.stderr
    assert desk.said() == []

    assert desk.say(*command, "--yes").exit_code == 0
    assert [(each["type"], each["participant"], each["accepted"]) for each in desk.said()] == [
        ("absence_decided", "par-1", True),
        ("absence_decided", "par-2", True),
    ]
    assert "0 recorded, 2 of 2 already are" in desk.say(*command, "--yes").stderr
    assert len(desk.said()) == 2


@pytest.mark.parametrize(
    ("day", "program", "people"),
    [
        ("2026-03-02", None, ["par-1", "par-2", "par-3"]),
        ("2026-03-02", "evening", ["par-1", "par-2"]),
        ("2026-03-04", None, ["par-1"]),
    ],
)
def test_a_day_is_excused(desk: Desk, day: str, program: str | None, people: list[str]) -> None:
    only = ("--program", program) if program else ()
    assert desk.say("excuse-all", "--day", day, *only, *CODE, "--yes").exit_code == 0
    assert [each["participant"] for each in desk.said()] == people


def test_a_day_is_one_of_the_programs_zone(desk: Desk, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'version = "1"\neffective_from = 2026-01-01\nprogram = "evening"\nzone = "Asia/Tokyo"\n'
    )
    day = ("excuse-all", "--policy", str(policy), "--program", "evening", *CODE, "--day")
    assert "par-2  excused" in desk.say(*day, "2026-03-03").stderr
    assert desk.refused(*day, "2026-03-02") == "Error: nobody is on the roster of such a session"


Fill = Callable[..., str]


@pytest.fixture
def database(tmp_path: Path) -> Fill:
    def filled(*scores: dict[str, Any]) -> str:
        url = f"sqlite:///{tmp_path}/scores.db"
        Database(url).write([Row.of(score(**each)) for each in scores])
        return url

    return filled


def test_sessions_are_looked_up_in_the_database(run: Run, database: Fill) -> None:
    url = database(
        {"id": "1", "session": "ses-1", "participant": "par-1"},
        {"id": "2", "session": "ses-2", "participant": "par-2"},
        {"id": "3", "session": "ses-3", "participant": "par-3", "status": "cancelled"},
    )
    link = ("record", "make-up", "par-1", "--session", "ses-1", "--to", "-", "--make-up")
    made = run(*link, "ses-2", "--database", url)
    assert json.loads(made.stdout)["starts_at"] == "2026-03-02T10:00:00Z"
    assert "ses-3 was cancelled" in run(*link, "ses-3", "--database", url).stderr
    # As everywhere, the environment may say it.
    unknown = run(*link, "ses-9", ROLLCALL_DATABASE_URL=url)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "ses-9 is no known session" in unknown.stderr


def test_rosters_are_looked_up_in_the_database(run: Run, database: Fill) -> None:
    url = database(
        {"id": "1", "session": "ses-1", "participant": "par-1"},
        {"id": "2", "session": "ses-1", "participant": "par-2"},
        {"id": "3", "session": "ses-1", "participant": "par-3", "rostered": False},
        {"id": "4", "session": "ses-1", "participant": "par-4", "withdrawn": True},
    )
    for whom in (("--session", "ses-1"), ("--day", "2026-03-02")):
        told = run("record", "excuse-all", *whom, *CODE, "--to", "-", "--database", url, "--yes")
        records = [json.loads(line) for line in told.stdout.splitlines()]
        assert [each["participant"] for each in records] == ["par-1", "par-2"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:///nowhere.db", "nowhere.db: there is no such database"),
        ("nonsense", "not a database URL; sqlite:///file or postgresql://… is"),
        ("postgresql://u:secret@127.0.0.1:1/x", "connection failed: "),
    ],
)
def test_a_database_that_is_not_there(run: Run, url: str, reason: str) -> None:
    link = ("make-up", "par-1", "--session", "ses-1", "--make-up", "ses-2", "--to", "-")
    result = run("record", *link, "--database", url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {reason}")
    assert "secret" not in result.stderr


def test_a_broker_that_is_away(run: Run) -> None:
    result = run("record", "absence", "par-1", "--session", "ses-1", "--kafka", "127.0.0.1:1")
    assert result.exit_code == 1
    assert result.stderr == "Error: no Kafka broker answers at 127.0.0.1:1\n"


def test_on_kafka_a_fact_is_recorded_once(run: Run, broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    kafka = ("--kafka", broker.bootstrap, "--topic-prefix", prefix)
    absence = ("record", "absence", "--session", "ses-1", *kafka)
    assert run(*absence, "par-1").exit_code == 0
    assert "nothing to do" in run(*absence, "par-1").stderr
    days = ("--first-day", "2026-04-03", "--last-day", "2026-04-06", "--program", "evening")
    everyone = tuple(f"par-{each}" for each in range(1, 7))
    for expected in ("recorded in Kafka", "nothing to do"):
        told = run("record", "program-closed", *everyone, *days, *kafka).stderr
        assert told.count(expected) == 6
    entries = list(read_topic(broker.bootstrap, prefix + CARE.name))
    assert sorted(entry.key or b"" for entry in entries) == [
        *(b"par-1", *(each.encode() for each in everyone)),
    ]
    assert all(decode_care(each.value).participant.encode() == each.key for each in entries)
