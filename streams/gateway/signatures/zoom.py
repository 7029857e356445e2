"""Zoom: `x-zm-signature: v0=` and the hex HMAC of `v0:TIMESTAMP:BODY`.

Its challenge (`endpoint.url_validation`), repeated every 72 hours, is signed like all else and
answered with the HMAC of its token under the secret that signed it.
Source: Zoom's pages "Using webhooks" and "Resolving webhook delays".
"""

import hmac
from collections.abc import Sequence

from msgspec import Struct
from msgspec.json import encode

from schemas.platforms.reading import Name, reader
from schemas.platforms.source import NotUnderstoodError
from streams.gateway.signatures.checks import (
    SIGNED_ONCE,
    header,
    mark,
    plain,
    signing_key,
    unix_ms,
)
from streams.gateway.signatures.scheme import Answer, Forged, Request, Verdict, Verified

WINDOW = SIGNED_ONCE
CHALLENGE = "endpoint.url_validation"


class Token(Struct, frozen=True, rename="camel"):
    """A text to be signed, to show that this is the door that holds the secret."""

    plain_token: Name


class Challenge(Struct, frozen=True):
    """Zoom's question whether this is the door."""

    event: str
    payload: Token


class Event(Struct, frozen=True):
    """Which event it is."""

    event: str


class Signed(Struct, frozen=True, rename="camel"):
    """The answer."""

    plain_token: str
    encrypted_token: str


_event = reader(Event)
_challenge = reader(Challenge)


def verify(request: Request, secrets: Sequence[bytes]) -> Verdict:
    """Whether Zoom sent it."""
    signature, timestamp = (
        header(request, f"x-zm-{n}") for n in ("signature", "request-timestamp")
    )
    if signature is None or timestamp is None:
        return Forged(401, "missing_signature")
    signed_at = unix_ms(timestamp)
    if signed_at is None or not signature.startswith("v0="):
        return Forged(401, "malformed_signature")
    message = b"v0:%b:%b" % (timestamp.encode(), request.body)
    key = signing_key(secrets, plain, message, _written, (signature,))
    if key is None:
        return Forged(401, "wrong_signature")
    if stale := WINDOW.refusal(signed_at, request.at):
        return stale
    if CHALLENGE.encode() in request.body and _asks(request.body):
        return _answer(request.body, key)
    return Verified(mark("zoom", request), (request.body,))


def _written(mac: bytes) -> bytes:
    return f"v0={mac.hex()}".encode()


def _asks(body: bytes) -> bool:
    try:
        return _event(body).event == CHALLENGE
    except NotUnderstoodError:
        return False


def _answer(body: bytes, key: bytes) -> Verdict:
    try:
        token = _challenge(body).payload.plain_token
    except NotUnderstoodError:
        return Forged(400, "malformed_challenge")
    proof = hmac.digest(key, token.encode(), "sha256").hex()
    return Answer(200, encode(Signed(token, proof)), "application/json")
