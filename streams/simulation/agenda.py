"""The agenda: which sessions the evening has, with whom, and what befalls them."""

from dataclasses import replace
from random import Random
from typing import get_args

from schemas.instants import HOUR_MS, MINUTE_MS
from streams.simulation import people
from streams.simulation.codes import Codes
from streams.simulation.meeting import EXTENSION_MS, Incident, Meeting, Role
from streams.simulation.people import Person
from streams.simulation.settings import Evening
from streams.simulation.sources import (
    CHAT_ONLY,
    EXACT,
    REPORT,
    WHOLE_SECONDS,
    WITH_HEARTBEATS,
    Source,
)

PROGRAMS = ("iop-adult", "iop-teen", "iop-recovery")
GROUP_MINUTES = (120, 150, 180)
INDIVIDUAL_MINUTES = 50
WORKSHOP_MINUTES = 90
BREAK_MS = 15 * MINUTE_MS
GROUP_INCIDENTS: tuple[Incident, ...] = (
    "late_addition",
    "late_host",
    "chat_only",
    "host_gone",
    "heartbeats",
    "cancelled",
    "unidentified",
    "voided",
    "extension",
    "unplanned_break",
)
SOURCES: dict[Incident, Source] = {"chat_only": CHAT_ONLY, "heartbeats": WITH_HEARTBEATS}
OUTAGE = (75 * MINUTE_MS, 83 * MINUTE_MS)
QUIET_INCIDENTS: frozenset[Incident | None] = frozenset(
    {None, "late_addition", "heartbeats", "extension", "unplanned_break", "unidentified"}
)
"""Incidents that leave a session fit for people with a role."""

LAST_PLAYS: dict[Incident | None, Role] = {
    "late_addition": "added_late",
    "unidentified": "guest",
    "late_host": "gave_up",
}
"""The role of a group's last person, where the incident is about one."""

DEALT: tuple[Role, ...] = tuple(role for role in get_args(Role) if role not in LAST_PLAYS.values())


class Agenda:
    """Draws the evening's sessions; `meetings` are in no order of time."""

    def __init__(self, settings: Evening) -> None:
        self.codes = Codes(settings.seed)
        self._settings = settings
        self._random = Random(f"{settings.seed}/agenda")
        self._longest = int(settings.hours * 60) * MINUTE_MS
        # Individual sessions come before the groups, so that nobody is in two at once.
        self._opening = HOUR_MS if settings.individuals and settings.groups else 0
        groups = [self._group(number) for number in range(settings.groups)]
        individuals = [self._individual(number, groups) for number in range(settings.individuals)]
        workshops = [self._workshop(number) for number in range(settings.workshops)]
        if settings.incidents and groups:
            groups = self._deal(groups)
            individuals.append(self._unscheduled())
        self.meetings = groups + individuals + workshops

    def _people(self, number: int) -> tuple[Person, ...]:
        return tuple(people.participant(self._random, self.codes) for _ in range(number))

    def _group(self, number: int) -> Meeting:
        incident = None
        if self._settings.incidents and number < len(GROUP_INCIDENTS):
            incident = GROUP_INCIDENTS[number]
        length = min(self._random.choice(GROUP_MINUTES) * MINUTE_MS, self._longest)
        if incident == "extension":
            # What is added later must not make it longer than any session may be.
            length = min(length, self._longest - EXTENSION_MS)
        begins = self._opening + (number % 4) * 15 * MINUTE_MS
        middle = begins + (length * 45 // 100) // (5 * MINUTE_MS) * 5 * MINUTE_MS
        meeting = Meeting(
            session=self.codes.mint("ses-"),
            program=PROGRAMS[number % len(PROGRAMS)],
            kind="group",
            source=(EXACT, WHOLE_SECONDS)[number // 2 % 2],
            begins=begins,
            ends=begins + length,
            hosts=(people.host(self.codes),),
            people=self._people(self._settings.group_size),
            breaks=((middle, middle + BREAK_MS),) if length >= GROUP_MINUTES[0] * MINUTE_MS else (),
            incident=incident,
        )
        if incident in SOURCES:
            meeting = replace(meeting, source=SOURCES[incident])
        return self._struck(meeting)

    def _individual(self, number: int, groups: list[Meeting]) -> Meeting:
        person, program, begins = self._people(1), PROGRAMS[0], number * 5 * MINUTE_MS
        if groups and number // len(groups) < self._settings.group_size:
            group = groups[number % len(groups)]
            begins = group.begins - self._opening
            person = (group.people[number // len(groups)],)
            program = group.program
        report = self._settings.incidents and number == self._settings.individuals - 1
        return Meeting(
            session=self.codes.mint("ses-"),
            program=program,
            kind="individual",
            source=REPORT if report else EXACT,
            begins=begins,
            ends=begins + min(INDIVIDUAL_MINUTES * MINUTE_MS, self._longest),
            hosts=(people.host(self.codes),),
            people=person,
        )

    def _workshop(self, number: int) -> Meeting:
        begins = self._opening + (number % 3) * 15 * MINUTE_MS
        meeting = Meeting(
            session=self.codes.mint("ses-"),
            program="workshops",
            kind="workshop",
            source=WHOLE_SECONDS if number % 2 == 0 else EXACT,
            begins=begins,
            ends=begins + min(WORKSHOP_MINUTES * MINUTE_MS, self._longest),
            hosts=(people.host(self.codes), people.host(self.codes)),
            people=self._people(self._settings.workshop_size),
            incident="substitute" if self._settings.incidents and number == 1 else None,
        )
        return self._struck(meeting)

    def _unscheduled(self) -> Meeting:
        return Meeting(
            session=self.codes.mint("ses-"),
            program=PROGRAMS[0],
            kind="group",
            source=EXACT,
            begins=self._opening,
            ends=self._opening + min(40 * MINUTE_MS, self._longest),
            hosts=(people.host(self.codes),),
            people=self._people(3),
            scheduled=False,
        )

    def _struck(self, meeting: Meeting) -> Meeting:
        """The same session, with the platform's outage if it meets it well inside."""
        if not self._settings.incidents or meeting.source is not WHOLE_SECONDS:
            return meeting
        begins, ends = (self._opening + offset for offset in OUTAGE)
        inside = meeting.begins + 10 * MINUTE_MS < begins and ends < meeting.ends - 10 * MINUTE_MS
        return replace(meeting, outage=(begins, ends)) if inside else meeting

    def _deal(self, groups: list[Meeting]) -> list[Meeting]:
        """The same groups with each role given to somebody, as far as there are people."""
        roles: dict[str, dict[str, Role]] = {group.session: {} for group in groups}
        seats = [
            (group, person.participant)
            for group in groups
            if group.incident in QUIET_INCIDENTS
            for person in group.people
        ]
        self._random.shuffle(seats)
        for group in groups:
            if group.incident in LAST_PLAYS:
                roles[group.session][group.people[-1].participant] = LAST_PLAYS[group.incident]
        free = [seat for seat in seats if seat[1] not in roles[seat[0].session]]
        for (group, participant), role in zip(free, DEALT, strict=False):
            roles[group.session][participant] = role
        return [replace(group, roles=roles[group.session]) for group in groups]
