"""Room: which session a platform's room is booked for, on `rollcall.rooms.v1`.

Keyed by session on a compacted topic, so that a reader who begins at its beginning learns every
booking there is, and a session that moves to another room leaves none behind. The highest
revision of a session holds, whichever room it names.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas.instants import Instant, plausible
from schemas.telemetry import (
    MOST_HOSTS,
    MOST_PEOPLE,
    Identifier,
    Revision,
    SessionScheduled,
    check_planned,
)


class Booking(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="booking"
):
    """The session is planned in `room`, the pseudonym of what `platform` calls it.

    `people` are those whom it expects, hosts among them: who stays in the room from one session
    to the next is at both if both expect them.
    """

    id: Identifier
    source: Identifier
    at: Instant
    room: Identifier
    session: Identifier
    program: Identifier
    platform: Identifier
    revision: Revision
    starts_at: Instant
    ends_at: Instant
    status: Literal["planned", "cancelled"] = "planned"
    people: Annotated[tuple[Identifier, ...], Meta(max_length=MOST_PEOPLE + MOST_HOSTS)] = ()

    def __post_init__(self) -> None:
        check_planned(self.starts_at, self.ends_at)
        if not plausible(self.at):
            raise ValueError("`at` must lie between 2000 and 2200")


def people_of(plan: SessionScheduled) -> tuple[str, ...]:
    """Whom a plan expects, hosts among them."""
    expected = {entry.participant for entry in plan.roster} | set(plan.hosts)
    return tuple(sorted(expected))
