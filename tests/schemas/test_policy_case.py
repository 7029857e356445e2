"""Cases in policy files: read strictly, and no part of the policy itself."""

from datetime import date

import pytest

from schemas.policy import PolicyError
from schemas.policy_case import MOST_CASES, Case
from schemas.policy_file import parse, parse_cases
from schemas.policy_values import digest

HEAD = 'version = "1"\neffective_from = 2026-01-01\n'
CASE = '[[cases]]\nname = "One"\nweek = 2026-03-02\nlog = ""\nexpect = []\n'

REFUSED = {
    "no list": ("cases = 3", "cases: expected tables, each under [[cases]]"),
    "no table": ("cases = [3]", "cases[0]: Expected `object`, got `int`"),
    "one table": ('[cases]\nname = "x"', "cases: expected tables, each under [[cases]]"),
    "no week": ('[[cases]]\nname = "x"\nlog = ""\nexpect = []', "cases[0].week: missing"),
    "nothing expected": (CASE.replace("expect = []\n", ""), "cases[0].expect: missing"),
    "no name": (CASE.replace('"One"', '""'), "cases[0].name: Expected `str` of length >= 1"),
    "name with a line break": (
        CASE.replace('"One"', r'"a\nb"'),
        "cases[0].name: must be printable",
    ),
    "week as an instant": (
        CASE.replace("03-02", "03-02T00:00:00"),
        "cases[0].week: Expected `date`, got `datetime`",
    ),
    "week long ago": (
        CASE.replace("2026", "1999"),
        "cases[0].week: must lie between 2000 and 2198",
    ),
    "number expected": (
        CASE.replace("[]", "[3]"),
        "cases[0].expect[0]: Expected `str`, got `int`",
    ),
    "second of two": (CASE + CASE + "foo = 1", "cases[1].foo: unknown key"),
    "a setting below a case": (CASE + 'zone = "UTC"', "cases[0].zone: unknown key"),
}


@pytest.mark.parametrize(("text", "line"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_case_is_one_line(text: str, line: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse_cases(HEAD + text, "p.toml")
    assert str(refused.value) == f"p.toml: {line}"


def test_cases_are_read_in_order() -> None:
    found = parse_cases(HEAD + CASE + CASE.replace("One", "Two"), "p.toml")
    assert [each.name for each in found] == ["One", "Two"]
    assert found[0] == Case(name="One", week=date(2026, 3, 2), log="", expect=())


def test_a_file_may_do_without() -> None:
    assert parse_cases(HEAD, "p.toml") == []


def test_cases_change_nothing_about_the_policy() -> None:
    assert digest(parse(HEAD + CASE, "p.toml")) == digest(parse(HEAD, "p.toml"))


@pytest.mark.parametrize(("number", "accepted"), [(MOST_CASES, True), (MOST_CASES + 1, False)])
def test_there_is_an_end_to_cases(number: int, accepted: bool) -> None:
    text = HEAD + CASE * number
    if accepted:
        assert len(parse_cases(text, "p.toml")) == number
        return
    with pytest.raises(PolicyError, match=f"cases: there must not be more than {MOST_CASES}"):
        parse_cases(text, "p.toml")
