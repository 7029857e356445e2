"""Memory: looks that remember tell exactly what looks tell that measure everybody.

Sessions of two minutes under a policy of which every duration is divided by 60, so that few
looks meet much that time changes.
"""

from typing import Any

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from schemas.instants import milliseconds
from schemas.telemetry import Event
from streams.changes import Moment, changes
from streams.session.facts import SessionFacts
from streams.session.fold import FOLDS
from streams.session.stage import session_stage
from streams.stage import Assessment, Pace, Pacing
from streams.state import Published
from tests.builders import (
    SESSION,
    Log,
    answered,
    camera,
    capable,
    chat,
    closed,
    ended,
    flat,
    heartbeat,
    joined,
    left,
    ms,
    opened,
    scheduled,
    speaking,
    stay,
    waiting,
)
from tests.live import policies
from tests.logs import clock, logs

SCALE = 60
# Shrinking what takes long to run takes too long: the example as found has to do.
LAW = settings(
    deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
ASKED = ("participation.min_weight = 20", "participation.targets.speaking = 120")
RULES = policies(*ASKED).scaled(SCALE)
STAGE = session_stage(RULES)
START = ms("10:00")
END = clock(120_000)
PACING = Pacing().scaled(SCALE)
Told = dict[str, Published]
SECOND_MS = 1_000

steps = st.sampled_from([1, 7, 250, 1_000, 1_000, 2_000, 2_000, 3_000, 5_000, 20_000])
delays = st.sampled_from([-3_000, 0, 0, 0, 0, 400, 3_000, 40_000])


class Course:
    """One session, looked at with and without a memory."""

    def __init__(self) -> None:
        self.facts = SessionFacts()
        self.memory = STAGE.memory()
        self.published: tuple[Told, Told] = ({}, {})

    def look(self, now: int, everything: bool = False) -> None:
        """Look twice at `now`, and compare what is true, what is told, and when to look again."""
        seen = STAGE.assess(self.facts, SESSION, now, self.memory)
        truth = STAGE.assess(self.facts, SESSION, now)
        assert waited_for(seen) == waited_for(truth)
        moment = Moment(now, 0, 0, PACING.publish_every, everything)
        found = [
            list(changes(each, published, moment))
            for each, published in zip((seen, truth), self.published, strict=True)
        ]
        assert found[0] == found[1]
        for published in self.published:
            published |= {change.id: change.published for change in found[0]}


def waited_for(found: Assessment) -> Assessment:
    """An assessment without what is worked out only if it is asked for, and without its pace."""
    outputs = [each._replace(render=no_record, pace=Pace.EVERY) for each in found.outputs]
    return found._replace(outputs=outputs)


def no_record() -> Any:
    """Nothing is rendered."""


def live(log: list[Event], late: list[int], gaps: list[int]) -> None:
    """Hear of each record when it happens or `late`, and look again after each of the `gaps`."""
    arrivals = sorted(
        (
            (milliseconds(record.at) + late[number % len(late)], number, record)
            for number, record in enumerate(log)
        ),
        key=lambda each: each[:2],
    )
    course, now, number = Course(), START - 20 * SECOND_MS, 0
    while now < START + 280 * SECOND_MS:
        while arrivals and arrivals[0][0] <= now:
            record = arrivals.pop(0)[2]
            FOLDS[type(record)](course.facts, record, milliseconds(record.at))
        course.look(now)
        now += gaps[number % len(gaps)]
        number += 1
    course.look(now, everything=True)


def at(second: float) -> str:
    return clock(round(second * SECOND_MS))


def told(*log: Log) -> list[Event]:
    return flat([scheduled(ends=END), *log])


THERE = joined(at(0), "a")
GRACE = told(THERE, camera(at(0.2), on=True), left(at(90), "a"))
TALK = told(capable("speaking"), THERE, speaking(at(39), on=True), speaking(at(59), on=True))
CHAT = told(capable("chat"), THERE, chat(at(60)))
POLL = told(capable("chat", "polls"), THERE, opened(at(30)), answered(at(30.1)))
MISSED = told(capable("chat", "polls"), THERE, chat(at(10)), opened(at(30)), closed(at(30.3)))
SILENT = told(THERE, heartbeat(at(100)))
AHEAD = told(THERE, heartbeat(at(121)))
FIRST = told(THERE, chat(at(10)), joined(at(0), "b"), speaking(at(40), True, "b"))
WAIT = told(joined(at(0), "h", role="host"), waiting(at(1), "a"), joined(at(100), "a"))
LEFT = [*stay(at(0), at(100), "a"), *stay(at(0), at(118), "b"), ended(at(119))]
OVER = told(*LEFT, chat(at(130), "b"))
LONG = 30_000


@settings(LAW, max_examples=100)
@given(
    logs(SCALE, 20),
    st.lists(delays, min_size=1, max_size=7),
    st.lists(steps, min_size=1, max_size=9).filter(lambda gaps: sum(gaps) > 500 * len(gaps)),
)
@example(GRACE, [0], [250])
@example(TALK, [0], [250])
@example(CHAT, [0], [250])
@example(POLL, [0], [250])
@example(MISSED, [0, 0, 0, 0, 0, LONG], [250])
@example(SILENT, [0, 0, LONG], [1_000])
@example(AHEAD, [0, 0, -2_000], [250])
@example(FIRST, [0], [1_000])
@example(WAIT, [0], [1_000])
@example(OVER, [0], [1_000])
def test_looks_that_remember_tell_what_looks_tell_that_measure_everybody(
    log: list[Event], late: list[int], gaps: list[int]
) -> None:
    live(log, late, gaps)
