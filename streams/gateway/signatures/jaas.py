"""JaaS: `X-Jaas-Signature: t=TIMESTAMP,v1=` and the base64 HMAC of `TIMESTAMP.BODY`.

There may be several signatures, and those of other schemes than v1 are passed over. The key is
the secret as the console shows it. Seconds are documented as the time, milliseconds are seen.
Source: 8x8's page "Check the webhook signatures", which does not say what a retry bears.
"""

from base64 import b64encode
from collections.abc import Sequence

from streams.gateway.signatures.checks import (
    SIGNED_ONCE,
    header,
    mark,
    plain,
    signing_key,
    unix_ms,
)
from streams.gateway.signatures.scheme import Forged, Request, Verdict, Verified

WINDOW = SIGNED_ONCE


def verify(request: Request, secrets: Sequence[bytes]) -> Verdict:
    """Whether JaaS sent it."""
    value = header(request, "x-jaas-signature")
    if value is None:
        return Forged(401, "missing_signature")
    elements = [element.lstrip(" ").partition("=") for element in value.split(",")]
    times = [rest for name, _, rest in elements if name == "t"]
    signatures = [rest for name, _, rest in elements if name == "v1"]
    signed_at = unix_ms(times[0]) if len(times) == 1 else None
    if signed_at is None or not signatures:
        return Forged(401, "malformed_signature")
    message = b"%b.%b" % (times[0].encode(), request.body)
    if signing_key(secrets, plain, message, b64encode, signatures) is None:
        return Forged(401, "wrong_signature")
    if stale := WINDOW.refusal(signed_at, request.at):
        return stale
    return Verified(mark("jaas", request), (request.body,))
