"""How care tests listen: both stages, the one feeding the other."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from schemas.care import CareEvent, SessionResult
from schemas.dead_letter import DeadLetter, Entry
from schemas.instants import milliseconds
from schemas.policy import Policies, Policy
from schemas.telemetry import Event
from schemas.topics import CARE, VIOLATIONS
from streams.care.concern import LABELS
from streams.care.stage import care_stage
from streams.changes import Change
from streams.ledger import Ledger
from streams.session.stage import session_stage
from streams.stage import Pacing
from tests import builders
from tests.builders import ms, scheduled, stay
from tests.care.builders import PERSON, entry, result

Violation = dict[str, Any]
Record = Event | CareEvent | SessionResult

POLICIES = Policies([Policy(version="v1", effective_from=date(2026, 1, 1))])


def passed_on(changes: Iterable[Change], offset: int, appended_at: int) -> list[Entry]:
    """The session results among `changes`, as the log of the care topic holds them."""
    values = [(change.key, change.value) for change in changes if change.topic == CARE.name]
    return [
        Entry(offset + number, appended_at, key.encode(), value)
        for number, (key, value) in enumerate(values)
    ]


def violations(changes: Iterable[Change]) -> list[Violation]:
    """The violations in sessions among `changes`, as readers see them."""
    told = [json.loads(change.value) for change in changes if change.topic == VIOLATIONS.name]
    return [each for each in told if each["rule"] not in LABELS]


class Both:
    """Both ledgers of one partition; a look checkpoints the first and then the second."""

    def __init__(self) -> None:
        self.session = Ledger(session_stage(POLICIES), Pacing())
        self.care = Ledger(care_stage(POLICIES), Pacing())
        self.now = ms("08:00")
        self.told: list[Violation] = []
        self.dead_letters: list[DeadLetter] = []

    def tell(self, *records: Record | list[Event]) -> None:
        """Append records, not before they were said and not before the last look."""
        for each in records:
            for record in each if isinstance(each, list) else [each]:
                if isinstance(record, Event):
                    appended_at = max(self.now, milliseconds(record.at))
                    told = builders.entry(record, self.session.position, appended_at)
                    self.session.take([told])
                else:
                    self.care.take([entry(record, self.care.position, self.now)])

    def look(self, time: str, *records: Record | list[Event]) -> dict[str, Violation]:
        """What a look after `records` tells of the person's violations, by rule."""
        self.tell(*records)
        self.now = ms(time)
        measured = self.session.checkpoint(self.now)
        self.care.take(passed_on(measured.changes, self.care.position, self.now))
        judged = self.care.checkpoint(self.now)
        assert measured.faults == judged.faults == []
        self.dead_letters += measured.dead_letters + judged.dead_letters
        told = violations(judged.changes)
        self.told += told
        return {each["rule"]: each for each in told if each["participant"] == PERSON}

    def life(self, rule: str, participant: str = PERSON) -> list[str]:
        """The status words of one violation so far; its revisions are 1..n under one id."""
        told = [v for v in self.told if v["rule"] == rule and v["participant"] == participant]
        assert [each["revision"] for each in told] == list(range(1, len(told) + 1))
        assert len({each["id"] for each in told}) <= 1
        return [each["status"] for each in told]


def meeting(*more: Event | list[Event], **fields: Any) -> Both:
    """A group of `a` and `b` from 10:00 to 12:00, `b` there all the time."""
    both = Both()
    both.tell(scheduled(roster=("a", "b"), **fields), stay("10:00", "12:00", "b"), *more)
    return both


def edges(violation: Violation) -> list[tuple[str, str | None]]:
    """Begin and end of each episode, as clock times."""
    return [
        (each["since"][11:19], each["until"] and each["until"][11:19])
        for each in violation["episodes"]
    ]


def shown(violation: Violation) -> str:
    """What a subscriber reads first."""
    return "{status} {severity}: {label}".format(**violation)


def judged(*said: CareEvent, given: SessionResult | None = None) -> str:
    """What is held against the person after a final result: `stood`, `stood pending` or nothing."""
    told = Both().look("14:10", given or result(), *said)
    return " ".join([v["status"] + " " + v.get("excuse", "") for v in told.values()]).strip()


def reason(*said: CareEvent, given: SessionResult | None = None) -> str:
    """Why violations that stood are retracted once `said` is known."""
    both = Both()
    before = both.look("14:10", given or result())
    after = both.look("14:11", *said)
    assert before.keys() == after.keys()
    assert {each["status"] for each in after.values()} == {"retracted"}
    [why] = {each["reason"] for each in after.values()}
    return str(why)
