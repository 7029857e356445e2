"""The guide to cases says what the program does: its examples are read and run."""

import re
from pathlib import Path

from schemas.policy_file import parse, parse_cases
from streams.casework.staff import VERBS
from streams.casework.trial import judged, read
from streams.casework.visit import PARTS
from tests.casework.cases import case, policy

GUIDE = (Path(__file__).parents[2] / "deploy" / "policies" / "cases.md").read_text()
HEAD = 'version = "1"\neffective_from = 2026-01-01\n'
SESSIONS = [f"{day} 18:00-20:00 group ses-{n}: came" for n, day in enumerate(("Mon", "Tue"), 2)]


def test_the_case_in_the_guide_holds() -> None:
    text = HEAD + re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)[0]
    for example in parse_cases(text, "guide"):
        rules = parse(text, "guide")
        assert judged(read(example, rules), rules) == ([], [])


def test_every_line_of_staff_in_the_guide_is_read() -> None:
    lines = [
        each for line in re.findall(r"^    (.*)$", GUIDE, re.MULTILINE) for each in _apart(line)
    ]
    assert {line.split()[0] for line in lines} == set(VERBS)
    for line in lines:
        read(case(*SESSIONS, "Wed 18:00-20:00 group ses-9 as guest: came", line), policy())


def _apart(line: str) -> list[str]:
    # Some lines of the guide stand two in a row.
    return [each for each in re.split(r"  +", line) if each.split()[0] in VERBS]


def test_everything_that_can_happen_is_in_the_guide_and_is_read() -> None:
    shown = re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE)
    happened = [each for row in shown for each in re.findall(r"`(.*?)`", row)]
    assert {each.split()[0] for each in happened} == set(PARTS)
    for each in happened:
        came = "" if each.split()[0] in ("came", "absent") else "came, "
        read(case(f"Mon 18:00-20:00 group ses-1: {came}{each}"), policy())
