"""Task: one owned partition, from ready to revoked.

Records are folded in memory as they come. Every `checkpoint_every_ms` one transaction writes
what follows from them, if anything does:

    1. capture: assess who is due and take everything to be written, without an await, so that
       folding goes on while the transaction runs,
    2. fill the batches: changes, states, dead letters, progress,
    3. commit them with the group's offset (the producer has the steps),
    4. note the broker's time and the end of our state; count.

A checkpoint that fails in any way ends the process: its changes may or may not be on the log,
and the ledger counts them as written.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from math import inf
from typing import NamedTuple

from streams.ledger import Checkpoint, Ledger
from streams.refusals import count
from streams.state import Recent
from streams.worker import faults
from streams.worker.accounts import Accounts
from streams.worker.clock import Clock, ClockError
from streams.worker.halt import halt, in_short
from streams.worker.outbox import Outbox
from streams.worker.patience import STEP_S, waits
from streams.worker.place import Place
from streams.worker.producer import PartitionProducer
from streams.worker.tools import Tools
from streams.worker.transport import Batch, End

TURN_S = 0.1
SUBJECTS = range(4, 1_000)
"""So many are assessed in one go, and written by one transaction, as fit into such a turn: the
transactions of other partitions wait meanwhile."""

MOST_REFUSED_BYTES = 8 << 20
"""Dead letters waiting for the next checkpoint; more do not wait for it."""

BREATH_S = 0.005
"""Between transactions that follow each other: at once, the broker would make the next wait."""

PROGRESS_EVERY_S = 10.0
"""Progress is written this often though nothing else is, for lag tools and quick recoveries."""

STALE_S = 5.0
"""An end told longer ago says nothing of whether we have caught up: the broker is away."""


class Restored(NamedTuple):
    """What is known of a partition.

    `committed` is the position of the last transaction, null if there was none yet; `recent`
    what became of the last records before the ledger's position.
    """

    place: Place
    ledger: Ledger
    clock: Clock
    committed: int | None
    recent: Recent = Recent()


class PartitionTask:
    """One partition at work; `state_end` is the offset of our last record of its state."""

    def __init__(
        self, restored: Restored, tools: Tools, producer: PartitionProducer, state_end: int
    ) -> None:
        self.place, self.ledger, self.clock, self.committed, self._recent = restored
        self.state_end = state_end
        self.writing = False
        self.end: Callable[[], End | None] = lambda: None
        self.in_order_at = self.moving_at = self._written_at = time.monotonic()
        self._position_seen = self.ledger.position
        self._tools = tools
        self._producer = producer
        self._accounts = Accounts(tools.metrics, self.place, self.ledger)
        self._refused_bytes = 0
        self._hurry = asyncio.Event()
        self._closing = False
        self._looking_s = 0.0
        self._most = SUBJECTS[-1] // 20
        self._running: asyncio.Task[None] | None = None

    @property
    def restored(self) -> Restored:
        """What the next task of this partition can go on from."""
        return Restored(self.place, self.ledger, self.clock, self.committed, self._recent)

    @property
    def lag(self) -> int:
        """Offsets between what is folded and the end, as far as that is known."""
        end = self.end()
        return max(0, end.offset - self.ledger.position) if end else 0

    @property
    def caught_up(self) -> bool:
        """Whether the end was heard of lately and everything before it is folded."""
        return self.end() is not None and self._reachable() and self.lag == 0

    def beat(self, now: float) -> None:
        """Note at `now` (monotonic seconds) whether folding goes on or has nothing to do."""
        if self.lag == 0 or self.ledger.position != self._position_seen:
            self.moving_at = now
            self._position_seen = self.ledger.position
        self._accounts.stands(self.end(), now - self.in_order_at)

    def log_starts(self, offset: int) -> None:
        """The first offset that the source still has."""
        self._accounts.log_starts(offset)

    def start(self, peers: Callable[[], int]) -> None:
        """Begin with the checkpoints; `peers` tells how many tasks share the loop."""
        self._peers = peers
        self._running = asyncio.create_task(self._run(), name=f"checkpoints of {self.place}")
        self._running.add_done_callback(self._ended)

    async def take(self, batch: Batch) -> None:
        """Fold a batch; waits while too many dead letters are to be written first."""
        ledger, records = self.ledger, batch.records
        if batch.begins != ledger.position:
            if batch.begins > ledger.position:
                halt(f"{self.place}: offsets {ledger.position} to {batch.begins} are missing")
            records = [record for record in records if record.offset >= ledger.position]
        with self._tools.metrics.spending("fold"):
            waiting = len(ledger.refused)
            ledger.take(records)
            ledger.position = max(ledger.position, batch.ends)
        letters = ledger.refused[waiting:]
        self._recent, excess = count(self._recent, records, letters, self._tools.settings.limits)
        if excess is not None:
            halt(f"{self.place}: {faults.excessive(excess, letters)}")
        if records:
            self.clock.folded(records[-1].timestamp)
            self._accounts.folded(records[-1])
        self._refused_bytes += sum(len(letter.arrival.value or b"") for letter in letters)
        while self._refused_bytes > MOST_REFUSED_BYTES and not self._closing:
            self._hurry.set()
            await asyncio.sleep(BREATH_S)

    async def close(self, last_checkpoint: bool) -> None:
        """Stop taking and writing; returns when no transaction runs any more.

        With `last_checkpoint` what is folded is written, so that the next owner need not.
        """
        self._closing = True
        self._hurry.set()
        if self._running is not None:
            await self._running
            if last_checkpoint:
                await self.checkpoint()
        await self._producer.stop()
        self._accounts.close()

    async def checkpoint(self) -> int:
        """One transaction, if there is anything to write; returns how many are still due."""
        try:
            now = self.clock.now(self.caught_up)
        except ClockError as error:
            halt(f"{self.place}: {error}")
        if not now:
            return 0
        begun = time.monotonic()
        with self._tools.metrics.spending("assess"):
            captured = self.ledger.checkpoint(now, most=self._most)
        self._looked(captured, time.monotonic() - begun)
        self._refused_bytes = 0
        folded = self._accounts.looked(captured)
        if faults.too_many(captured, folded):
            halt(f"{self.place}: {len(captured.faults)} faults at once, a bug: nothing is written")
        if not captured.empty or self._progress_due(captured):
            await self._write(captured)
        self.in_order_at = time.monotonic()
        return captured.left

    async def _run(self) -> None:
        every = self._tools.settings.checkpoint_every_ms / 1000
        # Not all partitions at the same moment.
        await self._pause(every * self.place.partition / self.place.partitions)
        # What the first look costs nobody knows yet.
        await self._catch_up(inf)
        while not self._closing:
            begun = time.monotonic()
            self._looking_s = 0.0
            if self._reachable():
                await self._round()
            await self._pause(every - (time.monotonic() - begun))
            await self._catch_up(self._looking_s * self._peers())

    def _ended(self, running: asyncio.Task[None]) -> None:
        """What is wrong with us is told at once, and not by a watchdog that misses checkpoints."""
        error = None if running.cancelled() else running.exception()
        if error is not None:
            halt(f"{self.place}: a bug: {in_short(error)}")

    async def _catch_up(self, cost_s: float) -> None:
        """Fold on without looks for as long as patience has it, unless somebody is in a hurry."""
        begun = time.monotonic()
        while waits(self.clock.behind_ms(self.caught_up), time.monotonic() - begun, cost_s):
            if self._closing or await self._pause(STEP_S):
                return

    def _reachable(self) -> bool:
        """A transaction begun while the broker is away would only be in doubt."""
        end = self.end()
        return end is None or time.monotonic() - end.told_at < STALE_S

    async def _round(self) -> None:
        """Everybody who is due now, in as many transactions as it takes."""
        left = await self.checkpoint()
        while left > 0 and not self._closing:
            await asyncio.sleep(BREATH_S)
            # Subjects that became due again meanwhile wait for the next round.
            left = min(left - self._most, await self.checkpoint())

    def _looked(self, captured: Checkpoint, seconds: float) -> None:
        self._looking_s += seconds
        if captured.assessed:
            fitting = int(TURN_S * captured.assessed / max(seconds, 1e-6))
            self._most = min(max((self._most + fitting) // 2, SUBJECTS[0]), SUBJECTS[-1])

    async def _pause(self, seconds: float) -> bool:
        """Whether somebody is in a hurry before the `seconds` are over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), max(seconds, BREATH_S))
        hurry = self._hurry.is_set()
        self._hurry.clear()
        return hurry

    def _progress_due(self, captured: Checkpoint) -> bool:
        waited = time.monotonic() - self._written_at > PROGRESS_EVERY_S
        return waited and captured.position != self.committed

    async def _write(self, captured: Checkpoint) -> None:
        epoch, reach = self.ledger.epoch, self._tools.failpoints.reach
        reach("checkpoint-captured")
        begun = time.monotonic()
        with self._tools.metrics.spending("write"):
            outbox = Outbox(self.place, self._producer.batch, captured.now)
            outbox.add_changes(captured.changes, epoch)
            outbox.add_states(captured.states)
            outbox.add_dead_letters(captured.dead_letters, time.time_ns() // 1_000_000)
            outbox.add_progress(captured, epoch, self._recent)
            size = outbox.size
        self.writing = True
        try:
            told = await self._producer.commit(outbox.batches, captured.position, reach)
        except Exception as error:  # noqa: BLE001  whatever it was, the transaction is in doubt
            halt(f"{self.place}: transaction in doubt: {in_short(error)}")
        self.writing = False
        reach("checkpoint-committed")
        self._written_at = time.monotonic()
        self.clock.told(told.appended_at)
        self.state_end = told.offset
        self.committed = captured.position
        self._accounts.written(captured, self._written_at - begun, size)
