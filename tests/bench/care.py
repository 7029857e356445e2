"""The care stage alone, in this process: what a look costs, and a night that closes weeks.

Everybody has 16 weeks of four sessions behind them, and their last week closes at one midnight.
Subjects are looked at in turns as the worker's, and as many at once as fit into such a turn.
Probes are people who do not appear: each falls due right after a turn has begun, and so waits
for the rest of that turn, and for the next one.
"""

import gc
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from schemas.care import SessionResult
from schemas.codec import encode
from schemas.dead_letter import Entry
from schemas.instants import instant, milliseconds
from schemas.topics import VIOLATIONS
from streams.care.stage import care_stage
from streams.ledger import Checkpoint, Ledger
from streams.policies import load
from streams.stage import Pacing
from streams.worker.task import SUBJECTS, TURN_S
from tests.care.builders import finding, result

WEEKS = 16
SESSIONS = 4
FIRST_DAY = datetime(2026, 3, 2, 18, tzinfo=UTC)
MIDNIGHT = milliseconds(datetime(2026, 6, 22, tzinfo=UTC))
"""The end of the last week."""
EVENING_BEFORE = MIDNIGHT - 3_600_000
LENGTH = timedelta(hours=2)
CHUNK = 100
"""So many are unpacked at a time."""
LIVES = 20
"""So many histories are different; everybody has one of them."""
NOBODY = "par-000000"
TEMPLATE = result(findings=())


class CareSpeed(NamedTuple):
    """CPU seconds a participant: rules alone, and one session's news with all that it takes."""

    assess_s: float
    news_s: float


class Night(NamedTuple):
    """A midnight at which `people` weeks close: CPU seconds, output and state, and delays.

    `delays` are the sorted seconds from a probe's record to the end of the turn that judged it.
    """

    people: int
    cpu_s: float
    turns: int
    changes: int
    changed_bytes: int
    state_bytes: int
    delays: list[float]


class Alone(NamedTuple):
    """A ledger with its people, and the offset that its next record gets."""

    ledger: Ledger
    offset: int


def filled(people: int) -> Alone:
    """A ledger of `people` who were last looked at on the evening before."""
    ledger = Ledger(care_stage(load()), Pacing(), epoch=1)
    lives = [list(history(NOBODY, Random(number))) for number in range(LIVES)]
    written = [[_entry(each, 0) for each in life] for life in lives]
    offset = 0
    for first in range(0, people, CHUNK):
        for number in range(first, min(first + CHUNK, people)):
            name = name_of(number).encode()
            for each in written[number % LIVES]:
                value = (each.value or b"").replace(NOBODY.encode(), name)
                ledger.take([each._replace(offset=offset, key=name, value=value)])
                offset += 1
        _well(ledger.checkpoint(EVENING_BEFORE))
    return Alone(ledger, offset)


def name_of(number: int) -> str:
    """A participant of the benchmark."""
    return f"par-{number:06}"


def history(participant: str, random: Random) -> Iterator[SessionResult]:
    """Final results of all weeks: one session in ten missed, one in ten late."""
    for number in range(WEEKS * SESSIONS):
        week, day = divmod(number, SESSIONS)
        starts_at = FIRST_DAY + timedelta(days=7 * week + day)
        yield _result(participant, f"ses-{number}", starts_at, random)


def _result(
    participant: str, session: str, starts_at: datetime, random: Random, missed: float = 0.1
) -> SessionResult:
    fate = random.random()
    absent, late = fate < missed, missed <= fate < missed + 0.1
    rule = "no_show" if absent else "late"
    since = starts_at + timedelta(minutes=10)
    found = replace(
        finding(rule), episodes=(replace(finding(rule).episodes[0], since=since, until=None),)
    )
    score = replace(
        TEMPLATE.score,
        participant=participant,
        session=session,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        ended_at=starts_at + LENGTH,
        standing="absent" if absent else "attended",
        attended_ms=0 if absent else 6_600_000,
        attendance=0.0 if absent else 0.9167,
        arrived_at=None if absent else starts_at,
        participation=None if absent else float(random.randint(30, 90)),
        level="unknown" if absent else "active",
        findings=(found,) if absent or late else (),
    )
    return replace(
        TEMPLATE,
        id=f"{session} {participant}",
        session=session,
        participant=participant,
        score=score,
        assessed_at=starts_at + 2 * LENGTH,
    )


def _entry(record: SessionResult, offset: int, appended_at: int = 0) -> Entry:
    at = appended_at or milliseconds(record.at)
    return Entry(offset, at, record.participant.encode(), encode(record))


def _well(captured: Checkpoint) -> Checkpoint:
    for fault in captured.faults:
        raise fault
    if captured.dead_letters:
        raise RuntimeError(f"refused: {captured.dead_letters[0].detail}")
    return captured


def speed(people: int) -> CareSpeed:
    """The cost of a look at people with a full history."""
    ledger, offset = filled(people)
    news = [
        _entry(_result(name_of(n), "ses-new", FIRST_DAY, Random(n)), offset + n, EVENING_BEFORE)
        for n in range(people)
    ]
    started = time.process_time()
    for first in range(0, people, CHUNK):
        ledger.take(news[first : first + CHUNK])
        _well(ledger.checkpoint(EVENING_BEFORE))
    news_s = time.process_time() - started
    facts = [ledger.facts(name_of(n)) for n in range(min(people, CHUNK))]
    started = time.process_time()
    for number, each in enumerate(facts):
        ledger.stage.assess(each, name_of(number), EVENING_BEFORE)
    return CareSpeed((time.process_time() - started) / len(facts), news_s / people)


def night(people: int) -> Night:
    """Close everybody's week, with a probe in every turn."""
    ledger, offset = filled(people)
    gc.collect()
    gc.freeze()
    looked: list[Checkpoint] = []
    seconds: list[float] = []
    most, waiting = SUBJECTS[-1] // 20, None
    while not looked or looked[-1].left:
        started = time.process_time()
        captured = _well(ledger.checkpoint(MIDNIGHT, most=most))
        seconds.append(time.process_time() - started)
        looked.append(captured)
        if waiting is not None and not _told(captured, waiting):
            raise RuntimeError(f"{waiting} still waits behind the weeks that close")
        waiting = f"probe-{len(looked)}"
        ledger.take([_entry(_missing(waiting), offset + len(looked), MIDNIGHT)])
        fitting = int(TURN_S * captured.assessed / max(seconds[-1], 1e-6))
        most = min(max((most + fitting) // 2, SUBJECTS[0]), SUBJECTS[-1])
    gc.unfreeze()
    return Night(
        people=people,
        cpu_s=sum(seconds),
        turns=len(looked),
        changes=sum(len(each.changes) for each in looked),
        changed_bytes=sum(len(change.value) for each in looked for change in each.changes),
        state_bytes=sum(len(value or b"") for each in looked for _, value in each.states),
        delays=sorted(one + after for one, after in pairwise(seconds)),
    )


def _missing(participant: str) -> SessionResult:
    """Somebody is not seen in a session that began a quarter of an hour before midnight."""
    starts_at = instant(MIDNIGHT) - timedelta(minutes=15)
    probe = _result(participant, "ses-probe", starts_at, Random(0), missed=1.0)
    score = replace(probe.score, phase="running", standing="missing")
    return replace(probe, score=score, assessed_at=instant(MIDNIGHT))


def _told(captured: Checkpoint, participant: str) -> bool:
    return any(
        change.topic == VIOLATIONS.name and change.key == participant for change in captured.changes
    )
