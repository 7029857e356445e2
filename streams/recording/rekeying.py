"""Rekeying: whoever is known by a name under an older key is known under the newest one, too."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from schemas.identity import Identity
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.naming import Pseudonyms, key_of
from streams.pseudonyms.ring import Key, Ring
from streams.recording.settling import named

UNNAMED = "unnamed"


class Rekeyed(NamedTuple):
    """The identities to be told, and how it stands with the names.

    `known` are told under the newest key already, or were taken back; `unknown` are known under
    no key. `needed` has for each older key how many aliases that belong to somebody are of names
    that were not given: these resolve under it alone.
    """

    told: list[Identity]
    known: int
    unknown: int
    needed: Mapping[str, int]


def rekeyed(
    names: Iterable[str],
    platforms: Collection[str],
    ring: Ring,
    identities: Identities,
    about: Mapping[str, Any],
) -> Rekeyed:
    """What is to be told so that `names`, on each of `platforms`, resolve under the newest key.

    `about` are the source and the instant of what is told. Whatever was said of a name last,
    under the newest of the keys, is said again; what was taken back stays so.
    """
    told: dict[str, Identity] = {}
    explained: set[str] = set()
    known: set[str] = set()
    unknown = 0
    for name in dict.fromkeys(names):
        found = False
        for platform in platforms:
            aliases = [Pseudonyms(key, platform)("participant", name) for key in ring.newest_first]
            explained.update(aliases)
            said = [each for each in map(identities.newest, aliases) if each is not None]
            if not said:
                continue
            found = True
            if said[0].alias == aliases[0] or said[0].withdrawn:
                known.add(aliases[0])
            else:
                told[aliases[0]] = _again(aliases[0], said[0].participant, about)
        unknown += not found
    return Rekeyed(list(told.values()), len(known), unknown, _needed(ring, identities, explained))


def _again(alias: str, participant: str, about: Mapping[str, Any]) -> Identity:
    identity = Identity(id=UNNAMED, alias=alias, participant=participant, **about)
    again: Identity = named(identity, 0)
    return again


def _needed(ring: Ring, identities: Identities, explained: set[str]) -> dict[str, int]:
    needed = {key.id: 0 for key in ring.newest_first[1:]}
    for alias in identities.aliases():
        key: Key | None = key_of(alias, ring)
        if key is not None and key.id in needed and alias not in explained:
            needed[key.id] += 1
    return needed
