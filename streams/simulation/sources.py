"""The platforms of the evening: what each can see of a session."""

from dataclasses import dataclass
from typing import Any

from schemas.telemetry import (
    Camera,
    Chat,
    Event,
    Hand,
    PollAnswered,
    PollClosed,
    PollOpened,
    Reaction,
    SharedWork,
    Speaking,
)
from streams.simulation.timeline import SECOND_MS

BEYOND_CHAT: frozenset[type[Event]] = frozenset(
    {Camera, Speaking, Reaction, Hand, SharedWork, PollOpened, PollClosed, PollAnswered}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A platform. `capabilities` are the fields of what it says of itself, null if nothing.

    `hidden` are records that it cannot produce; `afterwards` means that it hands in a report
    when the session is over. `streams`: it names camera streams.
    """

    name: str
    hidden: frozenset[type[Event]] = frozenset()
    resolution_ms: int = 1
    capabilities: dict[str, Any] | None = None
    heartbeat_ms: int | None = None
    streams: bool = False
    afterwards: bool = False


EXACT = Source(name="video-a", streams=True)
WHOLE_SECONDS = Source(name="video-b", resolution_ms=SECOND_MS)
CHAT_ONLY = Source(
    name="video-c",
    hidden=BEYOND_CHAT,
    capabilities={"signals": ("chat",), "camera": "none"},
)
WITH_HEARTBEATS = Source(
    name="video-d",
    capabilities={
        "signals": ("camera", "speaking", "chat", "polls", "reactions", "shared_work"),
        "camera": "exact",
        "heartbeats": True,
    },
    heartbeat_ms=120 * SECOND_MS,
)
REPORT = Source(
    name="report-e",
    hidden=BEYOND_CHAT | {Chat},
    resolution_ms=SECOND_MS,
    capabilities={"signals": (), "camera": "none"},
    afterwards=True,
)
