"""Shift: two workers, a sink and a reader beside them, on telemetry that comes meanwhile.

In the end every session is ended, its scores become final, and the comparisons are made (see
`tests.kafka.comparison`); the reader beside must have seen what is on the log, in its order.
"""

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from schemas.topics import TELEMETRY
from streams.policies import load
from streams.simulation.load import sessions_in_progress
from streams.simulation.pace import at_once
from streams.simulation.places import Pair
from streams.simulation.send import send
from tests.faults.altered import Alterations, program
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.witness import Witness
from tests.kafka.comparison import Run, compare, final
from tests.kafka.fleet import Fleet
from tests.kafka.workers import ago, scheduled

SCALE = 120
POLICY = Path(__file__).with_name("brief.toml")
PEOPLE = 5
EVENTS_EACH = 40
LASTED_MS = 60_000
QUIET_S = 3.0
REST_S = (0.1, 1.0)
PATIENCE_S = 120.0
BOTH = ("one", "two")


class Shift:
    """`fleet` has the workers, none started yet; `chance` is drawn from for the faults.

    `alterations` and `settings` are those of all workers.
    """

    def __init__(
        self,
        place: Place,
        sizes: Sizes,
        alterations: Alterations = (),
        policy: Path = POLICY,
        **settings: str,
    ) -> None:
        self.begun = time.monotonic()
        self.chance = random.Random(sizes.seed)
        self.run = Run(place.bootstrap, place.prefix, place.database_url, load((policy,), SCALE))
        self.fleet = Fleet(
            place.bootstrap,
            place.prefix,
            place.database_url,
            SCALE,
            place.folder,
            program(alterations),
            policies=str(policy),
            **settings,
        )
        self._sizes = sizes
        self._alterations = alterations
        self._witness = Witness(self.run)
        self._feeding: threading.Thread | None = None
        self._failed: list[Exception] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.fleet.__exit__(kind, error, trace)
        self._witness.stop()

    def pairs(self) -> Iterator[Pair]:
        """Sessions in progress, about `events` records of them."""
        now = round(time.time() * 1000)
        return sessions_in_progress(
            seed=self._sizes.seed,
            sessions=max(2, self._sizes.events // (PEOPLE * EVENTS_EACH)),
            people=PEOPLE,
            events_per_person=EVENTS_EACH,
            started_at=now - LASTED_MS,
            now=now,
        )

    def tell(self, pairs: Iterable[Pair], rate: float | None = None) -> None:
        """Send telemetry, `rate` records a second; returns when it is on the log."""
        told = at_once(pairs, self.run.prefix + TELEMETRY.name)
        sending = send(told, bootstrap=self.run.bootstrap, rate=rate, patience_s=PATIENCE_S)
        asyncio.run(sending)

    def feed(self, rate: float | None = None, pairs: Iterable[Pair] | None = None) -> None:
        """Begin to send `pairs`, or sessions in progress, in a thread; returns at once."""
        told = self.pairs() if pairs is None else pairs

        def run() -> None:
            try:
                self.tell(told, rate)
            except Exception as error:  # noqa: BLE001  the scenario's own thread judges it
                self._failed.append(error)

        self._feeding = threading.Thread(target=run, daemon=True)
        self._feeding.start()

    @property
    def feeding(self) -> bool:
        """Whether records are still being sent."""
        return self._feeding is not None and self._feeding.is_alive()

    def fed(self) -> None:
        """Wait until everything is sent."""
        if self._feeding is not None:
            self._feeding.join()
        if self._failed:
            raise self._failed[0]

    def plan(self, revision: int, session: str = "s1", begins_in_min: int = 10) -> None:
        """Send a revision of a session's plan, with as many people and one more.

        As long as a session lies ahead, time alone changes nothing about it: each revision is
        one checkpoint of the session's partition, and one of every new person's.
        """
        plan = scheduled(
            session,
            people=[f"person-{number}" for number in range(revision + 1)],
            id=f"plan-{session}-{revision}",
            at=ago(),
            revision=revision,
            starts_at=ago(minutes=-begins_in_min),
            ends_at=ago(minutes=-begins_in_min - 60),
        )
        self.fleet.send(plan, key=session.encode())

    def rest(self) -> None:
        """Let a moment pass, as long as chance wants it."""
        time.sleep(self.chance.uniform(*REST_S))

    def caught_up(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until everything on the log is in a committed checkpoint."""
        late = "the workers do not come to the end"
        self.fleet.until(lambda: self.fleet.behind() == 0, late, patience_s)

    def start_altered(self, name: str, alteration: str) -> None:
        """Start a worker with one more alteration; it may never become ready."""
        altered = program((*self._alterations, alteration))
        self.fleet.start(name, ready=False, program=altered)

    def compare(self, names: Sequence[str] = BOTH) -> dict[str, int]:
        """End every session, wait, and make the comparisons; how much was compared."""
        self.fed()
        self._end_sessions()
        settled = final(self.run)
        self.fleet.wait_until_done(settled, names, QUIET_S)
        counts = compare(self.run, settled, self.chance)
        return counts | {"witnessed": self._witness.agrees()}

    def outcome(
        self, name: str, faults: int, inside: int, names: Sequence[str] = BOTH, **found: Any
    ) -> Outcome:
        """Compare, with workers of these `names`, and tell what was done and `found` besides."""
        counts = self.compare(names)
        assert counts["events"] >= self._sizes.events or self._feeding is None
        seconds = time.monotonic() - self.begun
        return Outcome(name, self._sizes.seed, counts | found, seconds, faults, inside)

    def _end_sessions(self) -> None:
        keys = {entry.key for log in self.run.log(TELEMETRY.name).values() for entry in log}
        self.tell((key, _end_of(key)) for key in sorted(key for key in keys if key is not None))


def _end_of(session: bytes) -> bytes:
    name = session.decode()
    return json.dumps(
        {
            "type": "session_ended",
            "id": f"end-{name}",
            "source": "faults",
            "at": ago(),
            "session": name,
        }
    ).encode()
