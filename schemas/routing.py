"""Routing: the topic that a record goes to, and the key it lies under there."""

from typing import Any

from schemas.care import CareEvent
from schemas.identity import Identity
from schemas.room import Booking
from schemas.topics import CARE, IDENTITIES, ROOMS, TELEMETRY, Topic


def route(record: Any) -> tuple[Topic, str]:
    """Where a telemetry record, a staff fact, an identity or a booking belongs: topic and key."""
    if isinstance(record, Identity):
        return IDENTITIES, record.alias
    if isinstance(record, Booking):
        return ROOMS, record.session
    if isinstance(record, CareEvent):
        return CARE, record.participant
    return TELEMETRY, record.session
