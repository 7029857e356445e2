"""next_look: between two looks time alone changes nothing that anyone waits for.

Sessions of two minutes under a policy of which every duration is divided by 60. Levels are not
among what is compared: while a session runs they drift, and the ledger looks again after
`publish_every` for their sake.
"""

from typing import Any

from hypothesis import Phase, example, given, settings

from schemas.care import SessionResult
from schemas.instants import instant, milliseconds
from schemas.policy import Policies
from schemas.telemetry import Event
from schemas.topics import CARE, VIOLATIONS
from schemas.violation import Violation
from streams.session.assess import assess
from streams.session.facts import SessionFacts
from streams.session.fold import FOLDS
from streams.stage import Assessment
from tests.builders import (
    SESSION,
    Log,
    capable,
    chat,
    ended,
    flat,
    joined,
    ms,
    place,
    scheduled,
    stay,
    waiting,
)
from tests.live import policies
from tests.logs import clock, logs

SCALE = 60
TICK_MS = 2_000
START = ms("10:00")
FIRST_MS, LAST_MS = -30_000, 290_000
FAST = policies("participation.min_weight = 20").scaled(SCALE)


def facts_of(*log: Log) -> SessionFacts:
    facts = SessionFacts()
    for record in flat(log):
        FOLDS[type(record)](facts, record, milliseconds(record.at))
    return facts


def waited_for(assessment: Assessment) -> dict[str, Any]:
    """What readers wait for: standing, phase, void, findings, violations."""
    said: dict[str, Any] = {}
    for output in assessment.outputs:
        body = output.render()
        if isinstance(body, SessionResult) and output.topic == CARE.name:
            score = body.score
            findings = [
                (finding.rule, [episode.until is None for episode in finding.episodes])
                for finding in score.findings
            ]
            void = (score.void_reason, score.needs_review, body.withdrawn)
            said[body.participant] = (score.standing, score.phase, void, findings)
        elif isinstance(body, Violation) and output.topic == VIOLATIONS.name:
            said[output.id] = (body.rule, output.status, len(body.episodes))
    return said


def assert_quiet_between_looks(facts: SessionFacts, policy: Policies) -> None:
    now, last = START + FIRST_MS, START + LAST_MS
    looked = assess(SESSION, facts, policy, now)
    while now < last:
        expected = waited_for(looked)
        assert looked.next_look is None or looked.next_look > now
        following = min(looked.next_look or last, last)
        ticks = range(now + TICK_MS - now % TICK_MS, following, TICK_MS)
        for tick in {now + 1, *ticks, following - 1} - {following}:
            if tick >= now:
                seen = waited_for(assess(SESSION, facts, policy, tick))
                assert seen == expected, (instant(now), instant(tick))
        now = following
        looked = assess(SESSION, facts, policy, now)


# Shrinking what takes long to run takes too long: the example as found has to do.
SLOW = settings(
    deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
END = clock(120_000)
REPORT = [scheduled(ends=END, delivery="report"), *stay(clock(-5_000), clock(50_000), "a")]


@settings(parent=SLOW, max_examples=100)
@given(logs(SCALE, 12))
@example([scheduled(ends=END, hosts=("h",)), joined(clock(12_000), "h")])
@example([scheduled(ends=END, hosts=("h",)), waiting(clock(0), "a"), joined(clock(9_000), "h")])
@example([scheduled(ends=END, roster=(place("a", begins=clock(30_000)), "b"))])
@example([scheduled(ends=END), capable("camera", camera="exact"), joined(clock(-5_000), "a")])
@example([scheduled(ends=END), *stay(clock(-5_000), clock(20_000), "a")])
@example([scheduled(ends=END, breaks=[(clock(5_000), clock(40_000))])])
@example([*REPORT, ended(clock(60_000)), chat(clock(70_000))])
@example([*REPORT, ended(clock(60_000))])
def test_time_alone_changes_nothing_before_the_next_look(log: list[Event]) -> None:
    assert_quiet_between_looks(facts_of(log), FAST)
