"""`rollcall roster import`: all or nothing, and nothing twice."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from schemas.codec import decode_care, decode_identity, decode_telemetry
from schemas.topics import CARE, IDENTITIES, TELEMETRY
from sinks.topics import provision
from streams.machine.kafka import Broker
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.names import Names
from streams.pseudonyms.ring import ring_text
from streams.reading import read_topic
from tests.commands.conftest import Run
from tests.pseudonyms.rings import NEW, RING
from tests.roster.files import EVENT, HEADER, calendar, changed, event, people

FULL = f"{HEADER},aliases,exempt"
FIRST = "par-1,evening,2026-01-05,*,,,yes,zm-1 zm-2,"
SECOND = "par-2,evening,2026-11-04,tue-thu,,,,,camera"
SPAN = ("--from", "2026-10-01", "--until", "2026-12-01")


class Place:
    """A folder with both files, and the file that is imported into."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run, self.folder = run, folder
        self.to = folder / "plan.ndjson"
        self.write(FIRST, SECOND)

    def write(self, *rows: str, events: tuple[dict[str, str], ...] = (EVENT,)) -> None:
        self.people = people(self.folder, *rows, header=FULL)
        self.calendar = calendar(self.folder, *events)

    def imported(self, *options: str) -> Result:
        to = () if "--to" in options or "--kafka" in options else ("--to", str(self.to))
        files = (str(self.people), str(self.calendar))
        return self.run("roster", "import", *files, *SPAN, *to, *options)

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.to.read_bytes().splitlines()]


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Place:
    return Place(run, tmp_path)


def test_both_files_become_records(place: Place) -> None:
    result = place.imported()
    assert result.exit_code == 0, result.output
    assert result.stderr == f"10 new, 0 changed went to {place.to}; 0 unchanged\n"
    records = place.records()
    aliases = [(each["alias"], each["participant"]) for each in records[:2]]
    assert aliases == [("zm-1", "par-1"), ("zm-2", "par-1")]
    assert [(each["participant"], each.get("priority")) for each in records[2:4]] == [
        ("par-1", True),
        ("par-2", None),
    ]
    newcomer = {"participant": "par-2", "enrolled_at": "2026-11-04T00:00:00Z", "exempt": ["camera"]}
    rosters = [each["roster"] for each in records[4:]]
    known = {"participant": "par-1", "enrolled_at": "2026-01-05T00:00:00Z"}
    assert rosters == [[known]] * 3 + [[known, newcomer]] * 3
    assert {each["room"] for each in records[4:]} == {"room-1"}
    assert {tuple(each["hosts"]) for each in records[4:]} == {("sta-1", "sta-2")}


def test_every_line_is_what_the_decoders_take(place: Place) -> None:
    place.imported()
    decoders = {"identity": decode_identity, "enrolled": decode_care}
    for line in place.to.read_bytes().splitlines():
        kind = json.loads(line)["type"]
        assert decoders.get(kind, decode_telemetry)(line)


def test_the_same_files_say_nothing_twice(place: Place) -> None:
    place.imported()
    before = place.to.read_bytes()
    result = place.imported()
    assert (place.to.read_bytes(), result.stderr.split(" went")[0]) == (before, "0 new, 0 changed")


def test_the_same_files_give_the_same_ids_and_revisions_anywhere(place: Place) -> None:
    place.imported("--at", "2026-10-01T00:00:00Z")
    first = place.records()
    place.to.unlink()
    place.imported("--at", "2026-10-02T00:00:00Z")
    second = place.records()
    assert [each | {"at": None} for each in first] == [each | {"at": None} for each in second]
    assert first != second


def news(place: Place, *options: str) -> list[dict[str, Any]]:
    before = len(place.records())
    result = place.imported(*options)
    assert result.exit_code == 0, result.output
    return place.records()[before:]


def test_what_changed_is_a_higher_revision_of_the_same(place: Place) -> None:
    place.imported()
    planned = {each["starts_at"]: each for each in place.records() if "starts_at" in each}
    old = planned["2026-10-29T22:00:00Z"]
    moved = changed("20261029T180000", DTSTART="20261029T190000", DTEND="20261029T210000")
    place.write(FIRST, SECOND, events=(EVENT, moved))
    (new,) = news(place)
    assert (new["session"], new["revision"]) == (old["session"], old["revision"] + 1)
    assert new["starts_at"] == "2026-10-29T23:00:00Z"

    place.write(FIRST, SECOND, events=(EVENT, {**moved, "STATUS": "CANCELLED"}))
    (cancelled,) = news(place)
    assert (cancelled["session"], cancelled["revision"]) == (old["session"], old["revision"] + 2)
    assert cancelled["status"] == "cancelled"


def test_a_changed_roster_is_told_although_no_calendar_was_edited(place: Place) -> None:
    place.imported()
    place.write(FIRST.replace("yes", "no"), SECOND.replace("camera", "chat"))
    changes = news(place)
    assert [each["type"] for each in changes] == ["enrolled"] + ["session_scheduled"] * 3
    assert changes[0]["revision"] == 1
    assert {each["roster"][1]["exempt"][0] for each in changes[1:]} == {"chat"}


def test_an_edit_raises_the_revision_where_nothing_is_known(place: Place) -> None:
    def revisions() -> set[int]:
        out = place.imported("--to", "-").stdout.splitlines()
        return {json.loads(each)["revision"] for each in out if "session_sch" in each}

    before = revisions()
    place.write(FIRST, SECOND, events=(event(LAST_MODIFIED="20260102T000000Z"),))
    assert max(before) < min(revisions())


def test_missing_things_stay_until_the_files_are_said_to_be_complete(place: Place) -> None:
    place.imported()
    place.write(
        FIRST.replace(" zm-2", ""), events=(event(RRULE="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4"),)
    )
    result = place.imported()
    # An alias, an enrolment and two sessions; one of the others lost somebody.
    assert "4 imported before are missing in these files" in result.stderr
    taken = news(place, "--complete")
    assert [each["type"] for each in taken] == ["identity", "enrolled"] + ["session_scheduled"] * 2
    assert [each.get("withdrawn") for each in taken] == [True, True, None, None]
    assert {each["status"] for each in taken[2:]} == {"cancelled"}
    assert news(place, "--complete") == []


def test_another_end_of_an_enrolment_revises_the_old_one(place: Place) -> None:
    ends = FIRST.replace("*,,,", "*,2026-11-01,completed,")
    place.write(ends, SECOND)
    place.imported()
    place.write(ends.replace("11-01", "12-01"), SECOND)
    discharged, *sessions = news(place)
    assert (discharged["type"], discharged["from"], discharged["revision"]) == (
        *("discharged", "2026-12-01T00:00:00Z", 1),
    )
    assert [len(each["roster"]) for each in sessions] == [1, 2, 2, 2]


def test_a_moved_enrolment_must_not_overlap_what_was_recorded(place: Place) -> None:
    place.imported()
    before = place.to.read_bytes()
    place.write(FIRST.replace("2026-01-05", "2026-01-12"), SECOND)
    result = place.imported()
    assert result.exit_code == 1
    assert "people.csv: line 2: enrolled_from: overlaps the enrolment from 2026-01-05" in (
        result.stderr
    )
    assert place.to.read_bytes() == before
    changes = news(place, "--complete")
    assert [each.get("withdrawn", False) for each in changes[:2]] == [True, False]


@pytest.mark.parametrize(
    ("rows", "events", "fault"),
    [
        (
            (FIRST, "par-2,evning,2026-01-05,*,,,,,"),
            (EVENT,),
            "people.csv: line 3: program: evning",
        ),
        ((FIRST, FIRST), (EVENT,), "people.csv: line 3: participant: par-1 in evening is in"),
        ((FIRST,), (EVENT, EVENT), "sessions.ics: line 16: UID: the event in line 4"),
    ],
)
def test_one_fault_and_nothing_is_written(
    place: Place, rows: tuple[str, ...], events: tuple[dict[str, str], ...], fault: str
) -> None:
    place.write(*rows, events=events)
    result = place.imported()
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {place.folder}/{fault}")
    assert len(result.stderr.splitlines()) == 1
    assert not place.to.exists()


def test_known_programs_can_be_named(place: Place) -> None:
    result = place.imported("--program", "morning")
    assert result.exit_code == 1
    assert "X-ROLLCALL-PROGRAM: evening is no known program; known: morning" in result.stderr


def test_a_dry_run_writes_nothing(place: Place) -> None:
    assert "10 new, 0 changed would go to" in place.imported("--dry-run").stderr
    assert not place.to.exists()


def test_people_alone(place: Place) -> None:
    result = place.run(
        "roster", "import", str(place.people), "--program", "evening", "--to", str(place.to)
    )
    assert result.exit_code == 0, result.output
    assert {each["type"] for each in place.records()} == {"identity", "enrolled"}


def test_ids_become_aliases_under_the_newest_key_of_a_ring(place: Place) -> None:
    keys = place.folder / "north.keys"
    keys.touch(0o600)
    keys.write_text(ring_text(RING))
    raw = ("person-17@example.org", "zoom:REGISTRANT-1")
    place.write(FIRST.replace("zm-1 zm-2", " ".join(raw)), SECOND)
    refused = place.imported()
    assert (refused.exit_code, place.to.exists()) == (1, False)
    assert "becomes a pseudonym with --keys" in refused.stderr

    result = place.imported("--keys", str(keys))
    assert result.exit_code == 0, result.output
    lines = place.to.read_bytes().splitlines()
    said = Names(RING, Identities(map(decode_identity, lines[:2])), "zoom")
    assert said.participant("PERSON-17@example.org") == "par-1"
    assert said.participant("REGISTRANT-1") == "par-1"
    assert all(f"par-{NEW.id}-" in each["alias"] for each in place.records()[:2])
    written = place.to.read_text() + result.output
    assert not any(name in written for name in ("person-17", "REGISTRANT-1", "example.org"))

    keys.chmod(0o644)
    assert "others may read" in place.imported("--keys", str(keys)).stderr


def test_a_file_of_something_else_is_left_alone(place: Place) -> None:
    place.to.write_text("dear diary\n")
    result = place.imported()
    assert result.exit_code == 1
    assert result.stderr == f"Error: {place.to}: line 1: no record: not one JSON value\n"
    assert place.to.read_text() == "dear diary\n"


def test_the_stages_pass_over_aliases(place: Place) -> None:
    place.imported("--at", "2026-10-01T00:00:00Z")
    result = place.run("score", "--json", str(place.to), "--as-of", "2026-10-01T00:00:00Z")
    assert (result.exit_code, result.stderr) == (0, "")


def test_to_kafka_and_nothing_twice(place: Place, broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    kafka = ("--kafka", broker.bootstrap, "--topic-prefix", prefix)
    assert place.imported(*kafka).exit_code == 0

    def arrived() -> dict[str, list[bytes | None]]:
        return {
            topic.name: sorted(
                each.key or b"" for each in read_topic(broker.bootstrap, prefix + topic.name)
            )
            for topic in (TELEMETRY, CARE, IDENTITIES)
        }

    keys = arrived()
    assert keys[CARE.name] == [b"par-1", b"par-2"]
    assert keys[IDENTITIES.name] == [b"zm-1", b"zm-2"]
    assert len(keys[TELEMETRY.name]) == 6
    assert "0 new, 0 changed went to Kafka" in place.imported(*kafka).stderr
    assert arrived() == keys


def test_what_the_log_may_have_forgotten_gets_a_revision_above_it(
    place: Place, broker: Broker, prefix: str
) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    kafka = ("--kafka", broker.bootstrap, "--topic-prefix", prefix)
    place.imported(*kafka, "--at", "2026-10-01T00:00:00Z")
    entries = read_topic(broker.bootstrap, prefix + TELEMETRY.name)
    assert {json.loads(each.value or b"")["revision"] for each in entries} == {1_790_812_800}


def test_a_file_remembers_what_was_sent(place: Place, broker: Broker, prefix: str) -> None:
    provision(broker.bootstrap, 2, 1, prefix)
    both = ("--kafka", broker.bootstrap, "--topic-prefix", prefix, "--to", str(place.to))
    assert "10 new" in place.imported(*both).stderr
    sent = [each.value for each in read_topic(broker.bootstrap, prefix + TELEMETRY.name)]
    assert sorted(sent) == sorted(place.to.read_bytes().splitlines()[4:])
    assert "0 new, 0 changed went to Kafka" in place.imported(*both).stderr
