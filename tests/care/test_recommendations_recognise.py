"""What is worth a good word, and until when (measures.md 4)."""

from datetime import timedelta

import pytest

from tests.builders import when
from tests.care.person import Known, Person, utc


def what(known: Known) -> list[str]:
    """What the reasons are, by name."""
    [found] = [each for each in known.recommendations if each.kind == "recognise"]
    return sorted(each.what for each in found.reasons)


WEEKS = {"M": ("++++", 120), "F": ("++++", 120), "P": ("++++-", 120), "B": ("+++-", 120)}


def months(weeks: str, longer: int = 0) -> Known:
    """Weeks of four or five sessions: `M` met, `P` passed, `B` below; the last one is longer."""
    person = Person()
    for number, week in enumerate(weeks):
        line, minutes = WEEKS[week]
        last = number == len(weeks) - 1
        first = (utc(2026, 3, 2) + timedelta(weeks=number)).strftime("%m-%d")
        person_line(person, f"w{number}", line, first, minutes + (longer if last else 0))
    return person.look(utc(2026, 3, 9) + timedelta(weeks=len(weeks) - 1))


def person_line(person: Person, week: str, line: str, first: str, minutes: int) -> None:
    for day, code in enumerate(line):
        starts = when(f"{first} 18:00") + timedelta(days=day)
        standing = "attended" if code == "+" else "partial"
        person.session(f"{week}d{day}", starts, standing, minutes, findings=[])


@pytest.mark.parametrize(
    ("weeks", "longer", "praise"),
    [
        ("M", 0, ["full_week"]),
        ("P", 0, []),
        ("B", 0, []),
        ("BM", 0, ["back_on_track", "full_week"]),
        ("BP", 0, ["back_on_track"]),
        ("PM", 0, ["full_week"]),
        ("MM", 1, ["full_week"]),
        ("MMM", 0, ["full_week"]),
        ("MMM", 1, ["full_week", "personal_best"]),
        ("MMMM", 0, ["four_weeks_met", "full_week"]),
        ("MMMMM", 0, ["full_week"]),
        ("MMMMMMMM", 0, ["four_weeks_met", "full_week"]),
        ("BMMM", 0, ["full_week"]),
    ],
)
def test_what_went_well(weeks: str, longer: int, praise: list[str]) -> None:
    known = months(weeks, longer)
    assert ("recognise" in known.open) is bool(praise)
    if praise:
        assert what(known) == praise


def test_praise_ends_with_the_next_week() -> None:
    assert months("M").recommended("recognise") == "opened"
    assert months("MB").recommended("recognise") == "resolved"
