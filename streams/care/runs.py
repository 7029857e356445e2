"""Runs: how often something happened in a row, or lately, in a list in order of time."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from schemas.policy import Policy


class Step(NamedTuple):
    """One session or week, as one rule sees it.

    `hit`: the rule looks for it; None: it neither extends nor breaks a run. `at` (ms) is when
    that was known. Each step is judged by the policy of its own time, so that a new version
    changes nothing that was found before it.
    """

    name: str
    at: int
    hit: bool | None
    policy: Policy


class Found(NamedTuple):
    """What was found: by which steps, since when, and until when (None: it lasts)."""

    steps: tuple[Step, ...]
    since: int
    until: int | None

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
            _keep(found, run, least, step.at)
            run = []
    _keep(found, run, least, None)
    return found


def _keep(
    found: list[Found], run: Sequence[Step], least: Callable[[Policy], int], until: int | None
) -> None:
    for length, step in enumerate(run, 1):
        if length >= least(step.policy):
            found.append(Found(tuple(run), step.at, until))
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
    for step in steps:
        if step.hit is None:
            continue
        before.append(step)
        latest = before[-among(step.policy) :]
        if sum(bool(each.hit) for each in latest) >= count(step.policy):
            opened.append(step)
        elif opened:
            found.append(Found(tuple(opened), opened[0].at, step.at))
            opened = []
    if opened:
        found.append(Found(tuple(opened), opened[0].at, None))
    return found
