"""Stage: the rules of one kind of subject, as a record the ledger can run.

A stage folds records into a subject's facts and assesses those facts. Both are pure, and
folding is order-free and idempotent: any permutation and duplication of the same records
gives the same facts. The ledger knows nothing else about sessions or care.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from schemas.publication import Publication
from schemas.topics import Topic


class Effect(IntEnum):
    """What folding one record did."""

    NOTHING = 0
    """The record was known already."""
    SIGNAL = 1
    """Worth assessing soon."""
    PROMPT = 2
    """Worth assessing at the next checkpoint."""
    TOO_MANY = 3
    """Refused: the subject is at one of its caps."""
    TOO_LATE = 4
    """Refused: what it belongs to has been summarised."""


class Pace(IntEnum):
    """When a changed output is published; a changed signature publishes at once anyway."""

    AT_ONCE = 0
    EVERY = 1
    """After `publish_every` since the last publication."""
    SIGNATURE = 2
    """Only with the signature."""


class Output(NamedTuple):
    """One thing true of a subject now.

    `render` makes the bare body (no publication data) and is called only when needed.
    `signature` is what readers wait for. `status` is the state of a violation: `open`,
    `resolved` or `stood`. A `withdrawn` output is news only to those who saw it before.
    `correction`: it follows from something that was corrected after it was final.
    """

    id: str
    topic: str
    key: str
    kind: str
    signature: str
    pace: Pace
    final: bool
    render: Callable[[], Publication]
    status: str | None = None
    withdrawn: bool = False
    correction: bool = False


class Assessment(NamedTuple):
    """Everything true of a subject at one instant.

    `next_look`: when time alone could change it, at the earliest (null: never).
    `finished`: final, so that its facts may be packed away; `closes_at`: when corrections end.
    `reasons`: why an id that is not among the outputs is not, for retractions.
    """

    outputs: Sequence[Output]
    next_look: int | None
    finished: bool = False
    closes_at: int | None = None
    reasons: Mapping[str, str] = {}


class Stage(NamedTuple):
    """Name, source, state topic and the pure functions of one stage.

    `decode` raises one of `schemas.codec.ERRORS`; `folds` has one function for each record
    type. `assess(facts, name, now, memory)` tells the same with and without a memory, which is
    what `memory()` made and earlier looks left in it. `stale(record, at, appended_at)` says
    whether a record for an unknown subject is about one that is long over. `seal(facts, name, now)`
    summarises what no correction can reach and returns the output ids to forget with it.
    """

    name: str
    source: Topic
    state: Topic
    decode: Callable[[bytes | None], Any]
    subject_of: Callable[[Any], str]
    facts: type
    folds: Mapping[type, Callable[[Any, Any, int], Effect]]
    assess: Callable[..., Assessment]
    memory: Callable[[], Any]
    stale: Callable[[Any, int, int], bool]
    seal: Callable[[Any, str, int], Sequence[str]]
    oldest_ms: int
    rules: str
    """Digest of the policies, to look again at what was saved under others."""


class Pacing(NamedTuple):
    """How often the ledger looks, publishes and saves, in milliseconds."""

    assess_every: int = 5_000
    publish_every: int = 60_000
    save_every: int = 300_000
    remember_for: int = 30 * 86_400_000

    def scaled(self, scale: int) -> "Pacing":
        """Every duration but the memory of closed subjects divided by `scale`."""
        return self._replace(
            assess_every=self.assess_every // scale,
            publish_every=self.publish_every // scale,
            save_every=self.save_every // scale,
        )
