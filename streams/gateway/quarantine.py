"""Quarantine: a webhook that nobody understands, as a dead letter without what must not be kept."""

from schemas.instants import rfc3339
from schemas.platforms.scrubbed import scrubbed
from schemas.platforms.source import NotUnderstoodError, Payload
from schemas.topics import DEAD_LETTERS
from streams.appending import Message
from streams.gateway.config import Hook
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.raw import OWN


def dead_letter(prefix: str, hook: Hook, payload: Payload, error: NotUnderstoodError) -> Message:
    """The letter: the payload's shape, and what made it one.

    It cannot be sent again, since what it said is gone; `rollcall.redrive` tells so.
    """
    tenant, platform, _, _ = hook
    value = scrubbed(payload, Pseudonyms(tenant.ring.at(payload.received_at), OWN))
    told = {
        "rollcall.source": "door",
        "rollcall.platform": platform,
        "rollcall.tenant": tenant.name,
        "rollcall.redrive": "no",
        "rollcall.reason": "not_understood",
        "rollcall.attempt": "1",
        "rollcall.first_failed_at": rfc3339(payload.received_at),
        "__streams.errors.exception": error.code,
        "__streams.errors.message": str(error),
    }
    headers = [(name, text.encode()) for name, text in told.items()]
    return Message(0, prefix + DEAD_LETTERS.name, tenant.name.encode(), value, headers)
