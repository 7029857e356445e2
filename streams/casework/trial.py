"""Trial: a case run through both ledgers under a policy, as on Kafka but in one process."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.care import CareEvent
from schemas.codec import encode
from schemas.dead_letter import Entry
from schemas.instants import instant, milliseconds
from schemas.policy import Policies, Policy
from schemas.policy_case import Case
from streams.casework.almanac import CaseError
from streams.casework.expectation import (
    Differences,
    Expectation,
    Found,
    compare,
    expectation,
    named,
)
from streams.casework.findings import Findings
from streams.casework.script import PlacedError, Script, at, line_place, script
from streams.casework.statement import Said
from streams.casework.telemetry import PERSON, SOURCE, telemetry
from streams.local import Local, Looked, Routed


class Step(NamedTuple):
    """Something said at an instant (ms), by the line of the log with this number.

    A ready record, or what staff say of outputs that exist only once the case has run so far.
    """

    at: int
    number: int
    record: Any


class Read(NamedTuple):
    """A case that can be run: its log, and what must come of it."""

    script: Script
    expected: list[Expectation]


def read(case: Case, policy: Policy) -> Read:
    """Read a case as its own policy counts weeks and time; raises PlacedError."""
    expected = []
    for number, text in enumerate(case.expect):
        with at(f"expect[{number}]"):
            expected.append(expectation(text))
    return Read(script(case, policy), expected)


def judged(case: Read, policy: Policy) -> Differences:
    """Run a case under its policy, and hold it against what must come of it.

    Raises PlacedError for what only running it shows, such as an output that is never there.
    """
    return compare(case.expected, found(case, policy))


def found(case: Read, policy: Policy, own: bool = True) -> list[Found]:
    """What `policy` makes of a case. If it is not the case's own, staff leave unsaid what they
    said of outputs that are not there under it."""
    return _Trial(case.script, policy, own).run()


class _UnseenError(CaseError):
    """An output that a line speaks of is not there."""


class _Trial:
    """One run of a script, from its first record to the instant it is looked at."""

    def __init__(self, read: Script, policy: Policy, own: bool) -> None:
        self._script = read
        self._own = own
        # Whatever program the policy is for, the case's own is judged by it; and every set of
        # policies has a default.
        programs = {read.program, "default"}
        self._local = Local(Policies(replace(policy, program=name) for name in programs))
        self._findings = Findings(read.almanac)
        self._numbers: dict[bytes, int] = {}

    def run(self) -> list[Found]:
        until = self._script.looked_at
        batch: list[Routed] = []
        for step in sorted(self._steps(), key=lambda step: step.at):
            if step.at > until:
                break
            if isinstance(step.record, Said) and step.record.names:
                # What it is about must be published before it can be named.
                self._advance(batch, step.at)
                batch = []
            with at(line_place(step.number)):
                batch += self._routed(step)
        self._advance(batch, until)
        self._take(self._local.look(until, everything=True))
        return self._findings.found()

    def _steps(self) -> Iterable[Step]:
        for name, visit in self._script.visits.items():
            number = self._script.lines[name]
            with at(line_place(number)):
                for event in telemetry(visit, self._script.program):
                    yield Step(milliseconds(event.at), number, event)
        for number, said in self._script.said:
            yield Step(said.at, number, said)

    def _routed(self, step: Step) -> Iterator[Routed]:
        record, care = step.record, isinstance(step.record, Said)
        if care:
            try:
                record = self._spoken(step.record, step.number)
            except _UnseenError:
                if self._own:
                    raise
                return
        key, value = record.participant if care else record.session, encode(record)
        self._numbers[value] = step.number
        yield Routed(care, Entry(len(self._numbers), step.at, key.encode(), value))

    def _spoken(self, said: Said, number: int) -> CareEvent:
        own = {
            "id": f"line-{number:05}",
            "entity": f"line-{number:05}",
            "source": SOURCE,
            "at": instant(said.at),
            "participant": PERSON,
        }
        return said.build(own, tuple(self._id_of(name) for name in said.names))

    def _id_of(self, text: str) -> str:
        """The id of the newest output, or of the session, that goes by a name."""
        if text in self._script.visits:
            return text
        name, about = named(text)
        known = [
            each.id
            for each in self._findings.found()
            if each.name == name and (not about or about in each.about)
        ]
        if not known:
            raise _UnseenError(f"nobody has seen `{text}` by then")
        return known[-1]

    def _advance(self, batch: Sequence[Routed], until: int) -> None:
        """Run the clock on over a batch; what time alone brings before it comes first."""
        if batch:
            self._advance((), batch[0].entry.timestamp)
        for looked in self._local.run(batch, lambda: until):
            self._take(looked)

    def _take(self, looked: Looked) -> None:
        for fault in looked.faults:
            raise fault
        for dead in looked.dead_letters:
            number = self._numbers[dead.arrival.value or b""]
            raise PlacedError(line_place(number), f"refused: {dead.reason}: {dead.detail}")
        self._findings.add(looked.changes)
