"""Policy, sections about one session: what is measured and found in it (measures.md 1, 2).

Durations are whole milliseconds; shares are exact fractions, so that 0.80 means four fifths.
A check across settings raises ValueError with `key: reason`, the key as seen from its section.
"""

from fractions import Fraction
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.instants import DAY_MS, MINUTE_MS
from schemas.policy_values import Duration, Percent, Section
from schemas.telemetry import Kind

Scored = Literal["speaking", "chat", "polls", "reactions", "shared_work"]
Absence = Literal["illness", "emergency", "technical", "other"]
Used = Literal["all"] | tuple[Scored, ...]
Weight = Annotated[int, Meta(ge=0, le=1000)]
Target = Annotated[int, Meta(ge=1, le=1000)]

LONGEST_CORRECTIONS_MS = 60 * DAY_MS
"""Facts of sessions are kept for 16 weeks: whatever may still change must lie inside."""


class SessionRules(Section, frozen=True, kw_only=True):
    """When a session counts, is over, final and closed (measures.md 1.1, 1.3)."""

    hosted: bool = True
    valid_share: Fraction = Fraction(1, 2)
    reopen: Duration = Duration(600_000)
    ended_slack: Duration = Duration(60_000)
    idle: Duration = Duration(1_800_000)
    final_after: Duration = Duration(7_200_000)
    corrections_for: Duration = Duration(864_000_000)

    def __post_init__(self) -> None:
        if self.final_after > self.corrections_for:
            raise ValueError("final_after: must not exceed corrections_for")
        if self.corrections_for > LONGEST_CORRECTIONS_MS:
            raise ValueError("corrections_for: must not exceed 60d")


class HostRules(Section, frozen=True, kw_only=True):
    """What is asked of hosts, and what their lateness excuses (measures.md 1.1, 1.6, 2)."""

    gap: Duration = Duration(300_000)
    absent_after: Duration = Duration(600_000)
    late_present: Duration = Duration(300_000)


class OutageRules(Section, frozen=True, kw_only=True):
    """How long people may take to come back after an outage (measures.md 1.1)."""

    rejoin: Duration = Duration(180_000)


class PresenceRules(Section, frozen=True, kw_only=True):
    """How gaps and lost leaves are read (measures.md 1.2)."""

    reconnect_grace: Duration = Duration(60_000)
    bridge_max: Duration = Duration(600_000)
    missing_leave: Literal["session_end", "last_seen"] = "session_end"


class AttendanceRules(Section, frozen=True, kw_only=True):
    """When somebody attended, was absent, late or gone (measures.md 1.3, 1.6)."""

    credit_at: Fraction = Fraction(4, 5)
    absent_below: Fraction = Fraction(1, 4)
    no_show_after: Duration = Duration(600_000)
    late_after: Duration = Duration(300_000)
    left_early_after: Duration = Duration(300_000)

    def __post_init__(self) -> None:
        if self.absent_below > self.credit_at:
            raise ValueError("absent_below: must not exceed credit_at")


class CameraRules(Section, frozen=True, kw_only=True):
    """Where a camera is asked for, and how much of it (measures.md 1.4)."""

    required_for: tuple[Kind, ...] = ("group", "workshop", "individual")
    grace: Duration = Duration(30_000)
    minimum: Fraction = Fraction(4, 5)
    off_after: Duration = Duration(300_000)
    min_measured: Duration = Duration(600_000)

    def __post_init__(self) -> None:
        if len(set(self.required_for)) < len(self.required_for):
            raise ValueError("required_for: names a kind twice")


class Weights(Section, frozen=True, kw_only=True):
    """How much each signal counts."""

    speaking: Weight = 40
    chat: Weight = 20
    polls: Weight = 25
    reactions: Weight = 10
    shared_work: Weight = 5


class Targets(Section, frozen=True, kw_only=True):
    """Active minutes asked for in an hour attended."""

    speaking: Target = 6
    chat: Target = 4
    reactions: Target = 3
    shared_work: Target = 3


class UsedSignals(Section, frozen=True, kw_only=True):
    """The signals each kind of session uses."""

    group: Used = "all"
    workshop: Used = "all"
    individual: Used = ("speaking",)

    def get(self, kind: str) -> tuple[Scored, ...] | None:
        """A kind's own list; None where it uses all."""
        used: Used = getattr(self, kind)
        return None if used == "all" else used


class ParticipationRules(Section, frozen=True, kw_only=True):
    """How interaction becomes a score and a level (measures.md 1.5)."""

    min_weight: Annotated[int, Meta(ge=1)] = 60
    min_attended: Duration = Duration(600_000)
    active_at: Percent = 60
    partial_at: Percent = 25
    ramp: tuple[Fraction, ...] = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))
    speaking_min: Duration = Duration(3_000)
    speaking_open: Duration = Duration(120_000)
    poll_open: Duration = Duration(300_000)
    poll_present: Duration = Duration(30_000)
    weights: Weights = Weights()
    targets: Targets = Targets()
    signals: UsedSignals = UsedSignals()

    def __post_init__(self) -> None:
        weights: dict[str, int] = msgspec.structs.asdict(self.weights)
        if not any(weights.values()):
            raise ValueError("weights: at least one must be above 0")
        if self.min_weight > sum(weights.values()):
            raise ValueError("min_weight: must not exceed the sum of the weights")
        if self.partial_at > self.active_at:
            raise ValueError("partial_at: must not exceed active_at")
        if not all(self.ramp):
            raise ValueError("ramp: must be above 0 in every week")
        if self.speaking_min > MINUTE_MS:
            raise ValueError("speaking_min: no minute has more than 60s")
        for kind in self.signals.__struct_fields__:
            own = self.signals.get(kind)
            if own is not None and not any(weights[signal] for signal in own):
                raise ValueError(f"signals.{kind}: needs a signal with a weight above 0")
            if own is not None and len(set(own)) < len(own):
                raise ValueError(f"signals.{kind}: names a signal twice")


class GroupRules(Section, frozen=True, kw_only=True):
    """How large a group may be (measures.md 1.6)."""

    max_size: Annotated[int, Meta(ge=1, le=1000)] = 12


class WaitingRules(Section, frozen=True, kw_only=True):
    """How long somebody may be kept waiting (measures.md 1.6)."""

    not_admitted_after: Duration = Duration(300_000)


class NoticeRules(Section, frozen=True, kw_only=True):
    """When a notice excuses an absence, and what else needs staff (measures.md 3.1, 3.5).

    `told_until` is the latest a notice may come after the start without `absence_not_notified`.
    """

    before: Duration = Duration(86_400_000)
    emergency_until: Duration = Duration(1_800_000)
    emergency_reasons: tuple[Absence, ...] = ("illness", "emergency", "technical")
    told_until: Duration = Duration(1_800_000)
    decide_days: Annotated[int, Meta(ge=0, le=30)] = 3
    max_excused: Annotated[int, Meta(ge=0, le=1000)] = 6
    max_excused_weeks: Annotated[int, Meta(ge=1, le=12)] = 12

    def __post_init__(self) -> None:
        if len(set(self.emergency_reasons)) < len(self.emergency_reasons):
            raise ValueError("emergency_reasons: names a reason twice")
