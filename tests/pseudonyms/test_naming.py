"""Pseudonyms: the same name is the same for ever, and nothing else is."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from schemas.checking import pseudonymous
from schemas.platforms.source import Thing
from streams.pseudonyms.naming import PREFIXES, Pseudonyms, key_of
from streams.pseudonyms.ring import Key
from tests.pseudonyms.rings import NEW, OLD, RING, keys, names

things = st.sampled_from(get_args(Thing))
platforms = st.sampled_from(("zoom", "daily", "jitsi"))
plain = names.filter(lambda name: "@" not in name)
addresses = st.from_regex(r"[a-z0-9.]{1,20}@[a-z0-9]{1,10}\.example", fullmatch=True)


def test_every_thing_has_a_prefix_of_its_own() -> None:
    assert PREFIXES.keys() == set(get_args(Thing))
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_a_pseudonym_stays_what_it_is() -> None:
    """Written down: another way to make them would make strangers of everybody."""
    key = Key.of(b"k" * 32, 0)
    assert key.id == "b07074"
    assert (
        Pseudonyms(key, "zoom")("participant", "REGISTRANT-1") == "par-b07074-75c26e601ff3752d5e88"
    )
    address = "par-b07074-23ddef4092bae91bec67"
    assert Pseudonyms(key, "zoom")("participant", "person-17@example.org") == address


@given(keys, platforms, things, names)
def test_the_same_name_is_the_same_pseudonym(
    key: Key, platform: str, thing: Thing, name: str
) -> None:
    made = Pseudonyms(key, platform)(thing, name)
    again = Key.of(key.secret, key.starts_at + 1)
    assert Pseudonyms(again, platform)(thing, name) == made
    assert pseudonymous(made)
    assert len(made) == len(PREFIXES[thing]) + 28


@given(
    st.lists(st.tuples(keys, platforms, things, plain), min_size=2, max_size=8, unique=True),
)
def test_different_names_things_platforms_or_keys_are_different(
    asked: list[tuple[Key, str, Thing, str]],
) -> None:
    made = {Pseudonyms(key, platform)(thing, name) for key, platform, thing, name in asked}
    assert len(made) == len(asked)


@given(keys, addresses, st.sampled_from(("participant", "staff")), st.data())
def test_an_address_is_somebodys_on_every_platform_in_any_letters(
    key: Key, address: str, thing: Thing, data: st.DataObject
) -> None:
    letters = [data.draw(st.sampled_from((each, each.upper()))) for each in address]
    written = f" {''.join(letters)}\n"
    assert Pseudonyms(key, "zoom")(thing, written) == Pseudonyms(key, "daily")(thing, address)


@given(keys, addresses)
def test_an_address_of_a_thing_is_the_platforms(key: Key, address: str) -> None:
    for thing in set(get_args(Thing)) - {"participant", "staff"}:
        one, other = (Pseudonyms(key, platform)(thing, address) for platform in ("zoom", "daily"))
        assert one != other


@given(things, names)
def test_it_is_told_which_key_made_it(thing: Thing, name: str) -> None:
    made = Pseudonyms(OLD, "zoom")(thing, name)
    assert key_of(made, RING) == OLD


def test_what_looks_like_a_pseudonym_and_is_none_of_the_ring() -> None:
    made = Pseudonyms(NEW, "zoom")("participant", "A")
    stranger = Pseudonyms(Key.of(b"s" * 32, 0), "zoom")("participant", "A")
    for name in (stranger, made.upper(), made[:-1], f"{made}0", f"{made}\n", f" {made}", "par-1"):
        assert key_of(name, RING) is None
    assert key_of(made, RING) == NEW
