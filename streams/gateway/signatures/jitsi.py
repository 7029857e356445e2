"""Jitsi's event_sync: a static header that the operator chose, `Authorization: Bearer TOKEN`.

Nothing is signed and nothing bears a time, so that nothing can be too old: the line must be
private, and a replay brings records that have the ids they had. What happened is said by the
path, and goes with the body into the envelope that the adapter takes; a body that names its
event needs none.
Source: `mod_event_sync_component.lua` of jitsi-contrib.
"""

from collections.abc import Sequence

from streams.gateway.signatures.checks import bearer, mark, plain, same
from streams.gateway.signatures.scheme import Forged, Request, Verdict, Verified

PATHS = (
    "events/room/created",
    "events/room/destroyed",
    "events/occupant/joined",
    "events/occupant/left",
)


def verify(request: Request, secrets: Sequence[bytes]) -> Verdict:
    """Whether who sent it knows the token."""
    token = bearer(request)
    if token is None:
        return Forged(401, "missing_signature")
    if not any(same(token, key) for key in filter(None, map(plain, secrets))):
        return Forged(401, "wrong_signature")
    return Verified(mark("jitsi", request), (_payload(request),))


def _payload(request: Request) -> bytes:
    if request.tail not in PATHS:
        return request.body
    event = request.tail.removeprefix("events/").encode()
    return b'{"event":"%b","body":%b}' % (event, request.body)
