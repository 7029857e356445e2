"""Rolling upgrade to a release whose state has a field more, and back, over one group.

One worker at a time is replaced, every other time by a kill; in between both releases hold
partitions and read what the other wrote. In the end state comes from a release that is too new:
the worker refuses it in one line.
"""

import signal
import time

import msgspec

from schemas.topics import SESSION_STATE
from streams import state
from streams.state import SubjectState
from streams.worker.halt import FAILED
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import BOTH, Shift
from tests.kafka.workers import WORKER

SHORT = Sizes(seed=11, events=4_000, faults=4)
LONG = Sizes(seed=11, events=100_000, faults=24)

NEXT = ("tests.faults.next_release",)
APART_S = (1.0, 3.0)
TOO_NEW = msgspec.msgpack.encode([9, "facts of a release to come"])


def run(sizes: Sizes, place: Place) -> Outcome:
    """Replace one worker after the other, there and back, and compare."""
    with Shift(place, sizes) as shift:
        for name in BOTH:
            shift.fleet.start(name)
        shift.feed(rate=sizes.events / (3 * sizes.faults))
        for number in range(sizes.faults):
            time.sleep(shift.chance.uniform(*APART_S))
            name = BOTH[number % 2]
            if number % 4 in (1, 2):
                shift.fleet.kill(name)
            else:
                assert shift.fleet.stop(name) == 0, shift.fleet.log(name)[-2_000:]
            shift.fleet.start(name, program=WORKER if number % 4 > 1 else NEXT)
        written = _written(shift)
        outcome = shift.outcome("rolling upgrade", sizes.faults, shift.fleet.inside, **written)
        _refuses(shift)
    return outcome


def _written(shift: Shift) -> dict[str, int]:
    """State records of sessions by the release that wrote them: both must have."""
    by_length = {15: 0, 16: 0}
    for entry in shift.fleet.entries(SESSION_STATE.name):
        if entry.value is None or entry.key is None or entry.key.startswith(b"\0"):
            continue
        record = state.decode(entry.value)
        if isinstance(record, SubjectState):
            by_length[len(msgspec.msgpack.decode(record.facts))] += 1
    present, coming = by_length.values()
    assert present
    assert coming
    return {"states of this release": present, "states of the next": coming}


def _refuses(shift: Shift) -> None:
    fleet = shift.fleet
    for name in BOTH:
        fleet.signal(signal.SIGTERM, name)
        fleet.ended(name)
    fleet.send(TOO_NEW, topic=SESSION_STATE.name, key=b"new", partition=0)
    before = len(fleet.log("one"))
    fleet.start("one", ready=False)
    assert fleet.ended("one") == FAILED
    said = fleet.log("one")[before:]
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if "newer version" in line]
    assert "state written by a newer version: run that one, or a later one" in line
    assert "facts of" not in said
