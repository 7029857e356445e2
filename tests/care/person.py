"""A person over several weeks: sessions as the session stage tells of them, and staff's words.

person = Person(week=WeekRules(minimum=Fraction(9, 10)))
person.session("s1", "03-02 18:00").session("s2", "03-03 18:00", "absent")
person.look("03-04 00:00").week("03-02").base
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from schemas.care import CareEvent, SessionResult
from schemas.instants import milliseconds
from schemas.policy import Policies, Policy
from schemas.recommendation import Recommendation
from schemas.score import Finding
from schemas.telemetry import Span
from schemas.topics import RECOMMENDATIONS, VIOLATIONS, WEEKS
from schemas.violation import Violation
from schemas.week import Week
from streams.care.stage import care_stage
from tests.builders import when
from tests.care.builders import entry, finding, result
from tests.care.partition import Partition

PROGRAM = "evening"


class Known(NamedTuple):
    """The last record of each output, as a reader of the topics knows it."""

    weeks: list[Week]
    violations: list[Violation]
    recommendations: list[Recommendation]

    def week(self, label: str, program: str = PROGRAM) -> Week:
        """The week that begins on a day of 2026, as `03-02`."""
        day = date.fromisoformat(f"2026-{label}")
        [found] = [each for each in self.weeks if (each.week, each.program) == (day, program)]
        return found

    def of(self, rule: str) -> list[Violation]:
        """Violations of a rule by the time since when they hold."""
        found = [each for each in self.violations if each.rule == rule]
        return sorted(found, key=lambda each: each.since)

    def statuses(self, rule: str) -> list[str]:
        """Their statuses, `updated` read as `opened`."""
        return [each.status.replace("updated", "opened") for each in self.of(rule)]

    def recommended(self, kind: str) -> str | None:
        """The status of a recommendation; None if there never was one."""
        found = [each for each in self.recommendations if each.kind == kind]
        return found[0].status.replace("updated", "opened") if found else None

    @property
    def open(self) -> set[str]:
        """Kinds of recommendations that are open."""
        kinds = {each.kind for each in self.recommendations}
        return {kind for kind in kinds if self.recommended(kind) == "opened"}


class Person:
    """Everything about participant `a` in one partition of the care topic."""

    def __init__(self, *versions: Policy, **sections: Any) -> None:
        policies = versions or (Policy(version="v1", effective_from=date(2020, 1, 1), **sections),)
        self.policies = Policies(policies)
        self.partition = Partition(care_stage(self.policies))
        self._revisions: dict[str, int] = {}

    def session(
        self,
        name: str,
        starts: str | datetime,
        standing: str = "attended",
        minutes: int = 120,
        phase: str | None = None,
        findings: Iterable[Finding] | None = None,
        said_at: datetime | None = None,
        seen: int = 0,
        **fields: Any,
    ) -> "Person":
        """The next word on a session; `expected` ones are to come, others final.

        `seen` are minutes of observed presence from its begin on.
        """
        starts_at = when(starts) if isinstance(starts, str) else starts
        ends_at = starts_at + timedelta(minutes=minutes)
        whole = minutes * 60_000
        coming = standing == "expected"
        attended = {"attended": whole, "partial": whole // 2}.get(standing, 0)
        phase = phase or ("running" if coming else "final")
        if findings is None:
            findings = [finding("no_show", (starts_at.strftime("%m-%d %H:%M"), None))]
            findings = findings if standing == "absent" and starts_at.year == 2026 else []
        self._revisions[name] = self._revisions.get(name, 0) + 1
        told = result(
            findings=findings,
            session=name,
            revision=self._revisions[name],
            **{
                "standing": standing,
                "phase": phase,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "ended_at": None if coming else ends_at,
                "window_ms": 0 if coming else whole,
                "attended_ms": attended,
                "arrived_at": starts_at if attended else None,
                **fields,
            },
        )
        said_at = said_at or (starts_at - timedelta(days=1) if coming else ends_at)
        if seen:
            span = Span(begins=starts_at, ends=starts_at + timedelta(minutes=seen))
            told = msgspec.structs.replace(told, observed=(span,))
        return self.say(msgspec.structs.replace(told, assessed_at=said_at))

    def say(self, *records: CareEvent | SessionResult) -> "Person":
        """Append records when they were said."""
        for record in records:
            told = entry(record)
            self.partition.append(told.key, told.value, told.timestamp)
        return self

    def look(self, now: str | datetime) -> Known:
        """Look at `now`; returns what readers know then."""
        at = when(now) if isinstance(now, str) else now
        self.partition.look(milliseconds(at))
        assert self.partition.dead_letters == []
        last: dict[str, tuple[str, bytes]] = {}
        for topic, value in self.partition.sent:
            last[msgspec.json.decode(value)["id"]] = (topic, value)
        return Known(
            _read(last.values(), WEEKS.name, Week),
            _read(last.values(), VIOLATIONS.name, Violation),
            _read(last.values(), RECOMMENDATIONS.name, Recommendation),
        )


def fact(kind: type, at: str | datetime, **fields: Any) -> Any:
    """A staff fact about participant `a`, each an entity of its own unless named."""
    said_at = when(at) if isinstance(at, str) else at
    name = f"{kind.__name__} {at} {sorted(fields.items(), key=lambda pair: pair[0])}"
    own = {"id": name[:120], "source": "test", "participant": "a", "entity": name[:120]}
    return kind(at=said_at, **own | fields)


def days_later(day: str, days: int) -> str:
    """A day of 2026 so many days after another, as `03-02`."""
    return (date.fromisoformat(f"2026-{day}") + timedelta(days=days)).strftime("%m-%d")


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def _read(values: Iterable[tuple[str, bytes]], topic: str, kind: type) -> list[Any]:
    return [msgspec.json.decode(value, type=kind) for name, value in values if name == topic]
