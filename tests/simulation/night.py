"""An evening without faults of delivery, and questions about it."""

from collections import defaultdict
from typing import TypeVar

from schemas.care import CareEvent
from schemas.instants import milliseconds
from schemas.telemetry import Event, Joined, Left, SessionScheduled
from streams.simulation.delivery import Delivery
from streams.simulation.evening import evening
from streams.simulation.settings import Evening

STARTS_AT = 1_772_474_400_000
Some = TypeVar("Some", bound=Event | CareEvent)


def at(record: Event | CareEvent) -> int:
    return milliseconds(record.at)


class Night:
    """An evening without faults of delivery, and questions about it."""

    def __init__(self, seed: int) -> None:
        settings = Evening(
            seed=seed, starts_at=STARTS_AT, duplicates=0.0, disorder=0.0, lost_leaves=0.0
        )
        self.log: list[Delivery] = list(evening(settings))
        self.plans: dict[str, SessionScheduled] = {}
        for plan in sorted(self.all(SessionScheduled), key=lambda plan: plan.revision):
            self.plans[plan.session] = plan

    def all(self, kind: type[Some]) -> list[Some]:
        """Every record of this kind, in the order of the log."""
        return [record for _, record in self.log if isinstance(record, kind)]

    def hosted(self) -> dict[str, tuple[int, int]]:
        """For each session the first join and the last leave of a host."""
        joins, leaves = defaultdict(list), defaultdict(list)
        for joined in self.all(Joined):
            if joined.role == "host":
                joins[joined.session].append(at(joined))
        for left in self.all(Left):
            if left.participant.startswith("sta-"):
                leaves[left.session].append(at(left))
        return {session: (min(joins[session]), max(leaves[session])) for session in joins}

    def arrivals(self) -> dict[tuple[str, str], int]:
        """The first join of each person in each session."""
        first: dict[tuple[str, str], int] = {}
        for joined in sorted(self.all(Joined), key=at):
            first.setdefault((joined.session, joined.participant), at(joined))
        return first


def at_start(plan: SessionScheduled) -> int:
    return milliseconds(plan.starts_at)


def at_end(plan: SessionScheduled) -> int:
    return milliseconds(plan.ends_at)
