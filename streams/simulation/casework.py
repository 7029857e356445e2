"""Casework: what staff say of people over the weeks, before and after what they did."""

from collections.abc import Callable, Iterator
from typing import Any

from schemas.care import (
    AbsenceNotified,
    Accommodation,
    CheckInDone,
    Discharged,
    Enrolled,
    GoalsAgreed,
    LeaveOfAbsence,
    MakeUpArranged,
    Override,
    Practice,
    ProgramClosed,
    Staff,
)
from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS
from streams.simulation.account import Account
from streams.simulation.days import WEEK_MS
from streams.simulation.meeting import Meeting
from streams.simulation.people import Person
from streams.simulation.program import CLOSED, CLOSED_PROGRAM, Cast, Program

OLD_HANDS_DAYS = 60
"""How long before the weeks those came who are not new."""
EARLY_MS = 7 * DAY_MS
"""How long before the first session staff begin to say anything."""
PRACTICE_DAYS = 3
PRACTISED = {8: 4, 5: 1, 2: 2}
"""How many days in a row somebody practises, by the first meeting of a week, counted back."""


class Casework:
    """Says everything that staff say of the weeks into one account."""

    def __init__(self, program: Program, account: Account) -> None:
        self._program = program
        self._account = account
        self._begins = program.days[0].offset

    def work(self) -> None:
        """Enrolments, the holiday, and what each plot has staff do."""
        priority = {each.participant for each in self._program.cast if each.plot.priority}
        for participant, program, person, first in self._places():
            self._enrol(participant, program, person, first, participant in priority)
        self._close()
        for cast in self._program.cast:
            work = WORK.get(cast.name)
            if work is not None:
                work(self, cast)

    def _places(self) -> Iterator[tuple[str, str, Person, Meeting]]:
        """Everybody's programs, with their first session there."""
        seen = set()
        meetings = sorted(self._program.regular(), key=lambda each: (each.begins, each.session))
        for meeting in meetings:
            for person in meeting.people:
                place = (person.participant, meeting.program)
                if place not in seen:
                    seen.add(place)
                    yield (*place, person, meeting)

    def _enrol(
        self, participant: str, program: str, person: Person, first: Meeting, priority: bool
    ) -> None:
        days = OLD_HANDS_DAYS if person.enrolled_days is None else person.enrolled_days
        begins = first.begins - days * DAY_MS
        said = max(begins - DAY_MS, self._begins - EARLY_MS)
        self.say(
            Enrolled,
            said,
            participant,
            program=program,
            begins=self._account.instant(begins),
            priority=priority,
        )

    def _close(self) -> None:
        closed = [
            each.meetings[CLOSED]
            for each in self._program.series
            if CLOSED in each.meetings and each.last.program == CLOSED_PROGRAM
        ]
        for meeting in closed:
            day = self._account.instant(meeting.begins).date()
            for person in meeting.people:
                self.say(
                    ProgramClosed,
                    meeting.begins - 4 * DAY_MS,
                    person.participant,
                    program=meeting.program,
                    first_day=day,
                    last_day=day,
                )

    def say(
        self, record: Callable[..., Staff], offset: int, participant: str, **fields: Any
    ) -> None:
        """One fact, with an entity of its own."""
        entity = self._account.code("fact-")
        self._account.judge(record, offset, participant, entity=entity, **fields)

    def undecided(self, cast: Cast) -> None:
        """A notice that comes late, and that nobody decides on."""
        meeting = cast.missed[-1]
        said = meeting.begins - 3 * HOUR_MS
        self.say(AbsenceNotified, said, cast.participant, session=meeting.session, reason="other")

    def arrange(self, cast: Cast) -> None:
        """A make-up for the session that was missed, on the evening of that day."""
        missed, make_up = cast.missed[0], self._program.make_ups[cast.name]
        self.say(
            MakeUpArranged,
            missed.closes + HOUR_MS,
            cast.participant,
            session=missed.session,
            make_up=make_up.session,
            starts_at=self._account.instant(make_up.begins),
        )

    def accommodate(self, cast: Cast) -> None:
        """No camera is asked of this person, from before the first session on."""
        said = self._begins - 2 * DAY_MS
        begins = self._account.instant(said)
        self.say(Accommodation, said, cast.participant, exempt=("camera",), begins=begins)

    def credit(self, cast: Cast) -> None:
        """Staff count a session that was left early."""
        ((back, _),) = cast.plot.roles.items()
        meeting = cast.series.meetings[back]
        self.say(
            Override,
            meeting.closes + 30 * MINUTE_MS,
            cast.participant,
            session=meeting.session,
            outcome="credited",
            reason_code="clinical_call",
        )

    def talk(self, cast: Cast) -> None:
        """A check-in on the day after the second absence."""
        missed = cast.missed
        about = tuple(each.session for each in missed)
        self.say(CheckInDone, missed[-1].begins + 18 * HOUR_MS, cast.participant, about=about)

    def grant(self, cast: Cast) -> None:
        """A leave for a whole week, told a week ahead."""
        first = cast.missed[0]
        self.say(
            LeaveOfAbsence,
            first.begins - 6 * DAY_MS,
            cast.participant,
            program=first.program,
            begins=self._account.instant(first.begins - 2 * HOUR_MS),
            until=self._account.instant(first.begins - 2 * HOUR_MS + WEEK_MS),
        )

    def discharge(self, cast: Cast) -> None:
        """The person leaves the program on the day after their last session."""
        last = cast.series.meetings[cast.plot.last or 0]
        at = last.closes + 14 * HOUR_MS
        self.say(
            Discharged,
            at,
            cast.participant,
            program=last.program,
            begins=self._account.instant(at),
            reason_code="completed",
        )

    def practise(self, cast: Cast) -> None:
        """A goal for practice, kept in one week and not in another."""
        program = cast.series.last.program
        self.say(
            GoalsAgreed,
            self._begins - 2 * DAY_MS,
            cast.participant,
            program=program,
            begins=self._account.instant(self._begins - 2 * DAY_MS),
            practice_days=PRACTICE_DAYS,
        )
        for back, days in PRACTISED.items():
            if back not in cast.series.meetings:
                continue
            first = cast.series.meetings[back].begins - 4 * HOUR_MS
            for day in range(days):
                at = first + day * DAY_MS
                self.say(Practice, at, cast.participant, program=program, practice="journal")


WORK: dict[str, Callable[[Casework, Cast], None]] = {
    "undecided": Casework.undecided,
    "makes_up": Casework.arrange,
    "misses_make_up": Casework.arrange,
    "will_make_up": Casework.arrange,
    "accommodated": Casework.accommodate,
    "credited_by_staff": Casework.credit,
    "talked_with": Casework.talk,
    "on_leave": Casework.grant,
    "discharged": Casework.discharge,
    "practises": Casework.practise,
}
"""What staff do where a plot has them do something."""
