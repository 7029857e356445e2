"""Policy: what a program asks of people, as TOML, strict about every key and value.

The structure below is the list of settings with their defaults; `deploy/policies/default.toml`
spells the same out for people. Durations are written `90s`, `10m`, `2h`, `30d` and held as
milliseconds; shares are exact fractions, so that 0.80 means four fifths.
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from hashlib import blake2b
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field

from schemas.instants import instant
from schemas.telemetry import Kind, Signal

UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
LONGEST_MS = 400 * UNITS_MS["d"]
_DURATION = re.compile(r"(\d{1,12})(ms|s|m|h|d)")

Scored = Literal["speaking", "chat", "polls", "reactions", "shared_work"]
Weight = Annotated[int, Meta(ge=0, le=1000)]
Target = Annotated[int, Meta(ge=1, le=1000)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class PolicyError(Exception):
    """A policy that cannot be used; the message is one line with file, key and reason."""


class Duration(int):
    """Whole milliseconds."""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the policy file."""


class SessionRules(Section, frozen=True, kw_only=True):
    hosted: bool = True
    valid_share: Fraction = Fraction(1, 2)
    reopen: Duration = Duration(600_000)
    ended_slack: Duration = Duration(60_000)
    idle: Duration = Duration(1_800_000)
    final_after: Duration = Duration(7_200_000)
    corrections_for: Duration = Duration(864_000_000)


class HostRules(Section, frozen=True, kw_only=True):
    gap: Duration = Duration(300_000)
    absent_after: Duration = Duration(600_000)
    late_present: Duration = Duration(300_000)


class OutageRules(Section, frozen=True, kw_only=True):
    rejoin: Duration = Duration(180_000)


class PresenceRules(Section, frozen=True, kw_only=True):
    reconnect_grace: Duration = Duration(60_000)
    bridge_max: Duration = Duration(600_000)
    missing_leave: Literal["session_end", "last_seen"] = "session_end"


class AttendanceRules(Section, frozen=True, kw_only=True):
    credit_at: Fraction = Fraction(4, 5)
    absent_below: Fraction = Fraction(1, 4)
    no_show_after: Duration = Duration(600_000)
    late_after: Duration = Duration(300_000)
    left_early_after: Duration = Duration(300_000)

    def __post_init__(self) -> None:
        if self.absent_below > self.credit_at:
            raise ValueError("absent_below must not exceed credit_at")


class CameraRules(Section, frozen=True, kw_only=True):
    required_for: tuple[Kind, ...] = ("group", "workshop", "individual")
    grace: Duration = Duration(30_000)
    minimum: Fraction = Fraction(4, 5)
    off_after: Duration = Duration(300_000)
    min_measured: Duration = Duration(600_000)


class Weights(Section, frozen=True, kw_only=True):
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


class ParticipationRules(Section, frozen=True, kw_only=True):
    weights: Weights = Weights()
    targets: Targets = Targets()
    signals: dict[Kind, tuple[Scored, ...]] = field(
        default_factory=lambda: {"individual": ("speaking",)}
    )
    min_weight: Weight = 60
    min_attended: Duration = Duration(600_000)
    active_at: Percent = 60
    partial_at: Percent = 25
    ramp: tuple[Fraction, ...] = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))
    speaking_min: Duration = Duration(3_000)
    speaking_open: Duration = Duration(120_000)
    poll_open: Duration = Duration(300_000)
    poll_present: Duration = Duration(30_000)

    def __post_init__(self) -> None:
        if self.partial_at > self.active_at:
            raise ValueError("partial_at must not exceed active_at")
        if not all(step > 0 for step in self.ramp):
            raise ValueError("ramp must be above 0 in every week")


class GroupRules(Section, frozen=True, kw_only=True):
    max_size: Annotated[int, Meta(ge=1, le=1000)] = 12


class WaitingRules(Section, frozen=True, kw_only=True):
    not_admitted_after: Duration = Duration(300_000)


class NoticeRules(Section, frozen=True, kw_only=True):
    before: Duration = Duration(86_400_000)
    emergency_until: Duration = Duration(1_800_000)
    emergency_reasons: tuple[Literal["illness", "emergency", "technical", "other"], ...] = (
        "illness",
        "emergency",
        "technical",
    )


class Policy(Section, frozen=True, kw_only=True):
    """One version of one program's rules, in force for sessions from a local date on."""

    version: Annotated[str, Meta(min_length=1, max_length=64)]
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
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"zone {self.zone!r} is not an IANA time zone") from error


class Policies:
    """Every version of every program's policy; the default serves programs without one."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._versions: dict[str, list[Policy]] = {}
        for policy in sorted(policies, key=lambda policy: policy.effective_from):
            self._versions.setdefault(policy.program, []).append(policy)
        if "default" not in self._versions:
            raise PolicyError("policies: program: none is for the program `default`")
        self.digest = blake2b(
            msgspec.json.encode(list(self), enc_hook=_plain, order="deterministic"),
            digest_size=8,
        ).hexdigest()

    def __iter__(self) -> Any:
        return (policy for versions in self._versions.values() for policy in versions)

    def at(self, program: str | None, starts_at_ms: int) -> Policy:
        """The version in force where and when a session starts; before all, the first."""
        versions = self._versions.get(program or "default") or self._versions["default"]
        if len(versions) == 1:
            return versions[0]
        holding = versions[0]
        for version in versions[1:]:
            if instant(starts_at_ms).astimezone(ZoneInfo(version.zone)).date() < (
                version.effective_from
            ):
                break
            holding = version
        return holding

    def digests(self) -> dict[str, str]:
        """Content digest by `program/version`: a known version must not change."""
        return {
            f"{policy.program}/{policy.version}": blake2b(
                msgspec.json.encode(policy, enc_hook=_plain, order="deterministic"), digest_size=8
            ).hexdigest()
            for policy in self
        }

    def scaled(self, scale: int) -> "Policies":
        """Every duration divided by `scale`: a two hour session then takes 2 h / scale."""
        return self if scale == 1 else Policies(_scaled(policy, scale) for policy in self)


def parse(text: str, file: str) -> Policy:
    """One policy from the TOML `text` of `file`; raises PolicyError with one line."""
    try:
        table = tomllib.loads(text, parse_float=Fraction)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise PolicyError(f"{file}: not TOML: {error}") from error
    try:
        return msgspec.convert(table, Policy, dec_hook=_read)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        key = path.rstrip("`").lstrip(".") or "policy"
        raise PolicyError(f"{file}: {key}: {reason}") from error


def collect(files: Iterable[tuple[str, str]]) -> Policies:
    """The policies of (file, text) pairs; two versions must not share a name or a date."""
    seen: dict[tuple[str, str], str] = {}
    policies = []
    for file, text in files:
        policy = parse(text, file)
        for key, value in (
            ("version", policy.version),
            ("effective_from", str(policy.effective_from)),
        ):
            other = seen.setdefault((f"{policy.program} {key}", value), file)
            if other != file:
                raise PolicyError(
                    f"{file}: {key}: {value} is already taken for program {policy.program}"
                    f" by {other}"
                )
        policies.append(policy)
    return Policies(policies)


def _read(wanted: Any, value: object) -> Any:
    if wanted is Duration:
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError("expected a duration such as 90s, 10m, 2h or 30d")
        duration = int(match[1]) * UNITS_MS[match[2]]
        if duration > LONGEST_MS:
            raise ValueError("a duration must not exceed 400 d")
        return Duration(duration)
    if isinstance(value, bool) or not isinstance(value, int | Fraction) or not 0 <= value <= 1:
        raise ValueError("expected a share from 0 to 1")
    return Fraction(value)


def _plain(value: object) -> object:
    if isinstance(value, Duration):
        return int(value)
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    raise NotImplementedError(type(value))


def _scaled(part: Any, scale: int) -> Any:
    changes = {}
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, Duration):
            changes[name] = Duration(value // scale)
        elif isinstance(value, Section):
            changes[name] = _scaled(value, scale)
    return msgspec.structs.replace(part, **changes)
