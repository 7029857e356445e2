"""The worker's faults in their short forms."""

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.machine.kafka import Broker
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


@pytest.fixture
def place(broker: Broker, prefix: str, database_url: str, data_folder: Path) -> Place:
    return Place(broker.bootstrap, prefix, database_url, data_folder)


def told(run: Callable[[Sizes, Place], Outcome], sizes: Sizes, place: Place) -> Outcome:
    outcome = run(sizes, place)
    print(outcome)
    assert outcome.faults >= sizes.faults
    return outcome


def test_workers_that_are_killed(place: Place) -> None:
    assert told(killed.run, killed.SHORT, place).inside >= 2


def test_an_exit_at_each_step_of_a_checkpoint_and_of_a_recovery(place: Place) -> None:
    assert told(steps.run, steps.SHORT, place).inside == 3


def test_every_third_transaction_aborted(place: Place) -> None:
    assert told(aborted.run, aborted.SHORT, place).inside >= 4


def test_a_zombie(place: Place) -> None:
    assert told(zombie.run, zombie.SHORT, place).inside == 1


def test_a_rebalance_storm(place: Place) -> None:
    assert told(storm.run, storm.SHORT, place).faults == 8


def test_facts_in_no_state_record(place: Place) -> None:
    told(unsaved.run, unsaved.SHORT, place)


def test_what_comes_for_a_closed_session(place: Place) -> None:
    told(closed.run, closed.SHORT, place)


def test_a_produce_that_is_refused_inside_a_transaction(place: Place) -> None:
    assert told(refused.run, refused.SHORT, place).inside == 2


def test_a_broker_that_is_killed(place: Place) -> None:
    told(broker_killed.run, broker_killed.SHORT, place)


def test_a_transaction_that_times_out(place: Place) -> None:
    assert told(timed_out.run, timed_out.SHORT, place).inside == 1


def test_how_soon_another_worker_commits(place: Place) -> None:
    told(failover.run, failover.SHORT, place)


def test_recovery_whatever_the_state_ends_in(place: Place) -> None:
    assert told(recovered.run, recovered.SHORT, place).inside >= 1


def test_recovery_of_many_live_sessions(place: Place) -> None:
    told(many_live.run, many_live.SHORT, place)


def test_twice_the_capacity(place: Place) -> None:
    assert overload.run(overload.SHORT, place).counts["sent"] > 0
