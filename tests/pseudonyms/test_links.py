"""Which of the names that a platform tells of one person the roster has."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.visit import Visit
from schemas.telemetry import Identified, Joined
from streams.pseudonyms.links import settled

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)
ROSTER = {"alice": "alice", "bob": "bob", "mail-of-alice": "alice"}
"""Whom a name stands for; all other names are nobody's whom the roster knows."""


def told(first: str, *others: str) -> list[tuple[str, str]]:
    """Each link (alias, participant), then who joined, of somebody with these names."""
    deed = Visit("zoom", "ses-1", first, "con-1").at(AT)
    records = [*(deed.belongs_to(first, other) for other in others), deed.joined()]
    found = settled(records, ROSTER.get)
    links = [(each.alias, each.participant) for each in found if isinstance(each, Identified)]
    (joined,) = (each for each in found if isinstance(each, Joined))
    return [*links, ("joined", joined.participant)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("reg-1",), [("joined", "reg-1")]),
        (("reg-1", "mail-1"), [("mail-1", "reg-1"), ("joined", "reg-1")]),
        # The roster knows the first name: the others are aliases of it.
        (("alice", "reg-1"), [("reg-1", "alice"), ("joined", "alice")]),
        # It knows another one: the platform's own name is the alias.
        (("reg-1", "alice"), [("reg-1", "alice"), ("joined", "alice")]),
        (
            ("reg-1", "alice", "guest"),
            [("reg-1", "alice"), ("guest", "alice"), ("joined", "alice")],
        ),
        (
            ("reg-1", "guest", "alice"),
            [("guest", "alice"), ("reg-1", "alice"), ("joined", "alice")],
        ),
        # An alias that nobody has turned into the person yet.
        (("reg-1", "mail-of-alice"), [("reg-1", "alice"), ("joined", "alice")]),
        # Two of the roster are never made one; the name that comes first holds.
        (("alice", "bob"), [("joined", "alice")]),
        (("reg-1", "alice", "bob"), [("reg-1", "alice"), ("joined", "alice")]),
    ],
)
def test_links(names: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert told(*names) == expected


NAMES = st.sampled_from([*ROSTER, "reg-1", "guest"])


@given(st.lists(NAMES, min_size=1, unique=True))
def test_nobody_of_the_roster_becomes_an_alias_or_changes(names: list[str]) -> None:
    *links, (_, joined) = told(*names)
    known = [ROSTER[name] for name in names if name in ROSTER]
    assert joined == (known[0] if known else names[0])
    assert not {alias for alias, _ in links} & {"alice", "bob"}
    assert {person for _, person in links} <= {joined}
    # A second time changes nothing.
    deed = Visit("zoom", "ses-1", names[0], "con-1").at(AT)
    records = [*(deed.belongs_to(names[0], other) for other in names[1:]), deed.joined()]
    once = settled(records, ROSTER.get)
    assert settled(once, ROSTER.get) == once
