"""The weeks' sessions: the last evening, and the same people on the days before it."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import NamedTuple

from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS
from streams.simulation import people
from streams.simulation.agenda import PROGRAMS, QUIET_INCIDENTS, Agenda
from streams.simulation.days import WEEK_MS, WEEKDAYS, Day, days_of
from streams.simulation.meeting import Meeting
from streams.simulation.people import Person
from streams.simulation.plots import CALM, MAKE_UPS, PLOTS, Name, Plot
from streams.simulation.settings import Evening
from streams.simulation.sources import EXACT

MAKE_UP_DAY = 2
MAKE_UP_MS = 90 * MINUTE_MS
ANNOUNCED_MS = 6 * HOUR_MS + 5 * DAY_MS
"""How long before its first session a week's plan is known."""
CLOSED = 7
"""The meeting, counted back, that falls on a holiday of one program."""
CLOSED_PROGRAM = PROGRAMS[1]
UNREST = 0.25
"""On the days before the last evening, fewer people stay away or leave early than on it."""


class Series(NamedTuple):
    """The meetings of the same people by how many evenings they lie back, 0 the last.

    -1 is the first one of the week to come.
    """

    meetings: dict[int, Meeting]

    @property
    def last(self) -> Meeting:
        """That of the last evening."""
        return self.meetings[0]


class Cast(NamedTuple):
    """Somebody with a plot, and the group that they belong to."""

    name: Name
    plot: Plot
    person: Person
    series: Series

    @property
    def participant(self) -> str:
        """Their code."""
        return self.person.participant

    @property
    def missed(self) -> list[Meeting]:
        """The sessions that they do not come to, in order of time."""
        away = (back for back, role in self.plot.roles.items() if role == "no_show")
        return [self.series.meetings[back] for back in sorted(away, reverse=True)]


class Program:
    """Draws all sessions; `series` are those of groups, individuals and workshops.

    `cast` are the people with a plot, `make_ups` the sessions for some of them by plot.
    """

    def __init__(self, evening: Evening, weeks: int) -> None:
        self.agenda = Agenda(evening)
        self.days = days_of(weeks)
        self.codes = self.agenda.codes
        self._random = Random(f"{evening.seed}/weeks")
        self.series = [
            Series(dict(self._repeated(meeting)))
            for meeting in self.agenda.meetings
            if meeting.scheduled
        ]
        self.unscheduled = [each for each in self.agenda.meetings if not each.scheduled]
        self.cast = list(self._deal())
        self.make_ups = {
            each.name: self._make_up_group(each) for each in self.cast if each.name in MAKE_UPS
        }
        self._close()
        for each in self.cast:
            self._play(each)
            if each.name == "switches":
                self._visit(each)

    def regular(self) -> Iterator[Meeting]:
        """Every session that people belong to, those to come included."""
        for each in self.series:
            yield from each.meetings.values()

    def planned(self) -> Iterator[Meeting]:
        """Sessions of the week to come, of which nothing but the plan is known."""
        for each in self.series:
            yield from (meeting for back, meeting in each.meetings.items() if back < 0)
        yield from (each for each in self.make_ups.values() if each.begins > 0)

    def held(self) -> Iterator[Meeting]:
        """Sessions up to the last evening."""
        for each in self.series:
            yield from (meeting for back, meeting in each.meetings.items() if back >= 0)
        yield from (each for each in self.make_ups.values() if each.begins <= 0)
        yield from self.unscheduled

    def _repeated(self, last: Meeting) -> Iterator[tuple[int, Meeting]]:
        """The last evening's session, and those of the same people on other days."""
        coming = [day._replace(offset=day.offset + WEEK_MS) for day in self.days[-len(WEEKDAYS) :]]
        for number, day in enumerate((*self.days, *coming)):
            back = len(self.days) - 1 - number
            announced_by = self._week_begins(day) - ANNOUNCED_MS
            if back == 0:
                yield 0, replace(last, announced_by=announced_by)
            elif last.kind == "group" or day.weekly:
                people = tuple(_earlier(last.people, day.offset))
                if people:
                    yield back, self._other(last, day, people, announced_by)

    def _week_begins(self, day: Day) -> int:
        return day.offset - (day.offset - self.days[0].offset) % WEEK_MS

    def _other(
        self, last: Meeting, day: Day, people: tuple[Person, ...], announced_by: int
    ) -> Meeting:
        """The session `last` as it was, or will be, on another day: nothing special happens."""
        return replace(
            last,
            session=self.codes.mint("ses-"),
            begins=last.begins + day.offset,
            ends=last.ends + day.offset,
            breaks=tuple((begins + day.offset, ends + day.offset) for begins, ends in last.breaks),
            people=people,
            outage=None,
            incident=None,
            roles={},
            announced_by=announced_by,
            unrest=UNREST,
        )

    def _deal(self) -> Iterator[Cast]:
        """Each plot that fits into the weeks, to somebody to whom nothing else happens."""
        groups = [each for each in self.series if each.last.kind == "group"]
        busy = {
            person.participant
            for each in self.series
            if each.last.kind == "individual"
            for person in each.last.people
        }
        seats = [
            (group, person)
            for group in groups
            if group.last.incident in QUIET_INCIDENTS
            for person in group.last.people
            if person.participant not in busy | group.last.roles.keys()
        ]
        self._random.shuffle(seats)
        fitting = [
            (name, plot)
            for name, plot in PLOTS.items()
            if plot.reaches < len(self.days)
            if name != "switches" or len(groups) >= 2 * len(PROGRAMS)
        ]
        for (name, plot), (group, person) in zip(fitting, seats, strict=False):
            yield Cast(name, plot, replace(person, **CALM), group)

    def _play(self, cast: Cast) -> None:
        """Everything that the plot says of the person's own group."""
        meetings, plot = cast.series.meetings, cast.plot
        for back, meeting in meetings.items():
            others = tuple(each for each in meeting.people if each.participant != cast.participant)
            if not plot.there(back):
                meetings[back] = replace(meeting, people=others)
                continue
            habits = {**plot.always, **plot.habits.get(back, {})}
            if plot.first is not None:
                days = (meeting.begins - meetings[plot.first].begins) // DAY_MS
                habits["enrolled_days"] = days
            roles = dict(meeting.roles)
            if back in plot.roles:
                roles[cast.participant] = plot.roles[back]
            meetings[back] = replace(
                meeting,
                people=(*others, replace(cast.person, **habits)),
                roles=roles,
                steady=meeting.steady | {cast.participant},
            )

    def _close(self) -> None:
        """A holiday: the sessions of one program are cancelled on that day."""
        for each in self.series:
            meeting = each.meetings.get(CLOSED)
            if meeting is not None and meeting.program == CLOSED_PROGRAM:
                each.meetings[CLOSED] = replace(meeting, incident="cancelled")

    def _visit(self, cast: Cast) -> None:
        """In the place of their own group the person goes to another one of the program."""
        (back,) = cast.plot.roles
        other = next(
            each
            for each in self.series
            if each is not cast.series
            and (each.last.program, each.last.kind) == (cast.series.last.program, "group")
        )
        meeting = other.meetings[back]
        other.meetings[back] = replace(
            meeting,
            guests=(*meeting.guests, cast.person),
            steady=meeting.steady | {cast.participant},
        )

    def _make_up_group(self, cast: Cast) -> Meeting:
        """A small group in the middle of the week, for those who missed their own."""
        week = self.days[-len(WEEKDAYS)].offset
        week += WEEK_MS if cast.name == "will_make_up" else -WEEK_MS
        begins = week + MAKE_UP_DAY * DAY_MS + HOUR_MS
        return Meeting(
            session=self.codes.mint("ses-"),
            program=cast.series.last.program,
            kind="group",
            source=EXACT,
            begins=begins,
            ends=begins + MAKE_UP_MS,
            hosts=(people.host(self.codes),),
            people=(cast.person,),
            announced_by=week - ANNOUNCED_MS,
            roles={cast.participant: "no_show"} if cast.name == "misses_make_up" else {},
            steady=frozenset({cast.participant}),
            make_up=True,
        )


def _earlier(people: tuple[Person, ...], offset: int) -> Iterator[Person]:
    """Those who had begun so long before the last evening, or will have so long after it."""
    for person in people:
        if person.enrolled_days is None:
            yield person
        elif (days := person.enrolled_days + offset // DAY_MS) >= 0:
            yield replace(person, enrolled_days=days)
