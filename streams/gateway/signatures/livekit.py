"""LiveKit: a JWT in `Authorization`, with or without `Bearer`, signed HS256 with the API secret.

Its issuer is the API key, and its claim `sha256` the standard base64 of the body's SHA-256. It
is good for five minutes, in which LiveKit sends it again on failure, and never after.
Times are compared with when the request came, and not with a clock that PyJWT would read.
Source: `resource_url_notifier.go` of livekit/protocol.
"""

import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import jwt

from schemas.instants import HOUR_MS, MINUTE_MS
from streams.gateway.signatures.checks import header, mark, same
from streams.gateway.signatures.scheme import Code, Forged, Request, Verdict, Verified

LEEWAY_MS = MINUTE_MS
LONGEST_MS = HOUR_MS
"""A token that is good for longer than this from now on was not made by LiveKit for a webhook."""

SHORTEST_SECRET = 32
"""What HS256 asks for (RFC 7518, 3.2), and LiveKit too."""

_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

OPTIONS: Any = {
    f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "sub", "jti")
} | {"verify_signature": True, "verify_iss": True}


class Pair(NamedTuple):
    """An API key, which is no secret, and its secret."""

    key: str
    secret: bytes


def pair(secret: bytes) -> Pair | None:
    """What a line `apikey:secret` holds, if it is one."""
    key, _, value = (part.strip() for part in secret.partition(b":"))
    if not key.isascii() or not key or len(value) < SHORTEST_SECRET:
        return None
    return Pair(key.decode(), value)


def verify(request: Request, secrets: Sequence[bytes]) -> Verdict:
    """Whether LiveKit sent it."""
    token = header(request, "authorization")
    if token is None:
        return Forged(401, "missing_signature")
    token = token.removeprefix("Bearer ")
    if not _canonical(token.rpartition(".")[2]):
        return Forged(401, "malformed_signature")
    for each in filter(None, map(pair, secrets)):
        claims = _claims(token, each)
        if claims is not None:
            wrong = _wrong(claims, request)
            return Forged(401, wrong) if wrong else _verified(request)
    return Forged(401, "wrong_signature")


def _verified(request: Request) -> Verified:
    return Verified(mark("livekit", request), (request.body,))


def _canonical(signature: str) -> bool:
    """Whether a signature is written in the one way in which base64url should write it."""
    if not _SIGNATURE.fullmatch(signature):
        return False
    return urlsafe_b64encode(urlsafe_b64decode(signature + "=")).decode() == signature + "="


def _claims(token: str, pair: Pair) -> Mapping[str, Any] | None:
    try:
        return jwt.decode(
            token, pair.secret, algorithms=["HS256"], issuer=pair.key, options=OPTIONS
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        # The header is decoded before the signature is checked, so that it may be anything; older
        # versions of PyJWT let the last of these through.
        return None


def _wrong(claims: Mapping[str, Any], request: Request) -> Code | None:
    """What is wrong with signed claims, if anything."""
    until, since, digest = claims.get("exp"), claims.get("nbf", 0), claims.get("sha256")
    # A boolean is an int.
    if type(until) is not int or type(since) is not int or type(digest) is not str:
        return "malformed_signature"
    if request.at > until * 1000 + LEEWAY_MS:
        return "too_old"
    if max(since * 1000 - LEEWAY_MS, until * 1000 - LONGEST_MS) > request.at:
        return "from_the_future"
    if not same(digest, b64encode(sha256(request.body).digest())):
        return "wrong_signature"
    return None
