"""Scenarios: every one with its short and its long form, in the order in which they run."""

from collections.abc import Callable
from typing import NamedTuple

from tests.faults import (
    aborted,
    broker_killed,
    closed,
    failover,
    killed,
    many_live,
    overload,
    recovered,
    refused,
    steps,
    storm,
    timed_out,
    unsaved,
    zombie,
)
from tests.faults.frame import Outcome, Place, Sizes


class Scenario(NamedTuple):
    """What to run, and its sizes; `run` may take further arguments."""

    run: Callable[[Sizes, Place], Outcome]
    short: Sizes
    long: Sizes


SCENARIOS = {
    "killed": Scenario(killed.run, killed.SHORT, killed.LONG),
    "steps": Scenario(steps.run, steps.SHORT, steps.LONG),
    "aborted": Scenario(aborted.run, aborted.SHORT, aborted.LONG),
    "zombie": Scenario(zombie.run, zombie.SHORT, zombie.LONG),
    "storm": Scenario(storm.run, storm.SHORT, storm.LONG),
    "broker_killed": Scenario(broker_killed.run, broker_killed.SHORT, broker_killed.LONG),
    "timed_out": Scenario(timed_out.run, timed_out.SHORT, timed_out.LONG),
    "refused": Scenario(refused.run, refused.SHORT, refused.LONG),
    "unsaved": Scenario(unsaved.run, unsaved.SHORT, unsaved.LONG),
    "closed": Scenario(closed.run, closed.SHORT, closed.LONG),
    "recovered": Scenario(recovered.run, recovered.SHORT, recovered.LONG),
    "many_live": Scenario(many_live.run, many_live.SHORT, many_live.LONG),
    "overload": Scenario(overload.run, overload.SHORT, overload.LONG),
    "failover": Scenario(failover.run, failover.SHORT, failover.LONG),
}
