"""Ring: the keys of a tenant, each in force from an instant on.

A ring file is TOML that nobody but its owner may read:

    [[key]]
    id = "4f0c2a"
    from = 2026-03-02T03:00:00Z
    secret = "…base64 of at least 32 bytes…"

The id follows from the secret, so that no two keys share one and a damaged secret is seen. Keys
that are no longer in force stay in the ring for as long as something is known by them.
"""

import base64
import binascii
import hmac
import os
import re
import stat
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from schemas.instants import milliseconds, plausible, rfc3339

LEAST_BYTES = 32
MOST_BYTES = 4096
MOST_FILE_BYTES = 1 << 20
ID_DIGITS = 6
FIELDS = frozenset({"id", "from", "secret"})
ID = re.compile(f"[0-9a-f]{{{ID_DIGITS}}}")

_LINE = re.compile(r"\(at (line [0-9]+)")


class RingError(Exception):
    """A key ring that cannot be used; the message is one line and holds nothing of a secret."""


@dataclass(frozen=True)
class Key:
    """A secret that pseudonyms are made with; `starts_at` (ms) is when it comes into force."""

    id: str
    secret: bytes = field(repr=False)
    starts_at: int

    @classmethod
    def of(cls, secret: bytes, starts_at: int) -> "Key":
        """The key with this secret, and the id that follows from it."""
        return cls(cls("", secret, 0).digest(b"key")[:ID_DIGITS], secret, starts_at)

    def digest(self, said: bytes) -> str:
        """The HMAC-SHA256 of `said`, in hexadecimal digits."""
        mac = self._mac.copy()
        mac.update(said)
        return mac.hexdigest()

    @cached_property
    def _mac(self) -> hmac.HMAC:
        # Begun once: to begin is half of the work, and the door does this for every name.
        return hmac.new(self.secret, digestmod="sha256")


@dataclass(frozen=True)
class Ring:
    """The keys of a tenant, at least one, the newest first."""

    newest_first: tuple[Key, ...]

    @classmethod
    def of(cls, keys: Iterable[Key]) -> "Ring":
        """A ring of `keys` in any order; raises RingError for none, or two that are alike."""
        ordered = sorted(keys, key=lambda key: key.starts_at, reverse=True)
        if not ordered:
            raise RingError("there is no key in it")
        if len({key.id for key in ordered}) < len(ordered):
            raise RingError("id: two keys are the same")
        if len({key.starts_at for key in ordered}) < len(ordered):
            raise RingError("from: two keys come into force at once")
        return cls(tuple(ordered))

    @property
    def newest(self) -> Key:
        """The key that came last, in force already or not yet."""
        return self.newest_first[0]

    def at(self, ms: int) -> Key:
        """The key in force at `ms`; the oldest one also serves all that was before it."""
        held = (key for key in self.newest_first if key.starts_at <= ms)
        return next(held, self.newest_first[-1])

    def key(self, key_id: str) -> Key | None:
        """The key with this id, if it is in the ring."""
        return next((key for key in self.newest_first if key.id == key_id), None)


def read_ring(file: Path) -> Ring:
    """The key ring in `file`. Raises RingError, or OSError if it cannot be read."""
    with file.open("rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise RingError(f"{file}: not a file")
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise RingError(f"{file}: others may read or write it; chmod 600 it, or make new keys")
        content = opened.read(MOST_FILE_BYTES + 1)
    try:
        return Ring.of(_keys(content))
    except RingError as error:
        # The cause would show what was read.
        raise RingError(f"{file}: {error}") from None


def ring_text(ring: Ring) -> str:
    """The file of a ring, the oldest key first."""
    lines = ["# Whoever has these secrets can tell whose a pseudonym is. See `rollcall keys`."]
    for key in reversed(ring.newest_first):
        secret = base64.b64encode(key.secret).decode()
        starts_at = rfc3339(key.starts_at)
        lines += ["", "[[key]]", f'id = "{key.id}"', f"from = {starts_at}", f'secret = "{secret}"']
    return "\n".join([*lines, ""])


def _keys(content: bytes) -> list[Key]:
    if len(content) > MOST_FILE_BYTES:
        raise RingError("too long for a key ring")
    try:
        table = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        # No word of the parser's own: it may quote what it stumbled over.
        line = _LINE.search(str(error))
        raise RingError("not TOML" + (f": {line[1]}" if line else "")) from None
    entries = table.pop("key", None)
    if table or not isinstance(entries, list):
        raise RingError("a key ring has [[key]] and nothing else")
    return [_key(number, entry) for number, entry in enumerate(entries, 1)]


def _key(number: int, entry: Any) -> Key:
    place = f"key {number}"
    if not isinstance(entry, dict) or set(entry) != FIELDS:
        raise RingError(f"{place}: a key has `id`, `from` and `secret`, and nothing else")
    starts_at, secret = entry["from"], entry["secret"]
    if not isinstance(starts_at, datetime) or starts_at.tzinfo is None:
        raise RingError(f"{place}: from: not an instant such as 2026-03-02T03:00:00Z")
    if not plausible(starts_at):
        raise RingError(f"{place}: from: must lie between 2000 and 2200")
    try:
        known = base64.b64decode(secret, validate=True) if isinstance(secret, str) else b""
    except (binascii.Error, ValueError):
        raise RingError(f"{place}: secret: not base64") from None
    if not LEAST_BYTES <= len(known) <= MOST_BYTES:
        raise RingError(f"{place}: secret: has {LEAST_BYTES} to {MOST_BYTES} bytes, as base64")
    key = Key.of(known, milliseconds(starts_at))
    if entry["id"] != key.id:
        raise RingError(f"{place}: id: the secret is damaged, or its id is {key.id}")
    return key
