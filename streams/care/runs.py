"""Runs: how often something happened in a row, or lately, in a list in order of time."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from schemas.policy import Policy
from schemas.score import Figures

LONGEST_LOOK = 20
"""No policy looks back at more steps than these."""


class Step(NamedTuple):
    """One session or week, as one rule sees it.

    `hit`: the rule looks for it; None: it neither extends nor breaks a run. `at` (ms) is when
    that was known. Each step is judged by the policy of its own time, so that a new version
    changes nothing that was found before it. `figures` say what was seen; of a `sealed` step
    nothing else is left.
    """

    name: str
    starts_at: int
    at: int
    hit: bool | None
    policy: Policy
    figures: Figures | None = None
    sealed: bool = False


class Found(NamedTuple):
    """What was found: by which steps, since when, and which step ended it (None: it lasts).

    `looked` are the steps that were looked at when it held last.
    """

    steps: tuple[Step, ...]
    looked: tuple[Step, ...]
    since: int
    ended: Step | None

    @property
    def until(self) -> int | None:
        """When it ended, in ms."""
        return None if self.ended is None else self.ended.at

    @property
    def latest(self) -> int:
        """When it last got worse, in ms."""
        return max((self.since, *(step.at for step in self.steps if step.hit)))

    @property
    def policy(self) -> Policy:
        """The policy of the last step."""
        return self.steps[-1].policy


def in_a_row(steps: Iterable[Step], least: Callable[[Policy], int]) -> list[Found]:
    """Every run that came to be `least` hits long; it lasts until a step breaks it.

    It is named by its first step.
    """
    found: list[Found] = []
    run: list[Step] = []
    for step in steps:
        if step.hit is None:
            continue
        if step.hit:
            run.append(step)
        else:
            _keep(found, run, least, step)
            run = []
    _keep(found, run, least, None)
    return found


def _keep(
    found: list[Found], run: Sequence[Step], least: Callable[[Policy], int], ended: Step | None
) -> None:
    for length, step in enumerate(run, 1):
        if length >= least(step.policy):
            found.append(Found(tuple(run), tuple(run), step.at, ended))
            return


def among_the_last(
    steps: Iterable[Step], count: Callable[[Policy], int], among: Callable[[Policy], int]
) -> list[Found]:
    """Every stretch in which at least `count` of the last `among` steps were hits.

    It is named by the step that made it true, which is the first of its steps.
    """
    found: list[Found] = []
    before: list[Step] = []
    opened: list[Step] = []
    looked: list[Step] = []
    for step in steps:
        if step.hit is None:
            continue
        before.append(step)
        latest = before[-among(step.policy) :]
        if sum(bool(each.hit) for each in latest) >= count(step.policy):
            opened.append(step)
            looked = latest
        elif opened:
            found.append(Found(tuple(opened), tuple(looked), opened[0].at, step))
            opened = []
    if opened:
        found.append(Found(tuple(opened), tuple(looked), opened[0].at, None))
    return found


def reaching(steps: Sequence[Step], found: Sequence[Found]) -> Sequence[Step]:
    """The last of `steps`, as many as it takes to find the same whatever comes after them."""
    begins = len(steps)
    if found and found[-1].ended is None:
        begins = steps.index(found[-1].steps[0])
    return steps[max(0, begins - LONGEST_LOOK) :]
