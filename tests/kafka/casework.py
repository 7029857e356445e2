"""What staff do around a simulated evening: everything about people that weeks are counted from.

Every kind of staff fact occurs, some again with a higher revision, some taken back. All are
said while the evening runs, and nothing changes by time alone soon after it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from random import Random
from typing import Any

from msgspec.structs import replace

from schemas.care import (
    Acknowledged,
    CareEvent,
    CheckInDone,
    Discharged,
    Enrolled,
    GoalsAgreed,
    LeaveOfAbsence,
    MakeUpArranged,
    Override,
    Practice,
    ProgramClosed,
    ReviewDone,
    Snoozed,
    Suspended,
    Waived,
)
from schemas.instants import instant, milliseconds
from schemas.telemetry import SessionScheduled
from streams.care.recommendations import recommendation_id
from streams.simulation.delivery import Delivery

DAY = timedelta(days=1)


def with_casework(found: Iterable[Delivery], chance: Random) -> list[Delivery]:
    """The deliveries of an evening with those of the staff among them, in order of time."""
    evening = list(found)
    plans = [each.record for each in evening if isinstance(each.record, SessionScheduled)]
    begins = min(milliseconds(plan.starts_at) for plan in plans)
    ends = max(milliseconds(plan.ends_at) for plan in plans)
    people = {entry.participant: plan for plan in plans for entry in plan.roster}
    work = Work(chance, begins, ends, sorted({plan.session for plan in plans}))
    for participant, plan in sorted(people.items()):
        work.person(participant, plan.program or "", plan.session)
    told = [Delivery(milliseconds(fact.at), fact) for fact in work.facts]
    return sorted([*evening, *told], key=attrgetter("appended_at"))


class Work:
    """Gathers what is said of each person, at chance, between the evening's begin and end."""

    def __init__(self, chance: Random, begins: int, ends: int, sessions: list[str]) -> None:
        self.facts: list[CareEvent] = []
        self._chance, self._begins, self._ends = chance, begins, ends
        self._sessions = sessions

    def person(self, participant: str, program: str, session: str) -> None:
        """Enrol somebody, and say one thing or another of them."""
        month_ago = instant(self._begins) - 30 * DAY
        priority = self._chance.random() < 0.1
        self._say(Enrolled, participant, program=program, begins=month_ago, priority=priority)
        for kind, fields in self._sayings(participant, program, session):
            if self._chance.random() < 0.15:
                fact = self._say(kind, participant, **fields)
                if self._chance.random() < 0.3:
                    later = fact.at + timedelta(seconds=self._chance.uniform(1, 20))
                    self.facts.append(
                        replace(fact, id=f"{fact.id}-back", at=later, revision=1, withdrawn=True)
                    )

    def _sayings(
        self, participant: str, program: str, session: str
    ) -> Iterator[tuple[type[CareEvent], dict[str, Any]]]:
        now, code = instant(self._begins), "r1"
        advised = [
            recommendation_id(participant, program, kind)
            for kind in ("reach_out", "check_in", "offer_make_up", "not_scheduled")
        ]
        other = self._chance.choice([each for each in self._sessions if each != session])
        link = {"session": session, "make_up": other}
        yield MakeUpArranged, link | {"starts_at": now + timedelta(minutes=30)}
        yield GoalsAgreed, {"program": program, "begins": now - 9 * DAY, "practice_days": 3}
        yield Practice, {"program": program, "practice": "journal"}
        yield Override, {"session": session, "outcome": "excused", "reason_code": code}
        yield Discharged, {"program": program, "begins": now - DAY, "reason_code": code}
        yield LeaveOfAbsence, {"begins": now - DAY, "until": now + DAY, "program": program}
        yield Suspended, {"begins": now - 3 * DAY, "until": now - DAY}
        yield ProgramClosed, _today(now) | {"program": program}
        yield CheckInDone, {"about": (advised[0], session)}
        yield ReviewDone, {"about": (advised[1],), "outcome_code": code}
        yield Acknowledged, {"target": advised[0]}
        yield Snoozed, {"target": advised[0], "until": now + DAY, "reason_code": code}
        yield Waived, {"target": advised[2], "reason_code": code}

    def _say(self, kind: type[CareEvent], participant: str, **fields: Any) -> CareEvent:
        number = len(self.facts)
        at = instant(self._chance.randint(self._begins, self._ends))
        fact = kind(
            id=f"work-{number}",
            source="staff-desk",
            at=at,
            participant=participant,
            entity=f"fact-{number}",
            **fields,
        )
        self.facts.append(fact)
        return fact


def _today(now: datetime) -> dict[str, date]:
    today = now.astimezone(UTC).date()
    return {"first_day": today, "last_day": today}
