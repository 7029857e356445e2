"""The broker is killed (SIGKILL) under two workers and started again, every other time while one
more worker is just about to join.
"""

import time
from pathlib import Path

from streams.machine.kafka import Broker
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.offsets import committed
from tests.faults.shift import BOTH, Shift

SHORT = Sizes(seed=14, events=3_000, faults=2)
LONG = Sizes(seed=14, events=50_000, faults=10)
APART_S = (3.0, 6.0)
AWAY_S = (0.5, 4.0)


def run(sizes: Sizes, place: Place) -> Outcome:
    """Kill, let a worker come, start again, compare. The broker is the scenario's own."""
    inside = 0
    with (
        Broker(_folder(place)) as broker,
        Shift(place._replace(bootstrap=broker.bootstrap), sizes) as shift,
    ):
        fleet = shift.fleet
        for name in BOTH:
            fleet.start(name)
        shift.feed(rate=sizes.events / (sizes.faults * sum(APART_S)))
        for number in range(sizes.faults):
            time.sleep(shift.chance.uniform(*APART_S))
            broker.kill()
            if number % 2:
                fleet.end("one")
                fleet.start("one", ready=False)
            time.sleep(shift.chance.uniform(*AWAY_S))
            broker.start()
            inside += fleet.left_open()
            _at_work(shift)
        for name in BOTH:
            assert "Traceback" not in fleet.log(name)
        return shift.outcome("broker killed", sizes.faults, inside)


def _at_work(shift: Shift) -> None:
    """Wait until something new is committed."""
    before = sum(committed(shift.run))
    if shift.feeding:
        shift.fleet.until(lambda: _moved(shift, before), "nothing is committed any more")


def _moved(shift: Shift, before: int) -> bool:
    for name in BOTH:
        shift.fleet.keep(name)
    return sum(committed(shift.run)) > before


def _folder(place: Place) -> Path:
    return place.folder / "kafka"
