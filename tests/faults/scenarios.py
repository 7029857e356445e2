"""Scenarios: every one with its short and its long form, in the order in which they run."""

from collections.abc import Callable
from typing import NamedTuple

from tests.faults import (
    aborted,
    broker_killed,
    closed,
    database_deadlock,
    database_killed,
    database_refuses,
    disk_full,
    failover,
    killed,
    many_live,
    offsets_reset,
    overload,
    poison,
    recovered,
    refused,
    steps,
    storm,
    timed_out,
    unsaved,
    upgrade,
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
    "database_killed": Scenario(database_killed.run, database_killed.SHORT, database_killed.LONG),
    "database_deadlock": Scenario(
        database_deadlock.run, database_deadlock.SHORT, database_deadlock.LONG
    ),
    "database_refuses": Scenario(
        database_refuses.run, database_refuses.SHORT, database_refuses.LONG
    ),
    "disk_full_sqlite": Scenario(disk_full.on_sqlite, disk_full.SHORT, disk_full.LONG),
    "disk_full_postgres": Scenario(disk_full.on_postgres, disk_full.SHORT, disk_full.LONG),
    "offsets_reset": Scenario(offsets_reset.run, offsets_reset.SHORT, offsets_reset.LONG),
    "poison": Scenario(poison.run, poison.SHORT, poison.LONG),
    "nothing_but_poison": Scenario(poison.nothing_else, poison.ONLY_SHORT, poison.ONLY_LONG),
    "upgrade": Scenario(upgrade.run, upgrade.SHORT, upgrade.LONG),
}
