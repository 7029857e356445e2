"""`rollcall record identified`: what an alias did becomes a person's, and can be taken back."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from schemas.codec import decode_identity, decode_telemetry
from schemas.topics import IDENTITIES, TELEMETRY
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.reading import read_topic
from tests.commands.conftest import Run
from tests.commands.test_record import AT, planned

ALIAS = "par-b07074-75c26e601ff3752d5e88"
VISIT = (
    {"type": "joined", "id": "j", "at": "2026-03-02T18:00:00Z"},
    {"type": "left", "id": "l", "at": "2026-03-02T20:00:00Z"},
)


class Desk:
    """A log of two sessions, of which somebody unknown attended the first."""

    def __init__(self, run: Run, file: Path) -> None:
        self.run, self.file = run, file
        about = {"source": "zoom", "session": "ses-1", "participant": ALIAS, "connection": "con-1"}
        visit = "".join(json.dumps({**each, **about}) + "\n" for each in VISIT)
        file.write_bytes(
            planned("ses-1", "2026-03-02T18:00:00Z", "par-1", "par-2")
            + planned("ses-2", "2026-03-04T18:00:00Z", "par-1")
            + visit.encode()
        )
        self.before = len(file.read_bytes().splitlines())

    def say(self, participant: str, *sessions: str, options: tuple[str, ...] = ()) -> Result:
        named = [option for each in sessions for option in ("--session", each)]
        to = ("--to", str(self.file))
        return self.run("record", "identified", ALIAS, participant, *named, *AT, *to, *options)

    def said(self) -> list[tuple[str, str, str, int, bool]]:
        lines = map(json.loads, self.file.read_bytes().splitlines()[self.before :])
        return [
            (
                each["type"],
                each.get("session", ""),
                each["participant"],
                each.get("revision", 0),
                each.get("withdrawn", False),
            )
            for each in lines
        ]

    def standings(self) -> dict[str, str]:
        scored = self.run("score", "--json", str(self.file))
        assert (scored.exit_code, scored.stderr) == (0, "")
        lines: list[dict[str, Any]] = [json.loads(line) for line in scored.stdout.splitlines()]
        return {
            each["participant"]: each["standing"]
            for each in lines
            if each["record"] == "score" and each["session"] == "ses-1"
        }


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, tmp_path / "log.ndjson")


def test_what_an_alias_did_is_the_persons_until_it_is_taken_back(desk: Desk) -> None:
    before = desk.standings()
    assert (before["par-1"], before[ALIAS]) == ("absent", "attended")

    told = desk.say("par-1", "ses-1")
    assert told.exit_code == 0, told.output
    assert desk.standings() == {"par-1": "attended", "par-2": "absent"}

    assert desk.say("par-1", "ses-1", options=("--withdraw",)).exit_code == 0
    after = desk.standings()
    assert (after["par-1"], after[ALIAS]) == ("absent", "attended")


def test_it_is_told_for_the_door_and_in_each_session(desk: Desk) -> None:
    told = desk.say("par-1", "ses-1", "ses-2", "ses-1")
    assert desk.said() == [
        ("identity", "", "par-1", 0, False),
        ("identified", "ses-1", "par-1", 0, False),
        ("identified", "ses-2", "par-1", 0, False),
    ]
    assert told.stderr.splitlines() == [
        f"identified: {ALIAS}: {place}: recorded in {desk.file}, revision 0"
        for place in ("from now on", "ses-1", "ses-2")
    ]


def test_saying_it_again_changes_nothing(desk: Desk) -> None:
    desk.say("par-1", "ses-1")
    before = desk.file.read_bytes()
    told = desk.say("par-1", "ses-1", options=("--at", "2026-03-09T00:00:00Z"))
    assert told.stderr.count("nothing to do") == 2
    assert desk.file.read_bytes() == before
    # Another session is told alone.
    assert desk.say("par-1", "ses-2").exit_code == 0
    assert desk.said()[2:] == [("identified", "ses-2", "par-1", 0, False)]


def test_an_alias_moves_to_somebody_else(desk: Desk) -> None:
    desk.say("par-1", "ses-1")
    desk.say("par-2", "ses-1")
    assert desk.said()[2:] == [
        ("identity", "", "par-2", 1, False),
        ("identified", "ses-1", "par-2", 1, False),
    ]
    assert desk.standings() == {"par-1": "absent", "par-2": "attended"}


def test_what_was_taken_back_can_be_said_again(desk: Desk) -> None:
    for options in ((), ("--withdraw",), ("--withdraw",), ()):
        assert desk.say("par-1", "ses-1", options=options).exit_code == 0
    assert [each[3:] for each in desk.said()] == [
        *[(0, False)] * 2,
        *[(1, True)] * 2,
        *[(2, False)] * 2,
    ]


def refused(desk: Desk, *arguments: str) -> str:
    before = desk.file.read_bytes()
    result = desk.run("record", "identified", *arguments, "--to", str(desk.file))
    assert result.exit_code in (1, 2), result.output
    assert desk.file.read_bytes() == before
    return str(result.stderr.splitlines()[-1])


def test_what_is_refused(desk: Desk) -> None:
    session = ("--session", "ses-1")
    assert refused(desk, ALIAS, "par-1", *session, "--withdraw") == (
        "Error: alias: there is no such fact to take back"
    )
    desk.say("par-1", "ses-1")
    assert refused(desk, ALIAS, "par-2", *session, "--withdraw") == (
        "Error: participant: from now on, the alias is par-1's"
    )
    assert refused(desk, ALIAS, ALIAS, *session) == "Error: participant: nobody is their own alias"
    assert "--session" in refused(desk, ALIAS, "par-1")
    for alias, participant in (("MARKED@example.org", "par-1"), (ALIAS, "MARKED@example.org")):
        told = refused(desk, alias, participant, *session)
        assert "must be a pseudonym" in told
        assert "MARKED" not in told


def test_a_session_alone_can_be_taken_back_where_it_holds(desk: Desk) -> None:
    desk.say("par-1", "ses-1")
    told = desk.say("par-1", "ses-2", options=("--withdraw",))
    assert desk.said()[2:] == [("identity", "", "par-1", 1, True)]
    assert "ses-2: nothing to do" in told.stderr


def test_where_nothing_can_be_looked_up_it_is_taken_back_unseen(run: Run) -> None:
    command = ("record", "identified", ALIAS, "par-1", "--session", "s", "--to", "-", "--withdraw")
    lines = [json.loads(line) for line in run(*command).stdout.splitlines()]
    assert [(each["type"], each["revision"], each["withdrawn"]) for each in lines] == [
        ("identity", 1, True),
        ("identified", 1, True),
    ]


def test_on_kafka_it_is_told_once(run: Run, broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    kafka = ("--kafka", broker.bootstrap, "--topic-prefix", prefix)
    sessions = ("--session", "ses-1", "--session", "ses-2")
    command = ("record", "identified", ALIAS, "par-1", *sessions, *kafka)
    for told, options in (("recorded", ()), ("nothing to do", ()), ("taken back", ("--withdraw",))):
        result = run(*command, *options)
        assert result.exit_code == 0, result.output
        assert result.stderr.count(told) == 3

    def entries(topic: str) -> list[Any]:
        return list(read_topic(broker.bootstrap, prefix + topic))

    identities = [decode_identity(each.value) for each in entries(IDENTITIES.name)]
    assert [(each.revision, each.withdrawn) for each in identities] == [(0, False), (1, True)]
    assert {each.key for each in entries(IDENTITIES.name)} == {ALIAS.encode()}
    for each in entries(TELEMETRY.name):
        assert decode_telemetry(each.value).session.encode() == each.key
    assert len(entries(TELEMETRY.name)) == 4
