"""Ownership: the partitions that are ours now, taken over and given back as the group says."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import NoReturn

from faust.types import TP

from streams.worker.garbage import settle
from streams.worker.halt import halt, in_short
from streams.worker.place import Place
from streams.worker.recovery import RefusedError, recover
from streams.worker.task import PartitionTask
from streams.worker.tools import Tools
from streams.worker.transport import Batch, End

RUNNING_OUT_S = 5.0
"""How long a transaction may still take when its partition is revoked."""

log = logging.getLogger(__name__)


class Ownership:
    """Tasks by partition. `place_of` says which stage a partition belongs to."""

    def __init__(self, tools: Tools, place_of: Callable[[TP], Place]) -> None:
        self.tasks: dict[TP, PartitionTask] = {}
        self.changing_since: float | None = None
        self.leaving = False
        self._tools = tools
        self._place_of = place_of
        self._kept: dict[TP, PartitionTask] = {}
        self._recoveries: dict[TP, asyncio.Task[None]] = {}

    @property
    def writing(self) -> bool:
        """Whether a transaction runs."""
        return any(task.writing for task in self.tasks.values())

    def positions(self) -> dict[TP, int]:
        """The next offset to fold of every partition that is ready."""
        return {tp: task.ledger.position for tp, task in self.tasks.items()}

    def disagrees(self, tp: TP, told: int, position: int) -> None:
        """The group's offset is not where we stand; nobody but us should move it."""
        task = self.tasks[tp]
        if told != task.committed:
            self._tools.metrics.offset_mismatches.labels(task.place.stage.name).inc()
            log.warning("%s: the group is at %d, we go on at %d", task.place, told, position)

    async def own(self, assigned: Collection[TP], ends: Callable[[], Mapping[TP, End]]) -> None:
        """Recover every assigned partition that is not ours yet, all at once.

        Returns when all are at work, or when a newer rebalance has cancelled those that are
        not. May be called twice for one assignment. `ends` tells the ends of the partitions.
        """
        if self.leaving:
            return
        self._kept = {tp: task for tp, task in self._kept.items() if tp in assigned}
        for tp in set(assigned) - self.tasks.keys() - self._recoveries.keys():
            self._recoveries[tp] = asyncio.create_task(self._take_over(tp, ends))
        recoveries = dict(self._recoveries)
        if recoveries:
            await asyncio.wait(recoveries.values(), return_when=asyncio.FIRST_EXCEPTION)
        for tp, recovery in recoveries.items():
            if not recovery.cancelled() and recovery.done() and (error := recovery.exception()):
                _fail(self._place_of(tp), error)
            if self._recoveries.get(tp) is recovery:
                del self._recoveries[tp]
        if set(assigned) == self.tasks.keys():
            self.changing_since = None
            log.info("ready with %d partitions", len(self.tasks))
        settle()

    async def take(self, batch: Batch) -> None:
        """Fold a batch; one that comes late for a partition that is no longer ours is dropped."""
        if task := self.tasks.get(batch.partition):
            await task.take(batch)

    async def revoke(self) -> None:
        """Give everything back at once; what is in memory is kept in case it comes back."""
        self.changing_since = time.monotonic()
        self._kept |= await self._let_go(last_checkpoint=False)

    async def leave(self) -> None:
        """Write what is folded and give everything back, for good."""
        self.leaving = True
        await self._let_go(last_checkpoint=True)

    async def _take_over(self, tp: TP, ends: Callable[[], Mapping[TP, End]]) -> None:
        task = await recover(self._place_of(tp), self._tools, self._kept.get(tp))
        self._kept.pop(tp, None)
        task.end = lambda: ends().get(tp)
        self.tasks[tp] = task
        task.start(lambda: len(self.tasks))

    async def _let_go(self, last_checkpoint: bool) -> dict[TP, PartitionTask]:
        recoveries, self._recoveries = self._recoveries, {}
        for recovery in recoveries.values():
            recovery.cancel()
        tasks, self.tasks = self.tasks, {}
        leaving = [
            *recoveries.values(),
            *(asyncio.create_task(task.close(last_checkpoint)) for task in tasks.values()),
        ]
        if leaving:
            _, late = await asyncio.wait(leaving, timeout=RUNNING_OUT_S)
            if late:
                halt(f"{len(late)} partitions were not given back within {RUNNING_OUT_S:g} s")
        return tasks


def _fail(place: Place, error: BaseException) -> NoReturn:
    if isinstance(error, RefusedError):
        halt(str(error))
    halt(f"{place}: recovery failed: {in_short(error)}")
