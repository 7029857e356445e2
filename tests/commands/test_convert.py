"""`rollcall convert`: from a file that somebody has to scores, with nothing personal on the way."""

import codecs
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from schemas.codec import decode_telemetry
from schemas.instants import EARLIEST, milliseconds
from schemas.platforms.source import (
    Converted,
    Naming,
    NotUnderstoodError,
    Payload,
    Source,
    record_id,
)
from schemas.telemetry import Chat, Joined
from streams.converting.reading import PLATFORMS
from streams.pseudonyms.ring import Key, Ring, read_ring, ring_text
from tests.commands.conftest import Run
from tests.roster.files import HEADER

ZOOM = """\
Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room
MARKED-NAME-1,marked-1@example.org,2026-03-02 18:02,2026-03-02 19:30,88,Yes,No
MARKED-NAME-1,Marked-1@Example.org,2026-03-02 19:00,2026-03-02 19:58,58,Yes,No
MARKED-NAME-2,,2026-03-02 18:00,2026-03-02 20:00,120,Yes,No
"""
TEAMS = (
    "2. Participants\r\n"
    "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\r\n"
    "MARKED-NAME-1\t02.03.26, 18:02\t02.03.26, 19:58\t1h 56m\tmarked-1@example.org\r\n"
)
GRAPH = json.dumps(
    {
        "value": [
            {
                "emailAddress": "marked-1@example.org",
                "attendanceIntervals": [
                    {
                        "joinDateTime": "2026-03-02T17:02:00.0000000Z",
                        "leaveDateTime": "2026-03-02T18:58:00.0000000Z",
                    }
                ],
            }
        ]
    }
)
WHEN = ("--starts", "2026-03-02T18:00:00+01:00", "--ends", "2026-03-02T20:00:00+01:00")
ZONE = ("--zone", "Europe/Berlin")


class Desk:
    """A folder with a key, and what somebody converts in it."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run, self.folder, self.key = run, folder, folder / "key"
        assert run("keys", "new", str(self.key)).exit_code == 0

    def file(self, content: str | bytes, name: str = "report") -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def convert(self, platform: str, content: str | bytes, *options: str) -> Result:
        file = self.file(content)
        result = self.run("convert", platform, file, "--keys", str(self.key), *options)
        assert "MARKED" not in result.output.upper()
        for line in result.stdout.splitlines():
            decode_telemetry(line.encode())
        return result

    def scores(self, output: str) -> dict[str, dict[str, Any]]:
        log = self.file(output, "log.ndjson")
        scored = self.run("score", "--json", log)
        assert scored.exit_code == 0, scored.output
        assert scored.stderr == ""
        lines = map(json.loads, scored.stdout.splitlines())
        return {each["participant"]: each for each in lines if each["record"] == "score"}


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, tmp_path)


@pytest.mark.parametrize(
    ("platform", "content"),
    [
        ("zoom_csv", ZOOM),
        ("teams_csv", codecs.BOM_UTF16_LE + TEAMS.encode("utf-16-le")),
        ("graph_attendance", GRAPH),
    ],
)
def test_a_report_is_scored(desk: Desk, platform: str, content: str | bytes) -> None:
    roster = desk.file("# who is asked\nMARKED-1@example.org\npar-9\n", "roster")
    result = desk.convert(platform, content, *WHEN, *ZONE, "--roster", roster)
    assert result.exit_code == 0, result.output

    scores = desk.scores(result.stdout)

    absent = scores.pop("par-9")
    assert absent["standing"] == "absent"
    (there,) = (each for each in scores.values() if each["rostered"])
    assert there["delivery"] == "report"
    assert there["phase"] == "final"
    assert there["camera_status"] == "unknown"
    assert there["attended_ms"] == 116 * 60_000


def zoom(*rows: str) -> str:
    return "\n".join((ZOOM.partition("\n")[0], *rows))


def of_zoom(desk: Desk, *rows: str) -> dict[str, Any]:
    roster = desk.file("par-1 marked-1@example.org", "roster")
    result = desk.convert("zoom_csv", zoom(*rows), *WHEN, *ZONE, "--roster", roster)
    return desk.scores(result.stdout)["par-1"]


def test_whoever_waited_and_was_let_in_was_there_from_then_on(desk: Desk) -> None:
    score = of_zoom(
        desk,
        "MARKED,marked-1@example.org,2026-03-02 17:55,2026-03-02 18:04,9,Yes,Yes",
        "MARKED,marked-1@example.org,2026-03-02 18:04,2026-03-02 20:00,116,Yes,No",
    )

    assert score["attended_ms"] == 116 * 60_000
    assert score["findings"] == []


def test_whoever_only_waited_was_not_there(desk: Desk) -> None:
    score = of_zoom(
        desk, "MARKED,marked-1@example.org,2026-03-02 17:55,2026-03-02 19:00,65,Yes,Yes"
    )

    assert score["attended_ms"] == 0
    assert score["standing"] == "absent"
    assert "no_show" not in {each["rule"] for each in score["findings"]}


def test_a_visit_within_a_minute_is_seen_and_does_not_last(desk: Desk) -> None:
    score = of_zoom(desk, "MARKED,marked-1@example.org,2026-03-02 18:10,2026-03-02 18:10,1,Yes,No")

    assert score["arrived_at"] == "2026-03-02T17:10:00Z"
    assert score["attended_ms"] < 60_000


def test_the_oldest_shape_of_teams_is_scored_as_guests(desk: Desk) -> None:
    rows = (
        "Full Name\tUser Action\tTimestamp",
        "MARKED-1\tJoined before\t02.03.2026 18:00:00",
        "MARKED-2\tJoined\t02.03.2026 18:30:00",
        "MARKED-1\tLeft\t02.03.2026 19:00:00",
    )
    result = desk.convert("teams_csv", "\n".join(rows), *WHEN, *ZONE)

    scores = desk.scores(result.stdout).values()
    assert {each["attended_ms"] for each in scores} == {3_600_000, 5_400_000}
    assert all(each["guest"] for each in scores)
    # No leave: still there when the list was made, so the rest is inferred.
    assert {each["inferred_ms"] > 0 for each in scores} == {True, False}


def test_what_is_passed_over_is_told_by_place_and_code(desk: Desk) -> None:
    result = desk.convert("zoom_csv", ZOOM, *WHEN, *ZONE)

    assert result.stderr == f"{desk.folder / 'report'}: ignored: no_identity\n"


def test_what_is_refused_is_told_by_line_and_code(desk: Desk) -> None:
    result = desk.convert("zoom_csv", ZOOM.replace("2026-03-02 20:00", "MARKED"), *WHEN, *ZONE)

    assert result.exit_code == 1
    assert result.stdout == ""
    place = desk.folder / "report"
    assert result.stderr.splitlines()[0] == f"{place}: refused: line 4: unreadable_time"


def test_the_same_file_gives_the_same_records(desk: Desk) -> None:
    first, second = (desk.convert("zoom_csv", ZOOM, *WHEN, *ZONE).stdout for _ in range(2))

    assert first == second


def test_another_key_gives_other_ids(desk: Desk, run: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Desk(run, tmp_path / "other")

    here, there = (
        {json.loads(line).get("participant") for line in each.splitlines()} - {None}
        for each in (
            desk.convert("zoom_csv", ZOOM, *WHEN, *ZONE).stdout,
            other.convert("zoom_csv", ZOOM, *WHEN, *ZONE).stdout,
        )
    )
    assert len(here) == len(there) == 2
    assert not here & there


def test_somebody_has_one_address_on_every_platform(desk: Desk) -> None:
    zoom, teams = (
        {json.loads(line).get("participant") for line in output.splitlines()} - {None}
        for output in (
            desk.convert("zoom_csv", ZOOM, *WHEN, *ZONE).stdout,
            desk.convert("teams_csv", TEAMS, *WHEN, *ZONE).stdout,
        )
    )
    assert len(zoom & teams) == 1


def test_what_the_platform_calls_somebody_follows_in_the_list(desk: Desk) -> None:
    roster = desk.file("par-1, marked-1@example.org\n", "roster")
    output = desk.convert("zoom_csv", ZOOM, *WHEN, *ZONE, "--roster", roster).stdout

    assert desk.scores(output)["par-1"]["standing"] == "attended"


def test_a_roster_with_aliases(desk: Desk) -> None:
    plain = desk.convert("graph_attendance", GRAPH, *WHEN).stdout
    (alias,) = {json.loads(line).get("participant") for line in plain.splitlines()} - {None}
    rows = [
        f"par-1,evening,2026-01-05,*,,,,{alias}",
        "par-2,evening,2026-01-05,*,,,,",
        "par-3,evening,2026-03-03,*,,,,",
        "par-4,morning,2026-01-05,*,,,,",
    ]
    roster = desk.file("\n".join((f"{HEADER},aliases", *rows)), "people.csv")
    options = ("--roster", roster, "--program", "evening", "--session", "ses-1")
    scores = desk.scores(desk.convert("graph_attendance", GRAPH, *WHEN, *options).stdout)

    assert {who: each["standing"] for who, each in scores.items()} == {
        "par-1": "attended",
        "par-2": "absent",
    }
    assert {each["session"] for each in scores.values()} == {"ses-1"}


def test_a_roster_with_addresses(desk: Desk) -> None:
    row = "par-1,evening,2026-01-05,*,,,,MARKED-1@example.org"
    roster = desk.file("\n".join((f"{HEADER},aliases", row)), "people.csv")
    options = ("--roster", roster, "--program", "evening", "--session", "ses-1")

    scores = desk.scores(desk.convert("graph_attendance", GRAPH, *WHEN, *options).stdout)
    assert {who: each["standing"] for who, each in scores.items()} == {"par-1": "attended"}


def test_without_a_key_it_says_how_to_make_one(run: Run, desk: Desk) -> None:
    result = run("convert", "graph_attendance", desk.file(GRAPH), *WHEN)

    assert result.exit_code == 1
    assert "keys new" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_key_is_never_overwritten_and_nobody_else_may_read_it(run: Run, desk: Desk) -> None:
    before = desk.key.read_bytes()
    assert len(read_ring(desk.key).newest.secret) == 32
    assert desk.key.stat().st_mode & 0o777 == 0o600
    again = run("keys", "new", str(desk.key))
    assert again.exit_code == 1
    assert desk.key.read_bytes() == before

    desk.key.chmod(0o640)
    assert "others may read" in desk.convert("graph_attendance", GRAPH, *WHEN).stderr


def test_a_file_that_is_no_ring_is_refused_and_not_quoted(desk: Desk) -> None:
    desk.key.write_bytes(b"MARKED-KEY")

    assert "not TOML" in desk.convert("graph_attendance", GRAPH, *WHEN).stderr


def participants(output: str) -> set[str]:
    found = {json.loads(line).get("participant") for line in output.splitlines()}
    return {each for each in found if each}


def rotated(desk: Desk) -> tuple[Key, Key]:
    """The desk's ring, in which a second key comes into force between two evenings."""
    old = Key.of(read_ring(desk.key).newest.secret, milliseconds(EARLIEST))
    new = Key.of(b"n" * 32, milliseconds(datetime(2026, 3, 3, tzinfo=UTC)))
    desk.key.write_text(ring_text(Ring.of((old, new))))
    return old, new


def test_a_session_has_the_key_that_was_in_force_when_it_started(desk: Desk) -> None:
    before = desk.convert("graph_attendance", GRAPH, *WHEN).stdout
    _, new = rotated(desk)
    later = ("--starts", "2026-03-04T18:00:00Z", "--ends", "2026-03-04T20:00:00Z")

    assert desk.convert("graph_attendance", GRAPH, *WHEN).stdout == before
    (somebody,) = participants(desk.convert("graph_attendance", GRAPH, *later).stdout)
    assert somebody.startswith(f"par-{new.id}-")


def test_without_a_plan_it_is_the_key_of_the_first_event(hooks: Desk) -> None:
    before = hooks.convert("graph_attendance", sent("joins")).stdout
    old, _ = rotated(hooks)

    assert hooks.convert("graph_attendance", sent("joins")).stdout == before
    assert all(each.startswith(f"par-{old.id}-") for each in participants(before))


def test_an_alias_under_an_older_key_is_still_somebodys(desk: Desk) -> None:
    (alias,) = participants(desk.convert("graph_attendance", GRAPH, *WHEN).stdout)
    rotated(desk)
    row = f"par-1,evening,2026-01-05,*,,,,{alias}"
    roster = desk.file("\n".join((f"{HEADER},aliases", row)), "people.csv")
    later = ("--starts", "2026-03-04T18:00:00Z", "--ends", "2026-03-04T20:00:00Z")
    options = ("--roster", roster, "--program", "evening", *later)

    assert participants(desk.convert("graph_attendance", GRAPH, *options).stdout) == {"par-1"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--session or --starts"),
        (("--session", "marked@example.org"), "pseudonym"),
        (WHEN[:2], "--starts and --ends"),
        ((*WHEN[:2], "--ends", "2026-03-02T17:00:00+01:00"), "--ends must follow"),
        ((*WHEN, "--program", "a b"), "pseudonym"),
        ((*WHEN, "--zone", "Europe/Nowhere"), "zone"),
        ((*WHEN, "--zone", "../etc/passwd"), "zone"),
    ],
)
def test_options_that_cannot_be_are_refused(
    desk: Desk, options: tuple[str, ...], told: str
) -> None:
    result = desk.run(
        "convert", "graph_attendance", desk.file(GRAPH), "--keys", str(desk.key), *options
    )

    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def webhook(payload: Payload, naming: Naming) -> Converted:
    """A platform of the tests' own: `{"who": …, "room": …, "does": …}`."""
    try:
        event = json.loads(payload.body)
        kind = {"joins": Joined, "writes": Chat}.get(event["does"])
        who, session = naming("participant", event["who"]), naming("session", event["room"])
    except (ValueError, LookupError, TypeError):
        raise NotUnderstoodError("invalid_json") from None
    if kind is None:
        return Converted((), ("unknown_event",))
    at = f"2026-03-02T17:{event['minute']:02}:00Z"
    fields = {"id": record_id(event["does"], who, at), "source": "tests", "at": at}
    line = json.dumps(
        {
            "type": event["does"].replace("joins", "joined").replace("writes", "chat"),
            "session": session,
            "participant": who,
            **fields,
        }
    )
    return Converted((decode_telemetry(line.encode()),))


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> Desk:
    monkeypatch.setitem(
        PLATFORMS, "graph_attendance", Source("tests", ("chat",), "none", webhook, str.strip)
    )
    return desk


def sent(does: str, minute: int = 2, room: str = "MARKED-ROOM") -> str:
    return json.dumps({"who": "MARKED-7", "does": does, "minute": minute, "room": room})


def test_captured_webhooks_are_one_a_line(hooks: Desk) -> None:
    lines = (sent("joins"), "", "MARKED", sent("dances"), sent("writes", 30))
    result = hooks.convert("graph_attendance", "\n".join(lines), *WHEN, "--session", "ses-1")

    types = [json.loads(line)["type"] for line in result.stdout.splitlines()]
    assert types == ["session_scheduled", "capabilities", "joined", "chat"]
    assert {json.loads(line)["session"] for line in result.stdout.splitlines()} == {"ses-1"}
    place = hooks.folder / "report"
    assert result.stderr.splitlines() == [
        f"{place}: line 3: refused: invalid_json",
        f"{place}: line 4: ignored: unknown_event",
    ]
    (score,) = hooks.scores(result.stdout).values()
    assert score["delivery"] == "live"
    assert score["components"]["chat"]["available"]


def test_one_payload_may_have_several_lines(hooks: Desk) -> None:
    body = json.dumps(json.loads(sent("joins")), indent=2)

    result = hooks.convert("graph_attendance", body)

    types = [json.loads(line)["type"] for line in result.stdout.splitlines()]
    assert types == ["capabilities", "joined"]


def test_a_plan_for_several_sessions_is_none(hooks: Desk) -> None:
    body = "\n".join((sent("joins"), sent("joins", room="MARKED-OTHER")))

    assert hooks.convert("graph_attendance", body).exit_code == 0
    for options in (WHEN, ("--session", "ses-1")):
        refused = hooks.convert("graph_attendance", body, *options)
        assert refused.exit_code == 1
        assert "2 sessions" in refused.stderr
