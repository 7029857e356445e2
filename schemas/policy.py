"""Policy: what a program asks of people, and which version of it holds when.

The structure below is the list of settings with their defaults; `deploy/policies/default.toml`
spells the same out for people, and `schemas.policy_file` reads such files. Durations are whole
milliseconds; shares are exact fractions, so that 0.80 means four fifths.

A check across settings raises ValueError with `key: reason`, the key as seen from its section.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from schemas.instants import MINUTE_MS, instant
from schemas.policy_values import Duration, Section, digest, scaled
from schemas.telemetry import Kind

Scored = Literal["speaking", "chat", "polls", "reactions", "shared_work"]
Absence = Literal["illness", "emergency", "technical", "other"]
Used = Literal["all"] | tuple[Scored, ...]
Weight = Annotated[int, Meta(ge=0, le=1000)]
Target = Annotated[int, Meta(ge=1, le=1000)]
Percent = Annotated[int, Meta(ge=0, le=100)]

# Without a slash, so that `program/version` names one policy.
_VERSION = re.compile(r"[A-Za-z0-9._+-]{1,64}")


class PolicyError(Exception):
    """A policy that cannot be used; the message is one line with file, key and reason."""


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
    """When a notice excuses an absence (measures.md 3.1)."""

    before: Duration = Duration(86_400_000)
    emergency_until: Duration = Duration(1_800_000)
    emergency_reasons: tuple[Absence, ...] = ("illness", "emergency", "technical")


class Policy(Section, frozen=True, kw_only=True):
    """One version of one program's rules, in force for sessions from a local date on."""

    version: str
    effective_from: date
    program: Annotated[str, Meta(min_length=1, max_length=128)] = "default"
    zone: str = "UTC"
    session: SessionRules = SessionRules()
    host: HostRules = HostRules()
    outage: OutageRules = OutageRules()
    presence: PresenceRules = PresenceRules()
    attendance: AttendanceRules = AttendanceRules()
    camera: CameraRules = CameraRules()
    participation: ParticipationRules = ParticipationRules()
    group: GroupRules = GroupRules()
    waiting: WaitingRules = WaitingRules()
    notice: NoticeRules = NoticeRules()

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise ValueError("version: must be 1 to 64 letters, digits or any of . _ + -")
        if not self.program.isprintable():
            raise ValueError("program: must be printable")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"zone: `{self.zone}` is not an IANA time zone") from error


class Policies:
    """Every version of every program's policy; the default serves programs without one."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._versions: dict[str, list[Policy]] = {}
        for policy in sorted(policies, key=lambda policy: policy.effective_from):
            self._versions.setdefault(policy.program, []).append(policy)
        if "default" not in self._versions:
            raise PolicyError("policies: program: none is for the program `default`")
        self.digest = digest(list(self))

    def __iter__(self) -> Iterator[Policy]:
        return (policy for versions in self._versions.values() for policy in versions)

    def at(self, program: str | None, starts_at_ms: int) -> Policy:
        """The version in force where and when a session starts; before all, the first."""
        versions = self._versions.get(program or "default") or self._versions["default"]
        for version in reversed(versions[1:]):
            local = instant(starts_at_ms).astimezone(ZoneInfo(version.zone))
            if local.date() >= version.effective_from:
                return version
        return versions[0]

    def digests(self) -> dict[str, str]:
        """Content digest by `program/version`: a known version must not change."""
        return {f"{policy.program}/{policy.version}": digest(policy) for policy in self}

    def scaled(self, scale: int) -> "Policies":
        """Every duration divided by `scale`: a two hour session then takes 2 h / scale."""
        if scale < 1:
            raise PolicyError(f"policies: scale: must be at least 1, not {scale}")
        return self if scale == 1 else Policies(scaled(policy, scale) for policy in self)
