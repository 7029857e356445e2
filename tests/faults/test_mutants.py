"""Every mutant turns a scenario red by a comparison: a suite that lets one live proves nothing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from streams.machine.kafka import Broker
from tests.faults import closed, refused, steps, unsaved, zombie
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.mutants import MUTANTS

ONCE = Sizes(seed=1, events=0, faults=1)
Scenario = Callable[..., Outcome]

COMPARED = "^revisions of |are known offline only| of person-"
"""What the comparisons of records say; a scenario that hangs or crashes says something else."""

CAUGHT: dict[str, tuple[Scenario, str]] = {
    "futures_not_awaited": (refused.run, COMPARED),
    "one_id_per_worker": (zombie.run, COMPARED),
    "recovery_reads_uncommitted": (
        partial(steps.run, points=("checkpoint-acknowledged",)),
        COMPARED,
    ),
    "progress_outside": (
        partial(steps.run, points=("checkpoint-acknowledged",)),
        COMPARED,
    ),
    "low_ignored": (unsaved.run, "chat"),
    "closed_marks_dropped": (closed.run, "a closed session has come back"),
    "revision_not_restored": (
        partial(steps.run, points=("checkpoint-committed",)),
        COMPARED,
    ),
}
"""The cheapest scenario that surely sees each, and what it says then."""


@pytest.fixture
def place(broker: Broker, prefix: str, database_url: str, data_folder: Path) -> Place:
    return Place(broker.bootstrap, prefix, database_url, data_folder)


def test_every_mutant_has_a_scenario() -> None:
    assert CAUGHT.keys() == MUTANTS.keys()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_does_not_live(mutant: str, place: Place) -> None:
    scenario, said = CAUGHT[mutant]
    with pytest.raises(AssertionError, match=said) as caught:
        scenario(ONCE, place, (mutant,))
    print(f"{mutant}: {str(caught.value)[:200]}")
