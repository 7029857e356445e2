"""`python -m tests.faults.altered NAME…`: the worker, with something about it changed by a test.

A name is a mutant (a defect planted on purpose, see `mutants`), or makes the worker do once what
no signal can time:

    hold@POINT     it stops itself (SIGSTOP) where it first reaches the failpoint POINT
    abort_third    it aborts every third checkpoint when all of its records are acknowledged
    broken         its checkpoints meet a bug of ours
    slow@MICROS    folding takes so much longer for each record, as if the rules cost more

The product knows nothing of this.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from streams.worker.__main__ import main
from streams.worker.failpoints import POINTS, Failpoints
from streams.worker.outbox import Outbox
from streams.worker.producer import Acknowledged, PartitionProducer
from streams.worker.task import PartitionTask
from streams.worker.transport import Batch
from tests.faults.mutants import MUTANTS

Alterations = tuple[str, ...]


class AbortedError(Exception):
    """The transaction was aborted, as the test wants it."""


def program(alterations: Alterations) -> Sequence[str]:
    """What to run as a worker."""
    return ("tests.faults.altered", *alterations) if alterations else ("streams.worker",)


def hold(point: str) -> None:
    """Stop at `point`, the first time; whoever sends SIGCONT lets it go on."""
    assert point in POINTS
    reach, held = Failpoints.reach, count()

    def stop_there(self: Failpoints, name: str) -> None:
        reach(self, name)
        if name == point and next(held) == 0:
            os.kill(os.getpid(), signal.SIGSTOP)

    Failpoints.reach = stop_there


def abort_third() -> None:
    """Abort every third checkpoint of the process; what it writes is on the log, never valid."""
    commit, written = PartitionProducer.commit, count(1)

    async def commit_or_abort(
        self: PartitionProducer,
        batches: Any,
        position: int | None,
        reach: Callable[[str], None] = lambda name: None,
    ) -> Acknowledged:
        if position is None or next(written) % 3:
            return await commit(self, batches, position, reach)

        def abort(name: str) -> None:
            reach(name)
            if name == "checkpoint-acknowledged":
                raise AbortedError

        try:
            return await commit(self, batches, position, abort)
        except AbortedError:
            await self._producer.abort_transaction()
            raise

    PartitionProducer.commit = commit_or_abort


def slow(micros: int) -> None:
    """Take longer, in the event loop's thread, as rules would."""
    take = PartitionTask.take

    async def take_slowly(self: PartitionTask, batch: Batch) -> None:
        time.sleep(len(batch.records) * micros / 1e6)
        await take(self, batch)

    PartitionTask.take = take_slowly


def broken(*_: Any) -> None:
    """Something that cannot happen."""
    raise ZeroDivisionError


def apply(name: str, mutants: Mapping[str, Callable[[], None]] = MUTANTS) -> None:
    """Make one alteration in this process."""
    if name.startswith("hold@"):
        hold(name.removeprefix("hold@"))
    elif name.startswith("slow@"):
        slow(int(name.removeprefix("slow@")))
    elif name == "abort_third":
        abort_third()
    elif name == "broken":
        Outbox.add_states = broken
    else:
        mutants[name]()


if __name__ == "__main__":
    for name in sys.argv[1:]:
        apply(name)
    sys.argv[1:] = []
    sys.exit(main())
