"""One session of the evening as it is planned to go, and what is special about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from schemas.instants import MINUTE_MS
from schemas.telemetry import Kind
from streams.simulation.people import Person
from streams.simulation.sources import Source

EXTENSION_MS = 15 * MINUTE_MS

Incident = Literal[
    "late_addition",
    "late_host",
    "host_gone",
    "chat_only",
    "heartbeats",
    "cancelled",
    "voided",
    "unidentified",
    "extension",
    "unplanned_break",
    "substitute",
]
"""What happens to a whole session; an `unidentified` one has a guest named afterwards."""

Role = Literal[
    "notified_early",
    "notice_withdrawn",
    "emergency",
    "absence_accepted",
    "absence_refused",
    "overridden",
    "no_show",
    "waived",
    "accommodated",
    "kept_waiting",
    "leaves_early",
    "two_devices",
    "reconnects",
    "exempt",
    "agreed_late",
    "make_up",
    "added_late",
    "guest",
    "gave_up",
]
"""What happens to one person in one session: each is dealt to somebody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """A session; times are offsets. `breaks` are planned ones, unless the incident says no.

    `outage` is when its platform fails. `scheduled` is False for one that nobody announced.
    `roles` are keyed by participant. `announced_by` is when its plan is known at the latest;
    `guests` come without being asked; `steady` are people who surely come and stay. `unrest` is
    the share of the usual absences and early leaves. `make_up`: everybody asked makes up here.
    """

    session: str
    program: str
    kind: Kind
    source: Source
    begins: int
    ends: int
    hosts: tuple[Person, ...]
    people: tuple[Person, ...]
    breaks: tuple[tuple[int, int], ...] = ()
    outage: tuple[int, int] | None = None
    scheduled: bool = True
    incident: Incident | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    announced_by: int | None = None
    guests: tuple[Person, ...] = ()
    steady: frozenset[str] = frozenset()
    unrest: float = 1.0
    make_up: bool = False

    @property
    def closes(self) -> int:
        """When it really ends: an extension was agreed while it ran."""
        return self.ends + (EXTENSION_MS if self.incident == "extension" else 0)

    def on_break(self, offset: int) -> bool:
        """Whether `offset` lies in a break."""
        return any(begins <= offset < ends for begins, ends in self.breaks)

    def along(self, share: float) -> int:
        """The offset at this share of the session."""
        return self.begins + int((self.ends - self.begins) * share)

    def somebody(self, role: Role) -> list[str]:
        """The participants who play `role` here."""
        return [participant for participant, played in self.roles.items() if played == role]
