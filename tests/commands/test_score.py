"""`rollcall score`: what it prints of a log, from files and from standard input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.care.concern import LABELS
from streams.commands import main

PLAN = {
    "type": "session_scheduled",
    "id": "e1",
    "source": "plan",
    "at": "2026-03-02T08:00:00Z",
    "session": "ses-1",
    "revision": 1,
    "program": "evening",
    "kind": "group",
    "starts_at": "2026-03-02T18:00:00Z",
    "ends_at": "2026-03-02T20:00:00Z",
    "roster": [{"participant": "par-1"}, {"participant": "par-2"}],
}
NAMED_FIGURES = {
    "session",
    "participant",
    "standing",
    "phase",
    "attended_ms",
    "window_ms",
    "attendance",
    "late_ms",
    "left_early_ms",
    "reconnects",
    "camera",
    "participation",
    "level",
    "components",
}
NAMED_OF_VIOLATIONS = {
    "rule",
    "status",
    "severity",
    "since",
    "until",
    "episodes",
    "evidence",
    "incident",
}


def event(kind: str, at: str, number: int, **extra: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "id": f"e-{number}",
        "source": "video",
        "at": f"2026-03-02T{at}Z",
        "session": "ses-1",
        "participant": "par-1",
        "connection": "con-1",
        **extra,
    }


LOG = [PLAN, event("joined", "18:02:00", 2), event("left", "19:58:00", 3)]
ACCEPTED = {
    "type": "absence_decided",
    "id": "c1",
    "source": "staff",
    "at": "2026-03-02T21:00:00Z",
    "participant": "par-2",
    "entity": "abs-1",
    "session": "ses-1",
    "accepted": True,
    "reason_code": "illness",
}


def run(*arguments: str, log: list[Any] | None = None, text: str = "") -> Result:
    lines = text or "".join(json.dumps(record) + "\n" for record in log or LOG)
    return CliRunner().invoke(main, ["score", *arguments], input=lines)


def records(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def of_session(found: list[dict[str, Any]], session: str) -> list[dict[str, Any]]:
    """Scores of a session and what was found in it; what is about weeks has no session."""
    return [each for each in found if each["session"] == session]


def by_person(found: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Scores, or the findings held against somebody, by participant."""
    held = [each for each in found if each["record"] == kind and each.get("rule") not in LABELS]
    return {each["participant"]: each for each in held}


def test_scores_and_violations_have_the_named_figures() -> None:
    found = records(run("-"))

    scores, violations = by_person(found, "score"), by_person(found, "violation")
    assert scores.keys() == {"par-1", "par-2"}
    assert scores["par-1"].keys() >= NAMED_FIGURES
    assert scores["par-1"]["attended_ms"] == 6_960_000
    assert scores["par-1"]["window_ms"] == 7_200_000
    assert scores["par-1"]["attendance"] == 0.9667
    assert scores["par-1"]["phase"] == "final"
    assert violations.keys() == {"par-2"}
    assert violations["par-2"].keys() >= NAMED_OF_VIOLATIONS
    assert violations["par-2"]["rule"] == "no_show"
    assert violations["par-2"]["status"] == "stood"


def test_as_of_scores_what_was_known_then() -> None:
    found = records(run("-", "--as-of", "2026-03-02T19:00:00Z"))

    scores, violations = by_person(found, "score"), by_person(found, "violation")
    assert scores["par-1"]["phase"] == "running"
    assert scores["par-1"]["standing"] == "present"
    assert scores["par-1"]["attended_ms"] == 58 * 60_000
    assert violations["par-2"]["status"] == "opened"


def test_the_append_time_decides_what_was_known() -> None:
    late = event("joined", "18:02:00", 2, appended_at="2026-03-02T19:30:00Z")

    found = records(run("-", "--as-of", "2026-03-02T19:00:00Z", log=[PLAN, late]))

    assert by_person(found, "score")["par-1"]["standing"] == "missing"


def test_a_report_that_has_not_come_is_still_awaited() -> None:
    report = {**PLAN, "session": "ses-2", "delivery": "report"}

    found = records(run("-", log=[*LOG, report]))
    awaited = [each for each in found if each["session"] == "ses-2"]

    assert [each["phase"] for each in awaited] == ["running", "running"]
    assert [each["standing"] for each in awaited] == ["expected", "expected"]
    assert of_session(found, "ses-1") == of_session(records(run("-")), "ses-1")


def test_staff_facts_in_the_same_file_are_judged() -> None:
    assert by_person(records(run("-", log=[*LOG, ACCEPTED])), "violation") == {}


def test_order_and_repetition_of_lines_change_nothing() -> None:
    once = run("-", "--json")

    assert run("-", "--json", log=[*reversed(LOG), *LOG]).stdout == once.stdout


def test_refused_lines_are_told_and_lose_nothing_around_them(tmp_path: Path) -> None:
    lines = [json.dumps(record) for record in LOG]
    text = "\n".join([lines[0], "{", "", '{"type":"nope","session":"ses-1"}', *lines[1:]])
    file = tmp_path / "log.ndjson"
    file.write_text(text + "\n")

    result = run(str(file))

    assert by_person(records(result), "score")["par-1"]["attended_ms"] == 6_960_000
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["line 2", "invalid_json"],
        ["line 4", "unknown_type"],
    ]


def test_refused_staff_facts_are_told_by_their_line() -> None:
    nobody = {**ACCEPTED, "participant": None}
    log = [nobody, LOG[0], "no record", {**ACCEPTED, "accepted": "perhaps"}, *LOG[1:]]

    result = run("-", log=log)

    assert len(by_person(records(result), "score")) == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        "line 1",
        "line 3",
        "line 4",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_as_any_editor_saves_them(tmp_path: Path, mark: str, ending: str) -> None:
    files = [tmp_path / "plan.ndjson", tmp_path / "rest.ndjson"]
    for file, log in zip(files, (LOG[:1], LOG[1:]), strict=True):
        text = mark + "".join(json.dumps(record) + ending for record in log)
        file.write_bytes(text.encode())

    result = run(*map(str, files))

    assert result.stdout == run("-").stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("1999-12-31T23:59:59Z", "too_old"),
        ("0001-01-01T00:00:00+14:00", "too_old"),
        ("2197-10-23T00:00:00Z", "from_the_future"),
        ("9999-12-31T23:59:59-14:00", "from_the_future"),
    ],
)
@pytest.mark.parametrize("kind", ["joined", "left", "session_ended", "session_scheduled"])
def test_a_date_that_no_session_can_have_moves_nothing(kind: str, at: str, reason: str) -> None:
    absurd = {**PLAN, **event(kind, "18:00:00", 9), "at": at}

    result = run("-", log=[*LOG, absurd])

    assert result.stdout == run("-").stdout
    assert result.stderr.startswith(f"line 4: {reason}: ")


def test_a_session_of_the_far_future_moves_nobody() -> None:
    far = {"session": "ses-2", "participant": "par-9"}
    late = {**event("joined", "18:00:00", 9), **far, "at": "2197-10-20T23:59:59Z"}

    found = records(run("-", log=[*LOG, late]))

    assert of_session(found, "ses-1") == of_session(records(run("-")), "ses-1")


def test_sessions_of_years_ago_are_judged_as_they_were_then() -> None:
    def moved(record: dict[str, Any]) -> dict[str, Any]:
        old = {key: str(value).replace("2026-", "2024-") for key, value in record.items()}
        return {**record, **old, "session": "ses-0", "roster": PLAN["roster"], "revision": 1}

    found = records(run("-", log=[*map(moved, LOG), *LOG]))

    broken = [each for each in found if each.get("rule") == "no_show"]
    assert [(each["session"], each["status"]) for each in broken] == [
        ("ses-0", "stood"),
        ("ses-1", "stood"),
    ]


def test_another_policy_judges_otherwise(tmp_path: Path) -> None:
    policy = tmp_path / "strict.toml"
    policy.write_text(
        'version = "1"\neffective_from = 2026-01-01\n[attendance]\ncredit_at = 0.97\n'
    )

    found = records(run("-", "--policy", str(policy)))

    assert by_person(found, "score")["par-1"]["standing"] == "partial"
    assert by_person(found, "violation")["par-1"]["rule"] == "low_attendance"


def test_text_is_for_people() -> None:
    void = {**PLAN, "session": "ses-2", "id": "e9", "status": "cancelled", "hosts": ["sta-1"]}
    alone = {**event("joined", "18:10:00", 10), "session": "ses-3"}

    result = run("-", "--table", log=[*LOG, void, alone])

    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "times in UTC"
    assert "ses-1: evening, group, Mon 2 Mar 2026 18:00-20:00, final" in lines
    assert "par-1 attended 116.0 min 120.0 min 96.7 % 2.0 min 0 unknown unknown" in lines
    assert "not seen (no_show): warning, stood, from 18:10:00" in lines
    assert "counts for nobody: it was cancelled" in lines
    assert "ses-3: on no schedule, final" in lines


def test_the_readme_shows_what_its_lines_give() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## Your own events\n")[2].partition("\n## ")[0]
    shown = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    log = "\n".join(line for line in shown if line.startswith("{"))

    result = run("-", "--table", text=log)

    assert result.stderr == ""
    printed = [line for line in result.stdout.splitlines()[2:] if line]
    assert "\n".join(printed) in "\n".join(shown)


def test_text_of_what_is_still_open() -> None:
    plan = {**PLAN, "hosts": ["sta-1"]}
    notice = {**ACCEPTED, "type": "absence_notified", "at": "2026-03-02T18:30:00Z"}
    late = event("joined", "18:06:00", 4, participant="par-2", connection="con-2")
    host = event("joined", "18:00:00", 5, participant="sta-1", connection="con-3")

    at = ("--as-of", "2026-03-02T18:40:00Z")
    text = run("-", "--table", *at, log=[plan, host, *LOG[1:], late, notice]).stdout
    silent = run("-", "--table", *at, log=[plan]).stdout

    pending = "open, an absence was announced and staff must decide"
    assert f"arrived late (late): info, {pending}, from 18:06:00" in text
    assert "    nothing received from the session (no_signal): warning, open" in silent


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no disk that is always full"
)
@pytest.mark.parametrize(
    "command",
    [("score", "-", "--json"), ("score", "-", "--table"), ("explain", "ses-1", "par-1", "-")],
)
def test_a_full_disk_is_one_clear_line(command: tuple[str, ...]) -> None:
    log = "".join(json.dumps(record) + "\n" for record in LOG)
    program = [sys.executable, "-m", "streams.commands", *command]

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            program, input=log.encode(), stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.returncode == 1
    assert done.stderr == b"Error: No space left on device\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere.ndjson"], "Error: nowhere.ndjson: No such file or directory"),
        (["-", "--as-of", "yesterday"], "is not an instant such as 2026-03-02T18:00:00Z"),
        (["-", "--as-of", "2026-03-02T18:00:00"], "needs an offset"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments: list[str], line: str) -> None:
    result = run(*arguments)

    assert result.exit_code != 0
    assert line in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output


def test_a_bad_policy_names_file_key_and_reason(tmp_path: Path) -> None:
    policy = tmp_path / "bad.toml"
    policy.write_text('version = "1"\neffective_from = 2026-01-01\n[camera]\nminimum = 2\n')

    result = run("-", "--policy", str(policy))

    assert result.exit_code == 1
    reason = "camera.minimum: expected a share from 0 to 1, such as 0.8"
    assert result.stderr == f"Error: {policy}: {reason}\n"


def test_an_empty_log_is_nothing() -> None:
    assert run("-", text="\n").stdout == ""
