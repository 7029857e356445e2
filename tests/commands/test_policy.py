"""`rollcall policy`: check, test and sheet, as a program manager uses them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Run

Write = Callable[..., str]

POLICIES = Path(__file__).parents[2] / "deploy" / "policies"
EXAMPLES = POLICIES / "examples"
HEAD = 'version = "7"\neffective_from = 2026-02-01\nprogram = "evening"\nzone = "Europe/London"\n'
LATE = '''
[[cases]]
name = "Seven minutes late"
week = 2026-03-02
log = """
Mon 18:00-20:00 group ses-1: came 18:07-20:00
"""
expect = ["late ses-1: stood", "recommend recognise"]
'''


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a policy file; returns its path as text."""

    def writes(text: str, name: str = "evening.toml") -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return writes


def test_check_prints_one_line_for_each_policy(run: Run) -> None:
    told = run("policy", "check", str(POLICIES / "default.toml"), str(EXAMPLES))
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert len(lines) == 4
    assert ": default 2026.1, in force from 2026-01-01, UTC, digest " in lines[0]
    assert "strict-group.toml: strict-group 2026.1, in force from 2026-01-01" in lines[3]
    assert lines[3].endswith(", 7 cases")


def test_check_alone_reads_what_ships(run: Run) -> None:
    told = run("policy", "check")
    assert (told.exit_code, len(told.stdout.splitlines())) == (0, 1)
    assert "with 1 to 4 sessions a week, 80 % allows no miss at all" in told.stderr


def test_check_for_machines(run: Run, write: Write) -> None:
    told = json.loads(run("policy", "check", "--json", write(HEAD + LATE)).stdout)
    assert (told["program"], told["version"], told["cases"]) == ("evening", "7", 1)
    assert told["effective_from"] == "2026-02-01"
    assert [note["key"] for note in told["notes"]] == ["week.minimum"]


def test_check_looks_at_versions_together(run: Run, write: Write) -> None:
    first = write(HEAD)
    second = write(HEAD.replace("7", "8").replace("02-01", "03-04"), "later.toml")
    told = run("policy", "check", second, first)
    assert f"{second}: effective_from: note: 2026-03-04 is no Monday" in told.stderr
    assert f"{first}: effective_from" not in told.stderr


CASE = '[[cases]]\nname = "x"\nweek = 2026-03-02\n'
REFUSED = {
    "unknown key": (HEAD + "foo = 1", "foo: unknown key"),
    "bad value": (HEAD + "[week]\nminimum = 80", "week.minimum: expected a share from 0 to 1"),
    "no toml": ("version", "end of document: not TOML"),
    "bad case": (HEAD + CASE + 'expect = []\nlog = """\n\nsat"""', "cases[0].log line 2: expected"),
    "bad expectation": (HEAD + CASE + 'log = ""\nexpect = ["x"]', "cases[0].expect[0]: `x` is no"),
    "second case": (
        HEAD + LATE + CASE + 'log = ""\nexpect = []\nlooked_at = "noon"',
        "cases[1].looked_at: expected a day",
    ),
}


@pytest.mark.parametrize("command", ["check", "test"])
@pytest.mark.parametrize(("text", "line"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_one_line(
    run: Run, write: Write, text: str, line: str, command: str
) -> None:
    file = write(text)
    told = run("policy", command, file)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert told.stderr.startswith(f"Error: {file}: {line}")
    assert len(told.stderr.splitlines()) == 1


def test_two_files_for_one_version_are_refused(run: Run, write: Write) -> None:
    first, second = write(HEAD), write(HEAD, "other.toml")
    told = run("policy", "check", first, second)
    assert told.exit_code == 1
    taken = f"version: 7 is already taken for program evening by {first}"
    assert told.stderr == f"Error: {second}: {taken}\n"


@pytest.mark.parametrize("command", ["check", "test", "sheet"])
def test_a_file_that_is_not_there_is_one_line(run: Run, tmp_path: Path, command: str) -> None:
    told = run("policy", command, str(tmp_path / "none.toml"))
    assert told.exit_code == 1
    assert (
        told.stderr == f"Error: {tmp_path}/none.toml: cannot be read: No such file or directory\n"
    )


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.stem)
def test_the_examples_keep_their_word(run: Run, file: Path) -> None:
    told = run("policy", "test", str(file))
    assert told.exit_code == 0, told.stdout
    cases = told.stdout.splitlines()[:-1]
    assert 4 <= len(cases) <= 8
    assert all(line.startswith("ok ") for line in cases)


def test_the_examples_are_three_and_not_loaded_by_default(run: Run) -> None:
    assert [file.stem for file in sorted(EXAMPLES.glob("*.toml"))] == [
        "flexible-evening",
        "individual-counselling",
        "strict-group",
    ]
    assert len(run("policy", "check", str(POLICIES)).stdout.splitlines()) == 1


def test_a_case_that_holds_is_ok(run: Run, write: Write) -> None:
    file = write(HEAD + LATE)
    told = run("policy", "test", file)
    assert (told.exit_code, told.stdout) == (
        0,
        f"ok      {file}: Seven minutes late\n1 case, 0 different\n",
    )


def test_a_case_that_does_not_tells_both_sides(run: Run, write: Write) -> None:
    wrong = LATE.replace('"late ses-1: stood"', '"left_early ses-1: stood"')
    file = write(HEAD + wrong)
    told = run("policy", "test", file)
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        f"differs {file}: Seven minutes late",
        "          expected, not found: left_early ses-1: stood",
        "          found, not expected: late ses-1: stood",
        "1 case, 1 different",
    ]


def test_a_changed_threshold_fails_its_case(run: Run, write: Write) -> None:
    assert run("policy", "test", write(HEAD + "attendance.late_after = '7m'" + LATE)).exit_code == 1
    assert run("policy", "test", write(HEAD + "attendance.late_after = '6m'" + LATE)).exit_code == 0


def test_cases_for_machines(run: Run, write: Write) -> None:
    told = run("policy", "test", "--json", write(HEAD + LATE.replace("late ses", "late sess")))
    assert told.exit_code == 1
    assert json.loads(told.stdout)["missing"] == ["late sess-1: stood"]
    assert json.loads(told.stdout)["surplus"] == ["late ses-1: stood"]


def test_a_file_without_cases_has_nothing_to_test(run: Run, write: Write) -> None:
    file = write(HEAD)
    told = run("policy", "test", file)
    assert (told.exit_code, told.stderr) == (1, f"Error: {file}: cases: there are none to run\n")


def test_against_tells_what_another_policy_would_do(run: Run, write: Write) -> None:
    file = write(HEAD + LATE)
    other = write('version = "8"\neffective_from = 2026-01-01\nattendance.late_after = "7m"', "o")
    told = run("policy", "test", "--against", other, file)
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        f"differs {file}: Seven minutes late",
        "          gone: late ses-1: stood",
        "1 case, 1 different",
    ]
    # What staff said of the late arrival has no place where it is none.
    text = LATE.replace("18:07-20:00\n", "18:07-20:00\nwaive Tue 10:00 late ses-1\n")
    waived = run("policy", "test", "--against", other, write(HEAD + text, "waived"))
    assert "gone: late ses-1: retracted" in waived.stdout
    spoken = text.replace("waive Tue 10:00", "check-in Tue 10:00 about")
    talked = run("policy", "test", "--against", other, write(HEAD + spoken, "talked"))
    assert "gone: late ses-1: stood" in talked.stdout
    same = run("policy", "test", "--against", file, file)
    assert same.stdout.endswith("1 case, 0 different\n")


def test_a_name_that_is_never_seen_is_told_when_the_case_runs(run: Run, write: Write) -> None:
    text = LATE.replace("18:07-20:00\n", "18:07-20:00\nwaive Tue 10:00 weekly_attendance\n")
    told = run("policy", "test", write(HEAD + text))
    assert told.exit_code == 1
    assert "cases[0].log line 2: nobody has seen `weekly_attendance` by then" in told.stderr


def test_sheet_of_a_file(run: Run, write: Write) -> None:
    told = run("policy", "sheet", write(HEAD))
    assert told.exit_code == 0
    assert told.stdout.startswith("# Attendance: what we ask of you\n\nThese are the rules of the")
    assert "the program evening, version 7, for sessions from 1 February 2026 on" in told.stdout


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_the_day_of_a_sheet_is_a_day_of_the_program(run: Run, write: Write, zone: str) -> None:
    file = write(HEAD.replace("Europe/London", zone))
    second = write(HEAD.replace("7", "8").replace("02-01", "03-01"), "later.toml")
    options = ("policy", "sheet", "--program", "evening", "--policy", file, "--policy", second)
    assert "version 7," in run(*options, "--on", "2026-02-28").stdout
    assert "version 8," in run(*options, "--on", "2026-03-01").stdout


def test_sheet_of_a_program_is_of_the_version_in_force(
    run: Run, write: Write, tmp_path: Path
) -> None:
    write(HEAD)
    write(HEAD.replace("7", "8").replace("02-01", "03-01"), "later.toml")
    options = ("policy", "sheet", "--program", "evening", "--policy", str(tmp_path), "--on")
    assert "version 7," in run(*options, "2026-02-28").stdout
    assert "version 8," in run(*options, "2026-03-01").stdout
    assert "every program without rules" in run("policy", "sheet", "--program", "other").stdout


@pytest.mark.parametrize(
    "command", [("sheet",), ("test", str(EXAMPLES / "strict-group.toml"), "--against")]
)
def test_one_policy_is_one_policy(run: Run, command: tuple[str, ...]) -> None:
    told = run("policy", *command, str(EXAMPLES))
    assert told.exit_code == 1
    assert told.stderr == f"Error: {EXAMPLES}: has 3 policies: name one of them\n"


@pytest.mark.parametrize("arguments", [(), ("x.toml", "--program", "evening")])
def test_sheet_is_of_a_file_or_of_a_program(run: Run, arguments: tuple[str, ...]) -> None:
    told = run("policy", "sheet", *arguments)
    assert told.exit_code == 2
    assert "give either FILE or --program" in told.stderr
