"""What an evening should be like."""

from dataclasses import dataclass

from schemas.instants import DAY_MS, EARLIEST, LATEST, milliseconds

LONGEST_HOURS = 24
MOST_IN_A_SESSION = 900
"""Hosts, guests and aliases have their place in a session as well."""
FIRST_MS = milliseconds(EARLIEST) + 366 * DAY_MS
LAST_MS = milliseconds(LATEST) - 900 * DAY_MS


@dataclass(frozen=True, kw_only=True, slots=True)
class Evening:
    """Settings of one evening.

    `starts_at` is when the first session begins (milliseconds UTC); schedules and notices
    come the day before. `hours` is the most that any session lasts, at scale 1. Every
    duration is divided by `scale`: at 60 a session of two hours lasts two minutes, and the
    day before is 24 minutes before. `duplicates`, `disorder` and `lost_leaves` are the shares
    of records delivered twice, delivered late, and of leaves that never come. `incidents` off
    makes an evening on which nothing out of the ordinary happens to a session.

    Raises ValueError for settings that no evening can have.
    """

    seed: int = 1
    starts_at: int
    scale: int = 1
    hours: float = 3.0
    groups: int = 10
    group_size: int = 8
    individuals: int = 6
    workshops: int = 2
    workshop_size: int = 20
    duplicates: float = 0.02
    disorder: float = 0.02
    lost_leaves: float = 0.01
    incidents: bool = True

    def __post_init__(self) -> None:
        if self.scale < 1:
            raise ValueError("scale must be at least 1")
        if not 0.5 <= self.hours <= LONGEST_HOURS:
            raise ValueError(f"hours must lie between 0.5 and {LONGEST_HOURS}")
        if min(self.groups, self.individuals, self.workshops) < 0:
            raise ValueError("there cannot be fewer than no sessions")
        if min(self.group_size, self.workshop_size) < 1:
            raise ValueError("a group and a workshop need at least one person")
        if max(self.group_size, self.workshop_size) > MOST_IN_A_SESSION:
            raise ValueError(f"a session cannot have more than {MOST_IN_A_SESSION} people")
        if not FIRST_MS <= self.starts_at < LAST_MS:
            raise ValueError("an evening must lie between 2001 and 2197")
        if not all(0 <= share <= 1 for share in (self.duplicates, self.disorder, self.lost_leaves)):
            raise ValueError("duplicates, disorder and lost_leaves are shares from 0 to 1")
