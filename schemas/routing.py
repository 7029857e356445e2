"""Routing: the topic that a record goes to, and the key it lies under there."""

from typing import Any

from schemas.care import CareEvent
from schemas.identity import Identity
from schemas.topics import CARE, IDENTITIES, TELEMETRY, Topic


def route(record: Any) -> tuple[Topic, str]:
    """Where a telemetry record, a staff fact or an identity belongs: topic and key."""
    if isinstance(record, Identity):
        return IDENTITIES, record.alias
    if isinstance(record, CareEvent):
        return CARE, record.participant
    return TELEMETRY, record.session
