"""Runs: hits in a row, and hits among the last."""

from datetime import date

import pytest

from schemas.policy import Policy
from streams.care.runs import LONGEST_LOOK, Found, Step, among_the_last, in_a_row, reaching

POLICY = Policy(version="v1", effective_from=date(2020, 1, 1))
HITS = {"x": True, ".": False, "-": None}


def steps(line: str) -> list[Step]:
    """`x` a hit, `.` none, `-` neither; named and timed by their place."""
    return [
        Step(str(place), place, place, HITS[each], POLICY)
        for place, each in enumerate(line)
        if HITS[each] is not None
    ]


def shown(found: list[Found]) -> list[tuple[str, int, int, int | None]]:
    """First step, how many, since and until."""
    return [(each.steps[0].name, len(each.steps), each.since, each.until) for each in found]


@pytest.mark.parametrize(
    ("line", "least", "found"),
    [
        ("", 2, []),
        ("x", 2, []),
        ("xx", 2, [("0", 2, 1, None)]),
        ("x.x", 2, []),
        ("x-x", 2, [("0", 2, 2, None)]),
        ("x--x.", 2, [("0", 2, 3, 4)]),
        ("xxx.xx", 2, [("0", 3, 1, 3), ("4", 2, 5, None)]),
        ("xx", 3, []),
        ("xxx", 3, [("0", 3, 2, None)]),
        ("-x", 1, [("1", 1, 1, None)]),
    ],
)
def test_in_a_row(line: str, least: int, found: list[tuple[str, int, int, int | None]]) -> None:
    assert shown(in_a_row(steps(line), lambda policy: least)) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("xx", []),
        ("xxx", [("2", 1, 2, None)]),
        ("x.x.x", [("4", 1, 4, None)]),
        ("x..x.x", [("5", 1, 5, None)]),
        ("x...x.x", []),
        ("x-...-.x.x", []),
        ("xxx....", [("2", 4, 2, 6)]),
        ("xxx...", [("2", 4, 2, None)]),
        ("xxx....xxx", [("2", 4, 2, 6), ("9", 1, 9, None)]),
    ],
)
def test_three_among_the_last_six(line: str, found: list[tuple[str, int, int, int | None]]) -> None:
    assert shown(among_the_last(steps(line), lambda policy: 3, lambda policy: 6)) == found


def test_what_is_only_still_so_got_no_worse() -> None:
    [found] = among_the_last(steps("xxx.."), lambda policy: 3, lambda policy: 6)
    assert (found.since, found.latest) == (2, 2)
    [found] = among_the_last(steps("xxx.x"), lambda policy: 3, lambda policy: 6)
    assert (found.since, found.latest) == (2, 4)


@pytest.mark.parametrize("line", ["x" * 60, ("xxx" + "." * 7) * 5, "xx.x" * 20, "." * 50 + "xxx"])
@pytest.mark.parametrize("more", ["x", ".", "x.x", ".......", "xxx"])
def test_what_is_kept_finds_the_same_later(line: str, more: str) -> None:
    for find in (
        lambda taken: in_a_row(taken, lambda policy: 2),
        lambda taken: among_the_last(taken, lambda policy: 3, lambda policy: 6),
    ):
        before = steps(line)
        later = [step._replace(name=f"late {step.name}") for step in steps(more)]
        kept = reaching(before, find(before))
        assert len(kept) <= LONGEST_LOOK or find(before)[-1].ended is None
        lasting = [each for each in find([*before, *later]) if each.ended not in before]
        assert [each for each in find([*kept, *later]) if each.ended not in before] == lasting
