"""Names: who is known is who they are, under whichever key; all else under the key in force."""

from datetime import UTC, datetime
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from schemas.identity import Identity
from schemas.platforms.source import Thing
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.names import Names
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Key, Ring
from tests.pseudonyms.rings import MIDDLE, NEW, OLD, RING, names, rings

AT = datetime(2026, 1, 1, tzinfo=UTC)
NAME = "REGISTRANT-1"


def identity(alias: str, participant: str = "par-1", **more: Any) -> Identity:
    return Identity(id="i", source="roster", at=AT, alias=alias, participant=participant, **more)


def alias(key: Key, name: str = NAME, platform: str = "zoom") -> str:
    return Pseudonyms(key, platform)("participant", name)


records = st.lists(
    st.builds(
        Identity,
        id=st.just("i"),
        source=st.just("roster"),
        at=st.just(AT),
        alias=st.sampled_from(("a", "b", "c")),
        participant=st.sampled_from(("par-1", "par-2")),
        revision=st.integers(0, 3),
        withdrawn=st.booleans(),
    ),
    max_size=12,
)


@given(records, st.data())
def test_identities_depend_on_neither_order_nor_repetition(
    said: list[Identity], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(said), max_size=6)) if said else []
    shuffled = data.draw(st.permutations([*said, *again]))
    one, other = Identities(said), Identities(shuffled)
    assert [one.newest(each) for each in "abc"] == [other.newest(each) for each in "abc"]
    assert sorted(one.aliases()) == sorted(other.aliases())
    assert not any(other.take(each) for each in said)


@given(records)
def test_the_highest_revision_of_an_alias_holds(said: list[Identity]) -> None:
    table = Identities(said)
    assert len(table) == len({each.alias for each in said})
    for name in "abc":
        highest = max((each.revision for each in said if each.alias == name), default=None)
        newest = [each for each in said if each.alias == name and each.revision == highest]
        holders = {each.participant for each in newest if not each.withdrawn}
        if any(each.withdrawn for each in newest) or not newest:
            assert table.participant(name) is None
        else:
            assert table.participant(name) in holders


def test_what_is_taken_back_can_be_said_again() -> None:
    table = Identities([identity("a"), identity("a", revision=1, withdrawn=True)])
    assert table.participant("a") is None
    assert table.take(identity("a", "par-2", revision=2))
    assert table.participant("a") == "par-2"


@given(rings, names, st.data())
def test_a_name_resolves_under_every_key_of_the_ring(
    ring: Ring, name: str, data: st.DataObject
) -> None:
    known = data.draw(st.sampled_from(ring.newest_first))
    asked_at = data.draw(st.sampled_from(ring.newest_first)).starts_at
    table = Identities([identity(alias(known, name))])
    assert Names(ring, table, "zoom").at(asked_at)("participant", name) == "par-1"


@given(rings, names)
def test_who_is_not_known_has_a_pseudonym_under_the_key_in_force(ring: Ring, name: str) -> None:
    names_of = Names(ring, Identities(), "zoom")
    for key in ring.newest_first:
        for ms in (key.starts_at, key.starts_at + 86_400_000 - 1):
            for thing in get_args(Thing):
                assert names_of.at(ms)(thing, name) == Pseudonyms(key, "zoom")(thing, name)


@given(rings, st.sampled_from([each for each in get_args(Thing) if each != "participant"]))
def test_only_participants_are_known(ring: Ring, thing: Thing) -> None:
    made = {Pseudonyms(key, "zoom")(thing, NAME) for key in ring.newest_first}
    table = Identities(identity(each) for each in made)
    assert Names(ring, table, "zoom").at(0)(thing, NAME) in made


def test_the_newest_key_under_which_something_is_said_decides() -> None:
    table = Identities([identity(alias(OLD), "par-old"), identity(alias(MIDDLE), "par-middle")])
    asked = Names(RING, table, "zoom")
    assert asked.participant(NAME) == "par-middle"
    table.take(identity(alias(NEW), "par-new", withdrawn=True))
    assert asked.participant(NAME) is None
    assert asked.at(NEW.starts_at)("participant", NAME) == alias(NEW)
    assert asked.at(OLD.starts_at)("participant", NAME) == alias(OLD)


def test_a_session_that_runs_across_a_rotation_keeps_its_ids() -> None:
    """By the key of its planned start; by the time of each event it would be two of everybody."""
    asked = Names(RING, Identities(), "zoom")
    start, later = NEW.starts_at - 3_600_000, NEW.starts_at + 3_600_000
    joined, left = (asked.at(start)("connection", NAME) for _ in range(2))
    assert joined == left != asked.at(later)("connection", NAME)
    known = Names(RING, Identities([identity(alias(OLD))]), "zoom")
    assert known.at(start)("participant", NAME) == known.at(later)("participant", NAME)


def test_an_alias_of_an_alias_is_one_step() -> None:
    table = Identities([identity(alias(NEW), "par-1"), identity("par-1", "par-2")])
    assert Names(RING, table, "zoom").at(0)("participant", NAME) == "par-1"


def test_a_key_that_is_gone_knows_nobody_any_more() -> None:
    table = Identities([identity(alias(OLD))])
    assert Names(Ring.of((MIDDLE, NEW)), table, "zoom").participant(NAME) is None


def test_a_pseudonym_that_comes_as_a_name_is_a_name() -> None:
    table = Identities([identity(alias(OLD))])
    naming = Names(RING, table, "zoom").at(NEW.starts_at)
    assert naming("participant", alias(OLD)) == Pseudonyms(NEW, "zoom")("participant", alias(OLD))
