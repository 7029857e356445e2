"""Policies: the shipped default, which version holds when, contents told apart, scaling."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.instants import milliseconds
from schemas.policy import Policies, Policy, PolicyError
from schemas.policy_file import collect, parse
from schemas.policy_values import Duration, Section

DEFAULT = Path(__file__).parents[2] / "deploy" / "policies" / "default.toml"
HEAD = 'version = "1"\neffective_from = 2026-01-01\n'
DEFAULTS = Policy(version="1", effective_from=date(2026, 1, 1))


def keys(part: Section, above: str = "") -> Iterator[str]:
    """Every dotted key of a policy."""
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, Section):
            yield from keys(value, f"{above}{name}.")
        else:
            yield above + name


def written(table: dict[str, Any], above: str = "") -> Iterator[str]:
    """Every dotted key of a TOML table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from written(value, f"{above}{name}.")
        else:
            yield above + name


def durations(part: Section) -> Iterator[Duration]:
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, Section):
            yield from durations(value)
        elif isinstance(value, Duration):
            yield value


def test_the_shipped_default_is_exactly_the_defaults() -> None:
    policy = parse(DEFAULT.read_text(), "default.toml")
    assert policy == Policy(version="2026.1", effective_from=date(2026, 1, 1))


def test_the_shipped_default_leaves_no_key_out() -> None:
    table = tomllib.loads(DEFAULT.read_text())
    assert sorted(written(table)) == sorted(keys(DEFAULTS))


def test_the_shipped_default_explains_every_key_or_its_section() -> None:
    section = ""
    for line in DEFAULT.read_text().splitlines():
        section = line if line.startswith("[") else section
        assert " = " not in line or "#" in line + section, line


@pytest.mark.parametrize(
    ("second", "line"),
    [
        (HEAD, "b.toml: version: 1 is already taken for program default by a.toml"),
        (
            'version = "2"\neffective_from = 2026-01-01',
            "b.toml: effective_from: 2026-01-01 is already taken for program default by a.toml",
        ),
    ],
)
def test_two_versions_share_neither_name_nor_date(second: str, line: str) -> None:
    with pytest.raises(PolicyError) as refused:
        collect([("a.toml", HEAD), ("b.toml", second)])
    assert str(refused.value) == line


def test_programs_do_not_share_their_versions() -> None:
    policies = collect([("a.toml", HEAD), ("b.toml", HEAD + 'program = "prog-evening"')])
    assert sorted(policies.digests()) == ["default/1", "prog-evening/1"]


def test_without_a_default_policy_nothing_starts() -> None:
    with pytest.raises(PolicyError, match="policies: program: none is for the program `default`"):
        collect([("b.toml", HEAD + 'program = "prog-evening"')])


def at(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text))


def test_the_version_in_force_at_the_local_start_holds() -> None:
    new = 'version = "2"\neffective_from = 2026-03-01\nzone = "America/New_York"\n'
    policies = collect([("b.toml", new), ("a.toml", HEAD)])
    assert policies.at("prog-evening", at("2026-03-01T04:59:59.999+00:00")).version == "1"
    assert policies.at("prog-evening", at("2026-03-01T05:00:00+00:00")).version == "2"
    assert policies.at(None, at("2019-01-01T00:00:00+00:00")).version == "1"


def test_of_several_versions_the_newest_that_has_begun_holds() -> None:
    years = (2028, 2026, 2029, 2027)
    policies = collect(
        [(f"{year}", f'version = "{year}"\neffective_from = {year}-01-01') for year in years]
    )
    starts = {year: at(f"{year}-06-01T00:00:00+00:00") for year in range(2025, 2031)}
    held = {year: policies.at(None, start).version for year, start in starts.items()}
    assert held == {
        2025: "2026",
        2026: "2026",
        2027: "2027",
        2028: "2028",
        2029: "2029",
        2030: "2029",
    }


def test_a_program_with_its_own_policy_is_judged_by_it() -> None:
    own = 'version = "x"\neffective_from = 2027-01-01\nprogram = "prog-evening"\n'
    policies = collect([("a.toml", HEAD), ("b.toml", own)])
    start = milliseconds(datetime(2026, 6, 1, tzinfo=UTC))
    assert policies.at("prog-evening", start).version == "x"
    assert policies.at("prog-morning", start).version == "1"


def test_the_digest_tells_contents_apart_and_nothing_else() -> None:
    same = collect([("a.toml", HEAD + "[attendance]\ncredit_at = 0.80")])
    other = collect([("a.toml", HEAD + "[attendance]\ncredit_at = 0.81")])
    plain = collect([("b.toml", "# a comment\n" + HEAD)])
    assert same.digest == plain.digest
    assert same.digests() == plain.digests()
    assert other.digest != plain.digest
    assert other.digests() != plain.digests()


def test_scaling_divides_every_duration_and_nothing_else() -> None:
    scaled = next(iter(Policies([DEFAULTS]).scaled(60)))
    assert [each * 60 for each in durations(scaled)] == list(durations(DEFAULTS))
    assert scaled.attendance.credit_at == DEFAULTS.attendance.credit_at
    assert scaled.participation.weights == DEFAULTS.participation.weights


def test_no_duration_is_scaled_away() -> None:
    scaled = next(iter(Policies([DEFAULTS]).scaled(10**12)))
    assert set(durations(scaled)) == {1}


def test_scale_1_changes_nothing() -> None:
    policies = Policies([DEFAULTS])
    assert policies.scaled(1) is policies


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_below_1_is_refused(scale: int) -> None:
    with pytest.raises(PolicyError, match=f"policies: scale: must be at least 1, not {scale}"):
        Policies([DEFAULTS]).scaled(scale)


def test_a_policy_cannot_be_made_impossible_by_hand() -> None:
    with pytest.raises(ValueError, match="absent_below"):
        msgspec.structs.replace(DEFAULTS.attendance, absent_below=Fraction(1))
