"""Checks: what the schemes share. Comparisons take constant time, and nothing is decoded laxly.

Signatures are compared as the text that they must be, never decoded first: so there is one way
to write each, and a changed bit, an upper-case digit or another alphabet is another signature.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Sequence
from hashlib import sha256
from hmac import compare_digest, digest
from typing import NamedTuple

from schemas.instants import MINUTE_MS
from streams.gateway.signatures.scheme import Forged, Request

SHORTEST = 16
"""Bytes of a secret; platforms give more."""

LONGEST_HEADER = 4_096

_SECONDS_OR_MILLISECONDS = re.compile(r"[1-9][0-9]{9}(?:[0-9]{3})?", re.ASCII)


class Window(NamedTuple):
    """How far (ms) a request's own time may lie from when it came."""

    past_ms: int
    future_ms: int

    def refusal(self, signed_at: int, at: int) -> Forged | None:
        """Why something signed at `signed_at` may not come `at`, if so."""
        if signed_at < at - self.past_ms:
            return Forged(401, "too_old")
        if signed_at > at + self.future_ms:
            return Forged(401, "from_the_future")
        return None


SIGNED_ANEW = Window(5 * MINUTE_MS, 5 * MINUTE_MS)
"""For platforms that sign each attempt, at its own time."""

SIGNED_ONCE = Window(90 * MINUTE_MS, 5 * MINUTE_MS)
"""For those of which nobody knows whether a retry is signed again.

Zoom's last retry comes 85 minutes after the event, and its documentation does not say which
time it bears. To refuse it would lose the event, while a replay within the window changes
nothing: its records have the ids that they had.
"""


def header(request: Request, name: str) -> str | None:
    """A header of sensible length; empty is as good as none."""
    value = request.headers.get(name, "")
    return value if 0 < len(value) <= LONGEST_HEADER else None


def bearer(request: Request) -> str | None:
    """The token of `Authorization: Bearer`."""
    scheme, _, token = (header(request, "authorization") or "").partition(" ")
    return token if token and scheme.lower() == "bearer" else None


def unix_ms(text: str) -> int | None:
    """Unix seconds or milliseconds, told apart by their digits, as milliseconds."""
    if not _SECONDS_OR_MILLISECONDS.fullmatch(text):
        return None
    return int(text) * (1 if len(text) > 10 else 1000)


def plain(secret: bytes) -> bytes | None:
    """The key that a secret is as it stands, if it is one."""
    key = secret.strip()
    return key if len(key) >= SHORTEST else None


def of_base64(secret: bytes) -> bytes | None:
    """The key that a secret is once decoded, if it is one."""
    try:
        key = b64decode(secret.strip(), validate=True)
    except Error:
        return None
    return key if len(key) >= SHORTEST else None


def signing_key(
    secrets: Sequence[bytes],
    key: Callable[[bytes], bytes | None],
    message: bytes,
    written: Callable[[bytes], bytes],
    given: Sequence[str],
) -> bytes | None:
    """The key under which one of `given` is the HMAC-SHA256 of `message`, as it is `written`."""
    for each in filter(None, map(key, secrets)):
        expected = written(digest(each, message, "sha256"))
        if any(same(signature, expected) for signature in given):
            return each
    return None


def same(given: str | None, expected: bytes) -> bool:
    """Whether a text is what is expected, in a time that does not tell where they differ."""
    return given is not None and compare_digest(given.encode("utf-8", "surrogatepass"), expected)


def mark(platform: str, request: Request) -> str:
    """What is the same for every delivery of this request to this door, which is one tenant's."""
    place = [
        text.encode("utf-8", "surrogatepass") for text in (platform, request.url, request.tail)
    ]
    parts = (*place, request.body)
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()
