"""Key: the secret under which what platforms call somebody becomes a pseudonym.

A pseudonym is `par-KEY-DIGITS` (`con-`, `ses-`, `room-`): the key's id, by which it can be told
which key made it, and 80 bits of HMAC-SHA256. Without the key nobody can tell whose it is, not
even by trying every address there is; so the key stays where the platform's files stay.
"""

import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.platforms.source import Thing

LEAST_BYTES = 32
MOST_BYTES = 4096
DIGITS = 20
KEY_DIGITS = 6
ADDRESS = "address"

PREFIXES: Mapping[Thing, str] = {
    "participant": "par",
    "connection": "con",
    "session": "ses",
    "room": "room",
}


class KeyFileError(Exception):
    """A key file that cannot be used; the message is one line and holds nothing of the key."""


@dataclass(frozen=True)
class Pseudonyms:
    """A `Naming` for one platform.

    Ids of two platforms never meet, but an address is somebody's on every platform, in capitals
    or not.
    """

    key: bytes = field(repr=False)
    platform: str

    def __call__(self, thing: Thing, name: str) -> str:
        """The pseudonym of `name`."""
        scope = self.platform
        if thing == "participant" and "@" in name:
            scope, name = ADDRESS, name.strip().casefold()
        digits = _digest(self.key, thing, scope, name)[:DIGITS]
        return f"{PREFIXES[thing]}-{key_id(self.key)}-{digits}"


def key_id(key: bytes) -> str:
    """What tells keys apart, and nothing of what they are."""
    return _digest(key, "key")[:KEY_DIGITS]


def new_key(file: Path) -> str:
    """Make `file` with a new key that only its owner may read; gives the key's id.

    Raises OSError, also if there is such a file: a key that is lost cannot be made again.
    """
    key = secrets.token_bytes(LEAST_BYTES)
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    return key_id(key)


def read_key(file: Path) -> bytes:
    """The key in `file`, every byte of it. Raises KeyFileError, or OSError if it is unreadable."""
    with file.open("rb") as text:
        status = os.fstat(text.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileError(f"{file}: not a file")
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise KeyFileError(f"{file}: others may read it; chmod 600 it, or make a new key")
        key = text.read(MOST_BYTES + 1)
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise KeyFileError(f"{file}: a key has {LEAST_BYTES} to {MOST_BYTES} bytes")
    return key


def _digest(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\0".join(parts).encode(), "sha256").hexdigest()
