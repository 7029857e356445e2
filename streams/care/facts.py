"""Facts of one participant: session results, and what staff said.

Of every session the newest result by (epoch, revision) holds, of every staff entity the newest
revision; ties are ordered by content. So order and repetition do not matter. Where a session
was ever said to begin is kept, too: a week that it was moved away from is still a week.

The caps keep the state record of somebody who breaks every rule every time below what the
broker takes; 16 weeks of five sessions a week and half a year planned ahead are 210 results.
"""

from array import array

import msgspec
from msgspec import Struct

from schemas.care import Staff
from schemas.score import Figures, Finding

MOST_RESULTS = 400
MOST_STAFF_FACTS = 1_000
MOST_STARTS = 2_000


class Result(Struct, frozen=True, array_like=True):
    """A session result as far as judging needs it; instants in ms, spans as [from, to)."""

    order: tuple[int, int]
    session: str
    program: str | None
    kind: str | None
    starts_at: int | None
    ends_at: int
    """When it ended, once that is known; else its plan."""
    phase: str
    standing: str
    void: bool
    needs_review: bool
    withdrawn: bool
    rostered: bool
    make_up: bool
    """A place that was given to make up for another session."""
    judged: bool
    """Not a guest nobody knows: only people with a place here can break a rule."""
    unidentified_guests: bool
    scored: tuple[str, ...]
    """Signals that entered the participation score."""
    participation: int | None
    """In tenths of a point, as it was published."""
    ramped: bool
    """Whether nothing less is asked because the person is new."""
    level: str
    findings: tuple[Finding, ...]
    window_ms: int
    planned_ms: int
    """Length of the plan, for as long as there is no window to speak of."""
    attended_ms: int
    inferred_ms: int
    arrived_at: int | None
    reconnects: int
    network_lost_ms: int
    observed: tuple[tuple[int, int], ...]
    inferred: tuple[tuple[int, int], ...]
    breaks: tuple[tuple[int, int], ...]
    before_host_ms: int
    after_host_ms: int
    not_admitted: bool
    correction: bool
    policy: str

    @property
    def over(self) -> bool:
        """Whether the session is over."""
        return self.phase != "running"

    @property
    def whole_ms(self) -> int:
        """What there is to attend: the window, or the plan for as long as that is not known."""
        return self.window_ms if self.over else self.planned_ms

    def found(self, rule: str) -> bool:
        """Whether something was found by this name."""
        return any(finding.rule == rule for finding in self.findings)


class SealedWeek(Struct, frozen=True, array_like=True):
    """What is left of a week that nothing can reach: as far as later weeks look back."""

    standing: str
    attended_ms: int
    participation: tuple[int, int] | None
    """The exact mean as (numerator, denominator)."""
    scored: int


class SealedStep(Struct, frozen=True, array_like=True):
    """A session or week as one rule saw it, of which nothing else is left; instants in ms."""

    name: str
    starts_at: int
    at: int
    hit: bool
    figures: Figures


class CareFacts(Struct, array_like=True):
    """Everything known about one participant.

    `starts` has every instant (ms, sorted) at which sessions of a program were ever said to
    begin. `sealed_before` (ms): sessions that ended earlier were dropped and may not come back.
    `weeks` and `steps` are what sealed weeks left, by program and then by label or rule.
    """

    results: dict[str, Result] = msgspec.field(default_factory=dict)
    staff: dict[str, Staff] = msgspec.field(default_factory=dict)
    starts: dict[str, array] = msgspec.field(default_factory=dict)  # type: ignore[type-arg]
    weeks: dict[str, dict[str, SealedWeek]] = msgspec.field(default_factory=dict)
    steps: dict[str, dict[str, tuple[SealedStep, ...]]] = msgspec.field(default_factory=dict)
    sealed_before: int = 0
