"""Policy: what a program asks of people, and which version of it holds when.

The sections are the list of settings with their defaults; `deploy/policies/default.toml`
spells the same out for people, and `schemas.policy_file` reads such files.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

from schemas.instants import instant
from schemas.policy_care import (
    AdviceRules,
    CalendarRules,
    DisengagedRules,
    DoseRules,
    LatenessRules,
    MakeUpRules,
    NewcomerRules,
    ReviewRules,
    StreakRules,
    SwitchRules,
    TechnicalRules,
    TrendRules,
    WeekRules,
)
from schemas.policy_session import (
    AttendanceRules,
    CameraRules,
    GroupRules,
    HostRules,
    NoticeRules,
    OutageRules,
    ParticipationRules,
    PresenceRules,
    SessionRules,
    WaitingRules,
)
from schemas.policy_values import Section, digest, scaled
from schemas.toml_file import FileError

# Without a slash, so that `program/version` names one policy.
_VERSION = re.compile(r"[A-Za-z0-9._+-]{1,64}")


class PolicyError(FileError):
    """A policy that cannot be used; the message is one line with file, key and reason."""


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
    calendar: CalendarRules = CalendarRules()
    week: WeekRules = WeekRules()
    make_up: MakeUpRules = MakeUpRules()
    switch: SwitchRules = SwitchRules()
    dose: DoseRules = DoseRules()
    trend: TrendRules = TrendRules()
    streak: StreakRules = StreakRules()
    lateness: LatenessRules = LatenessRules()
    disengaged: DisengagedRules = DisengagedRules()
    technical: TechnicalRules = TechnicalRules()
    newcomer: NewcomerRules = NewcomerRules()
    review: ReviewRules = ReviewRules()
    advice: AdviceRules = AdviceRules()

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
