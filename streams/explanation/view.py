"""View: all that the sections of an explanation look at, and what a section is."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from schemas.care import Accommodation
from schemas.policy import Policy
from schemas.score import Score
from schemas.violation import Violation
from streams.care.staff import SessionFact
from streams.readable import clock, moment
from streams.session.attendee import Attendee
from streams.session.facts import SessionFacts
from streams.session.measure import Picture


class View(NamedTuple):
    """One person in one session at `picture.course.now`, as measured and as judged.

    `violations` are those published about the person in this session and about the session
    itself; `acquittals` say for other rules why nothing is held against the person; `staff` is
    what staff said about them, oldest first.
    """

    session: str
    participant: str
    facts: SessionFacts
    picture: Picture
    score: Score
    violations: tuple[Violation, ...]
    acquittals: dict[str, str]
    staff: tuple[SessionFact | Accommodation, ...]

    @property
    def person(self) -> Attendee:
        """The person's measures."""
        return self.picture.attendees[self.participant]

    @property
    def policy(self) -> Policy:
        """The policy that the session is measured under."""
        return self.picture.policy

    @property
    def zone(self) -> ZoneInfo:
        """Where the program is."""
        return ZoneInfo(self.policy.zone)

    def clock(self, at_ms: int) -> str:
        """Time of day where the program is."""
        return clock(at_ms, self.zone)

    def moment(self, at_ms: int) -> str:
        """Day and time of day where the program is."""
        return moment(at_ms, self.zone)


class Section(NamedTuple):
    """A part of an explanation: `lines` for people, `figures` for machines."""

    name: str
    title: str
    lines: list[str]
    figures: dict[str, Any]
