"""Recall.ai: Standard Webhooks, the base64 HMAC of `ID.TIMESTAMP.BODY` after `v1,`.

Headers begin with `webhook-`; in workspaces made before 15 December 2025 those about bots come
through Svix and begin with `svix-`, signed with another secret. Several signatures are parted by
blanks. Each attempt is signed at its own time.
Source: Recall.ai's page "Verifying webhooks, websockets and callback requests", Svix's docs.
"""

import re
from base64 import b64encode
from collections.abc import Sequence

from streams.gateway.signatures.checks import (
    SIGNED_ANEW,
    header,
    mark,
    of_base64,
    signing_key,
    unix_ms,
)
from streams.gateway.signatures.scheme import Forged, Request, Verdict, Verified

WINDOW = SIGNED_ANEW
FAMILIES = ("webhook", "svix")
PREFIX = b"whsec_"

_ID = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
"""Without dots: they part what is signed."""


def key(secret: bytes) -> bytes | None:
    """The key in `whsec_` and base64, if it is one."""
    secret = secret.strip()
    return of_base64(secret.removeprefix(PREFIX)) if secret.startswith(PREFIX) else None


def verify(request: Request, secrets: Sequence[bytes]) -> Verdict:
    """Whether Recall.ai sent it, by either family of headers."""
    refusals = []
    for family in FAMILIES:
        verdict = _by(family, request, secrets)
        if isinstance(verdict, Verified):
            return verdict
        refusals.append(verdict)
    # Of a family that is not there, nothing is to be told.
    return next((each for each in refusals if each.code != "missing_signature"), refusals[0])


def _by(family: str, request: Request, secrets: Sequence[bytes]) -> Verified | Forged:
    names = ("id", "timestamp", "signature")
    told = [header(request, f"{family}-{name}") or "" for name in names]
    if not all(told):
        return Forged(401, "missing_signature")
    message_id, timestamp, value = told
    signed_at = unix_ms(timestamp)
    signatures = [each[3:] for each in value.split(" ") if each.startswith("v1,")]
    if signed_at is None or not signatures or not _ID.fullmatch(message_id):
        return Forged(401, "malformed_signature")
    message = b"%b.%b.%b" % (message_id.encode(), timestamp.encode(), request.body)
    if signing_key(secrets, key, message, b64encode, signatures) is None:
        return Forged(401, "wrong_signature")
    return WINDOW.refusal(signed_at, request.at) or Verified(
        mark("recall", request), (request.body,)
    )
