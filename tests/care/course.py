"""A course of sessions, one a day at 18:00, written as a line of standings.

`+` attended, `-` absent without a word, `e` absent and excused, `p` absent and announced too
late (pending), `v` void, `?` nobody can tell, `h` half of it, `g` attended as a guest,
`m` attended to make up for another, `.` a day without one, `>` still to come.
"""

from collections.abc import Mapping
from typing import Any

from schemas.care import AbsenceNotified
from tests.builders import when
from tests.care.person import Person, days_later, fact

STANDINGS: Mapping[str, str] = {
    **dict.fromkeys("-epv?", "absent"),
    **dict.fromkeys("+gm", "attended"),
    "h": "partial",
    ">": "expected",
}
FIELDS: Mapping[str, dict[str, Any]] = {
    "v": {"void_reason": "cancelled"},
    "?": {"needs_review": "no_host_seen"},
    "g": {"rostered": False, "guest": True, "identified": True},
    "m": {"make_up": True},
}


def course(
    line: str,
    person: Person | None = None,
    first: str = "03-02",
    each: Mapping[str, Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Person:
    """Sessions `s1`, `s2`, … by day from `first` on, a Monday; `each` has fields by name."""
    person = person or Person()
    number = 0
    for days, code in enumerate(line):
        if code == ".":
            continue
        number += 1
        name, day = f"s{number}", days_later(first, days)
        if code == "e":
            person.say(fact(AbsenceNotified, f"{days_later(first, days - 2)} 18:00", session=name))
        if code == "p":
            person.say(fact(AbsenceNotified, f"{day} 17:00", session=name))
        own = {**FIELDS.get(code, {}), **fields, **(each or {}).get(name, {})}
        person.session(name, f"{day} 18:00", STANDINGS[code], **own)
    return person


def after(line: str, first: str = "03-02") -> str:
    """The evening of the last day of a course, when its results are there."""
    day = f"{days_later(first, len(line) - 1)} 21:00"
    assert when(day)
    return day
