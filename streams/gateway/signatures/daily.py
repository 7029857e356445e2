"""Daily: `X-Webhook-Signature`, the base64 HMAC of `TIMESTAMP.BODY` under a base64 secret.

The first delivery, `{"test":"test"}`, comes while the webhook is being made, before anybody
knows its secret: it is answered whoever asks, since nothing is stored of it.
Source: Daily's page "Webhooks", which does not say what a retry bears.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from schemas.platforms.reading import reader
from schemas.platforms.source import NotUnderstoodError
from streams.gateway.signatures.checks import (
    SIGNED_ONCE,
    header,
    mark,
    of_base64,
    signing_key,
    unix_ms,
)
from streams.gateway.signatures.scheme import Answer, Forged, Request, Verdict, Verified

WINDOW = SIGNED_ONCE
LONGEST_TEST = 64


class Test(Struct, frozen=True, forbid_unknown_fields=True):
    """Daily's question whether this is the door."""

    test: Literal["test"]


_test = reader(Test)


def verify(request: Request, secrets: Sequence[bytes]) -> Verdict:
    """Whether Daily sent it."""
    if _asks(request.body):
        return Answer(200, b"{}", "application/json")
    signature = header(request, "x-webhook-signature")
    timestamp = header(request, "x-webhook-timestamp")
    if signature is None or timestamp is None:
        return Forged(401, "missing_signature")
    signed_at = unix_ms(timestamp)
    if signed_at is None:
        return Forged(401, "malformed_signature")
    message = b"%b.%b" % (timestamp.encode(), request.body)
    if signing_key(secrets, of_base64, message, b64encode, (signature,)) is None:
        return Forged(401, "wrong_signature")
    if stale := WINDOW.refusal(signed_at, request.at):
        return stale
    return Verified(mark("daily", request), (request.body,))


def _asks(body: bytes) -> bool:
    if len(body) > LONGEST_TEST:
        return False
    try:
        _test(body)
    except NotUnderstoodError:
        return False
    return True
