"""Naming: what a platform calls somebody or something, as a pseudonym.

A pseudonym is `par-KEY-DIGITS` (`sta-`, `con-`, `ses-`, `room-`, `id-`): the key's id, by which
it can be told which key made it, and 80 bits of HMAC-SHA256. Without the key nobody can tell
whose it is, not even by trying every address there is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.platforms.source import Thing
from streams.pseudonyms.ring import ID, Key, Ring

DIGITS = 20
ADDRESS = "address"
PEOPLE = frozenset({"participant", "staff"})

PREFIXES: Mapping[Thing, str] = {
    "participant": "par",
    "staff": "sta",
    "connection": "con",
    "session": "ses",
    "room": "room",
    "code": "id",
}

_PSEUDONYM = re.compile(f"([a-z]+)-({ID.pattern})-[0-9a-f]{{{DIGITS}}}")


@dataclass(frozen=True)
class Pseudonyms:
    """A `Naming` for one platform.

    Ids of two platforms never meet, but an address is somebody's on every platform, in capitals
    or not.
    """

    key: Key
    platform: str

    def __call__(self, thing: Thing, name: str) -> str:
        """The pseudonym of `name`."""
        scope = self.platform
        if thing in PEOPLE and "@" in name:
            scope, name = ADDRESS, name.strip().casefold()
        # Also of what no UTF-8 can hold: a name is never the reason that something fails.
        said = f"{thing}\0{scope}\0{name}".encode(errors="surrogatepass")
        return f"{PREFIXES[thing]}-{self.key.id}-{self.key.digest(said)[:DIGITS]}"


def key_of(pseudonym: str, ring: Ring) -> Key | None:
    """Which key of the ring made `pseudonym`, as far as its form tells."""
    found = _PSEUDONYM.fullmatch(pseudonym)
    return None if found is None else ring.key(found[2])
