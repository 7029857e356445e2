"""Quarantine: a webhook that nobody understands, as a dead letter without what must not be kept."""

from schemas.instants import rfc3339
from schemas.platforms.source import NotUnderstoodError, Payload
from schemas.topics import DEAD_LETTERS
from streams.appending import Message
from streams.gateway.config import Hook


def dead_letter(prefix: str, hook: Hook, payload: Payload, error: NotUnderstoodError) -> Message:
    """The letter; its value holds nothing of the payload but its shape."""
    headers = [
        ("rollcall.source", b"door"),
        ("rollcall.redrive", b"no"),
        ("rollcall.reason", error.code.encode()),
        ("__streams.errors.exception", error.code.encode()),
        ("__streams.errors.message", str(error).encode()),
        ("rollcall.first_failed_at", rfc3339(payload.received_at).encode()),
    ]
    return Message(0, prefix + DEAD_LETTERS.name, b"", b"", headers)
