"""BigBlueButton: a checksum in the query, or the shared secret itself as a bearer token.

The checksum is the hex digest of callback URL, body and shared secret; which digest, its length
says. Before version 3 of the sender the body stood in it as JSON, though it is sent as a form.
Versions between the two forgot the body, and what they send is refused: there, `auth2_0` helps.

A sender takes a 401 for a success, so that the forged are answered 403. It gives each delivery
the time it was first tried at, and a permanent hook tries again for as long as the door is shut.
Source: `callback-emitter.js` of bbb-webhooks, and its predecessors.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha1, sha256, sha384, sha512
from typing import Any

from schemas.instants import DAY_MS, MINUTE_MS
from schemas.platforms.form import unescaped
from streams.gateway.signatures.checks import Window, bearer, mark, plain, same
from streams.gateway.signatures.scheme import Forged, Request, Verdict, Verified

WINDOW = Window(DAY_MS, 5 * MINUTE_MS)

DIGESTS: Mapping[int, Callable[[bytes], Any]] = {40: sha1, 64: sha256, 96: sha384, 128: sha512}
"""By the digits of a checksum; senders use SHA-1 unless they are told otherwise."""

LEGACY_FIELDS = (["event", "timestamp"], ["event", "timestamp", "domain"])

_TIMESTAMP = re.compile(rb"(?:\A|&)timestamp=([1-9][0-9]{12})(?=&|\Z)")


def verify(request: Request, secrets: Sequence[bytes]) -> Verdict:
    """Whether a BigBlueButton server sent it; for raw and mapped events alike."""
    checksum, token = request.query.get("checksum", ""), bearer(request)
    if not checksum and token is None:
        return Forged(403, "missing_signature")
    times = _TIMESTAMP.findall(request.body)
    if len(times) != 1:
        return Forged(403, "malformed_signature")
    if not any(
        _summed(request, key, checksum) or same(token, key)
        for key in filter(None, map(plain, secrets))
    ):
        return Forged(403, "wrong_signature")
    if stale := WINDOW.refusal(int(times[0]), request.at):
        return Forged(403, stale.code)
    return Verified(mark("bigbluebutton", request), (request.body,))


def _summed(request: Request, key: bytes, checksum: str) -> bool:
    digest = DIGESTS.get(len(checksum))
    return digest is not None and any(
        same(checksum, digest(request.url.encode() + text + key).hexdigest().encode())
        for text in _texts(request.body)
    )


def _texts(body: bytes) -> Iterator[bytes]:
    """How the body may stand in a checksum."""
    yield body
    legacy = _as_json(body)
    if legacy is not None:
        yield legacy


def _as_json(form: bytes) -> bytes | None:
    """The form as `JSON.stringify` writes its fields, the time as a number."""
    pairs = [pair.partition(b"=") for pair in form.split(b"&")]
    try:
        fields = {name.decode(): unescaped(value).decode() for name, _, value in pairs}
    except UnicodeDecodeError:
        return None
    if len(fields) != len(pairs) or list(fields) not in LEGACY_FIELDS:
        return None
    told = {**fields, "timestamp": int(fields["timestamp"])}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
