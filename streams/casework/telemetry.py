"""Telemetry of a case: what a platform would have sent of a visit."""

from collections.abc import Iterable, Sequence
from typing import Any

from schemas.instants import DAY_MS, MINUTE_MS, instant
from schemas.telemetry import (
    Admitted,
    Break,
    Camera,
    Capabilities,
    Chat,
    Event,
    Identified,
    Joined,
    Left,
    Outage,
    PollAnswered,
    PollClosed,
    PollOpened,
    Reaction,
    RosterEntry,
    SessionScheduled,
    SharedWork,
    Signal,
    Speaking,
    Waiting,
)
from streams.casework.almanac import CaseError, Span
from streams.casework.visit import Visit
from streams.intervals import Spans, clip, intersect, subtract, union

PERSON, ALIAS, HOST = "par-1", "visitor-1", "host-1"
SOURCE = "case"
PLANNED_MS = 7 * DAY_MS
"""The plan of a session is known so long before it starts."""

SPEECH_MS = (5_000, 55_000)
"""From when to when of an active minute somebody speaks."""

MOMENTS: dict[str, type[Chat | Reaction | SharedWork]] = {
    "chat": Chat,
    "reactions": Reaction,
    "shared_work": SharedWork,
}


def telemetry(visit: Visit, program: str) -> list[Event]:
    """Every record of one session, in no order."""
    return _Scribe(visit).write(program)


class _Scribe:
    """Writes the records of one visit; each has an id of its own."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.events: list[Event] = []
        # Whoever has no place comes under an id of the platform's, and is identified.
        self.person = ALIAS if visit.place == "guest" else PERSON

    def write(self, program: str) -> list[Event]:
        visit = self.visit
        self._plan(program)
        for number, span in enumerate(visit.breaks):
            self._interruption(Break, f"break-{number}", span)
        for number, span in enumerate(visit.outages):
            self._interruption(Outage, f"outage-{number}", span)
        if visit.told and not visit.cancelled:
            self._hosts()
            self._person()
        return self.events

    def _say(self, record: type[Event], at: int, /, **fields: Any) -> None:
        name = f"{self.visit.session}-{len(self.events):04}"
        own: dict[str, Any] = {
            "id": name,
            "source": SOURCE,
            "at": instant(at),
            "session": self.visit.session,
        }
        self.events.append(record(**(own | fields)))

    def _do(self, record: type[Event], at: int, connection: int, /, **fields: Any) -> None:
        """Something that the person did."""
        who = {"participant": self.person, "connection": f"connection-{connection}"}
        self._say(record, at, **who, **fields)

    def _plan(self, program: str) -> None:
        visit = self.visit
        begins, ends = visit.when
        entry = RosterEntry(participant=PERSON, make_up=visit.place == "make_up")
        self._say(
            SessionScheduled,
            begins - PLANNED_MS,
            revision=1,
            program=program,
            kind=visit.kind,
            starts_at=instant(begins),
            ends_at=instant(ends),
            status="cancelled" if visit.cancelled else "planned",
            hosts=(HOST,),
            roster=() if visit.place == "guest" else (entry,),
        )

    def _interruption(self, kind: type[Event], entity: str, span: Span) -> None:
        begins, ends = (instant(at) for at in span)
        self._say(kind, span[0], entity=entity, revision=1, begins=begins, ends=ends)

    def _hosts(self) -> None:
        host = {"participant": HOST, "connection": "host"}
        for begins, ends in self._hosted():
            self._say(Joined, begins, role="host", **host)
            self._say(Left, ends, cause="left", **host)

    def _hosted(self) -> Spans:
        return [self.visit.when] if self.visit.host is None else union(self.visit.host)

    def _person(self) -> None:
        visit, begins = self.visit, self.visit.when[0]
        if visit.place == "guest" and (visit.came or visit.waited):
            self._say(Identified, begins, alias=ALIAS, participant=PERSON, revision=1)
        if visit.camera is not None or visit.minutes is not None:
            self._capabilities(begins)
        for number, span in enumerate(visit.came):
            self._stay(span, number)
        for number, span in enumerate(visit.waited, len(visit.came)):
            self._wait(span, number)
        if visit.minutes is not None:
            self._participation()

    def _capabilities(self, at: int) -> None:
        signals: list[Signal] = []
        if self.visit.minutes is not None:
            signals += ["speaking", "chat", "polls", "reactions", "shared_work"]
        if self.visit.camera is not None:
            signals.append("camera")
        exact = "exact" if "camera" in signals else "none"
        self._say(Capabilities, at, signals=tuple(signals), camera=exact, revision=1)

    def _wait(self, span: Span, number: int) -> None:
        begins, ends = span
        entered = [n for n, (since, _) in enumerate(self.visit.came) if since == ends]
        if entered:
            self._do(Waiting, begins, entered[0])
            self._do(Admitted, ends, entered[0])
        else:
            self._do(Waiting, begins, number)
            self._do(Left, ends, number, cause="left")

    def _stay(self, span: Span, number: int) -> None:
        stretches = subtract([span], union(self.visit.dropped))
        for begins, ends in stretches:
            self._do(Joined, begins, number)
            dropped = ends != span[1]
            self._do(Left, ends, number, cause="network" if dropped else "left")
            for on_at, off_at in self._filmed((begins, ends)):
                self._do(Camera, on_at, number, on=True)
                self._do(Camera, off_at, number, on=False)

    def _filmed(self, stretch: Span) -> Spans:
        camera = self.visit.camera
        if camera is None:
            return []
        if camera.on:
            return subtract([stretch], union(camera.spans))
        return intersect([stretch], union(camera.spans))

    def _participation(self) -> None:
        minutes, there = self.visit.minutes or {}, self._there()
        whole = [
            minute
            for begins, ends in there
            for minute in range(-(-begins // MINUTE_MS), ends // MINUTE_MS)
        ]
        for signal, wanted in minutes.items():
            if wanted > len(whole):
                raise CaseError(f"{wanted} active minutes do not fit into {len(whole)}")
            for minute in _spread(whole, wanted):
                self._active(signal, minute * MINUTE_MS)
        if self.visit.polls is not None:
            self._polls(whole, *self.visit.polls)

    def _there(self) -> Spans:
        """When what the person does can count."""
        visit = self.visit
        present = subtract(union(visit.came), union(visit.dropped))
        counted = intersect(clip(self._hosted(), *visit.when), present)
        return subtract(counted, union([*visit.breaks, *visit.outages]))

    def _active(self, signal: str, begins: int) -> None:
        number = self._connection(begins)
        if signal == "speaking":
            since, until = SPEECH_MS
            self._do(Speaking, begins + since, number, on=True)
            self._do(Speaking, begins + until, number, on=False)
        else:
            self._do(MOMENTS[signal], begins + SPEECH_MS[0], number)

    def _connection(self, at: int) -> int:
        came = enumerate(self.visit.came)
        return next(number for number, (since, until) in came if since <= at < until)

    def _polls(self, whole: Sequence[int], answered: int, offered: int) -> None:
        if offered > len(whole):
            raise CaseError(f"{offered} polls do not fit into {len(whole)} minutes")
        for number, minute in enumerate(_spread(whole, offered)):
            begins, poll = minute * MINUTE_MS, f"poll-{number}"
            self._say(PollOpened, begins, poll=poll)
            self._say(PollClosed, begins + MINUTE_MS, poll=poll)
            if number < answered:
                answers_at = begins + MINUTE_MS // 2
                self._do(PollAnswered, answers_at, self._connection(begins), poll=poll)


def _spread(minutes: Sequence[int], wanted: int) -> Iterable[int]:
    """So many of the minutes, evenly."""
    return (minutes[n * len(minutes) // wanted] for n in range(wanted))
