"""Telemetry: everything a video platform, a report or staff can say about one session.

One tagged union (`type` tells which), keyed by session on `rollcall.telemetry.v1`.
Every record carries `id, source, at`; records about a person also `participant` and, where
the platform has them, `connection` (one visit of one device). Unknown fields are ignored.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from schemas.instants import Instant, plausible

Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
"""An opaque pseudonym or code: never a name, an e-mail address or free text."""

Revision = Annotated[int, Meta(ge=0, le=2**53)]
"""Orders the versions of one fact; the highest holds."""

Kind = Literal["group", "individual", "workshop"]
Signal = Literal["camera", "speaking", "chat", "polls", "reactions", "shared_work"]
Signals = Annotated[tuple[Signal, ...], Meta(max_length=6)]

LONGEST_SESSION = timedelta(hours=48)
MOST_PEOPLE = 1_000
"""People in one roster; also the most one session may ever hold."""

MOST_HOSTS = 64


def check_planned(starts_at: datetime, ends_at: datetime) -> None:
    """Raises ValueError for times that no session can be planned at."""
    if not plausible(starts_at, ends_at):
        raise ValueError("starts_at and ends_at must lie between 2000 and 2200")
    if not timedelta(0) < ends_at - starts_at <= LONGEST_SESSION:
        raise ValueError("ends_at must follow starts_at by at most 48 h")


class Span(Struct, frozen=True, kw_only=True):
    """A half-open stretch of time `[from, to)`."""

    begins: Instant = field(name="from")
    ends: Instant = field(name="to")

    def __post_init__(self) -> None:
        if not plausible(self.begins, self.ends) or self.ends <= self.begins:
            raise ValueError("`to` must be later than `from`, both between 2000 and 2200")


class RosterEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Someone expected; `from`/`until` narrow the window for this person alone."""

    participant: Identifier
    begins: Instant | None = field(default=None, name="from")
    until: Instant | None = None
    enrolled_at: Instant | None = None
    exempt: Signals = ()
    make_up: bool = False

    def __post_init__(self) -> None:
        if not plausible(self.begins, self.until, self.enrolled_at):
            raise ValueError("dates must lie between 2000 and 2200")


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", gc=False):
    """What every record carries. (source, id) names it; `at` is when it happened."""

    id: Identifier
    source: Identifier
    at: Instant
    session: Identifier


class PersonEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A record about one person; without a connection the participant stands for it."""

    participant: Identifier
    connection: Identifier | None = None


class SessionScheduled(
    Event, frozen=True, kw_only=True, omit_defaults=True, tag="session_scheduled"
):
    """One revision of the plan. `delivery` says whether telemetry comes live or as a report."""

    revision: Revision
    program: Identifier
    kind: Kind
    starts_at: Instant
    ends_at: Instant
    status: Literal["planned", "cancelled"] = "planned"
    room: Identifier | None = None
    delivery: Literal["live", "report"] = "live"
    breaks: Annotated[tuple[Span, ...], Meta(max_length=64)] = ()
    hosts: Annotated[tuple[Identifier, ...], Meta(max_length=MOST_HOSTS)] = ()
    roster: Annotated[tuple[RosterEntry, ...], Meta(max_length=MOST_PEOPLE)] = ()

    def __post_init__(self) -> None:
        check_planned(self.starts_at, self.ends_at)


class SessionEnded(Event, frozen=True, kw_only=True, omit_defaults=True, tag="session_ended"):
    """The platform's hint that the meeting ended at `at`."""


class Interruption(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A declared stretch that counts for nobody; newest revision per `entity` holds."""

    entity: Identifier
    revision: Revision
    begins: Instant = field(name="from")
    ends: Instant = field(name="to")
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not plausible(self.begins, self.ends) or self.ends <= self.begins:
            raise ValueError("`to` must be later than `from`, both between 2000 and 2200")


class Outage(Interruption, frozen=True, kw_only=True, omit_defaults=True, tag="outage"):
    """The platform or the program was down."""


class Break(Interruption, frozen=True, kw_only=True, omit_defaults=True, tag="break"):
    """A break that the schedule did not name."""


class Joined(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="joined"):
    """A connection entered the session."""

    role: Literal["participant", "host"] = "participant"


class Left(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="left"):
    """A connection left the session."""

    cause: Literal["left", "network", "removed", "ended", "unknown"] = "unknown"


class Waiting(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="waiting"):
    """A connection entered the waiting room."""


class Admitted(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="admitted"):
    """A connection was let in from the waiting room."""


class Camera(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="camera"):
    """A camera stream went on or off."""

    on: bool
    stream: Identifier | None = None


class Speaking(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="speaking"):
    """The platform heard a voice begin or end."""

    on: bool


class Chat(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="chat"):
    """A message was written; its text is never taken in."""


class Reaction(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="reaction"):
    """An emoji or similar reaction."""


class Hand(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="hand"):
    """A hand was raised; counts as a reaction."""


class SharedWork(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="shared_work"):
    """Whiteboard, shared notes or annotations."""


class PollOpened(Event, frozen=True, kw_only=True, omit_defaults=True, tag="poll_opened"):
    """A poll was put to the session."""

    poll: Identifier


class PollClosed(Event, frozen=True, kw_only=True, omit_defaults=True, tag="poll_closed"):
    """A poll no longer takes answers."""

    poll: Identifier


class PollAnswered(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="poll_answered"):
    """A person answered; which answer is never taken in."""

    poll: Identifier


class Heartbeat(PersonEvent, frozen=True, kw_only=True, omit_defaults=True, tag="heartbeat"):
    """A connection is alive."""


class Identified(Event, frozen=True, kw_only=True, omit_defaults=True, tag="identified"):
    """The id `alias`, as a platform split it off, is this participant."""

    alias: Identifier
    participant: Identifier
    revision: Revision = 0
    withdrawn: bool = False


class Capabilities(Event, frozen=True, kw_only=True, omit_defaults=True, tag="capabilities"):
    """What the session's source can report; newest revision holds.

    Without `camera` the signals tell: `exact` if cameras are among them, else `none`.
    """

    signals: Signals
    camera: Literal["exact", "upper_bound", "none"] | None = None
    heartbeats: bool = False
    revision: Revision = 0


class Void(Event, frozen=True, kw_only=True, omit_defaults=True, tag="void"):
    """Staff decide that the session counts for nobody (`value`), or that it does count."""

    value: bool
    reason: Identifier
    revision: Revision


Telemetry = (
    SessionScheduled
    | SessionEnded
    | Outage
    | Break
    | Joined
    | Left
    | Waiting
    | Admitted
    | Camera
    | Speaking
    | Chat
    | Reaction
    | Hand
    | SharedWork
    | PollOpened
    | PollClosed
    | PollAnswered
    | Heartbeat
    | Identified
    | Capabilities
    | Void
)
