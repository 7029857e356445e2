"""Refusals: when a partition refuses so much that a person should look before it goes on.

A record or two that cannot be taken in are their sender's fault, and become dead letters. Where
most are refused, something else is wrong: a release of a producer, or one of ours. Then it is
better to stop than to drain the topic: what is still unread waits in order, and whoever mends
the fault need not bring it back letter by letter.

Two limits, each on the records of one partition that are counted:

    share   more than this share of the last `WINDOW` records was refused: a fault in one kind of
            record among others. It needs a whole window, or two bad records of three would do.
    run     so many in a row were refused: a fault in all of them, from the very first on.

By default more than half, and half a window in a row. One bad producer among several stays below
a half, and a quiet partition's one bad file below five hundred; a release that refuses everything
is stopped after five hundred letters, whether the worker was just started or had run for long.

Both look only at a record that is refused, so that what is good never stops anything, and what
they say lies with the position it was said at: a restart counts on from there, and stops at the
same record again instead of draining a little more each time.

Not counted, neither as refused nor as taken, is what is refused as planned (`PLANNED`): an age
that policy does not admit, after an outage, a replay or a nightly repetition of old schedules
comes by the thousand, and waiting would only make it older; and a subject at its cap is one
runaway device, which is not to stop everybody else. Nor is what a redrive sent again, which
somebody chose to try. `from_the_future` counts: a broker whose clock is wrong must not turn
every record into a dead letter.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.dead_letter import Arrival, DeadLetter, Reason, attempt
from streams.state import Mask, Recent

WINDOW = 1_000
"""Records over which the share is taken: a few minutes of a busy partition."""

PLANNED: frozenset[Reason] = frozenset({"too_old", "too_late", "too_many"})

_ALL = (1 << WINDOW) - 1


class Limits(NamedTuple):
    """`share` of one, above which, and `run`, at which it is enough; a run of 0 is no limit."""

    share: float
    run: int


class Excess(NamedTuple):
    """The setting whose limit was reached, by the record at `offset`, and how it reads."""

    setting: str
    offset: int
    said: str


def count(
    recent: Recent, arrivals: Sequence[Arrival], letters: Sequence[DeadLetter], limits: Limits
) -> tuple[Recent, Excess | None]:
    """What became of `arrivals`, of which `letters` were refused, up to the first excess."""
    refused = {letter.arrival.offset: letter for letter in letters}
    for now, offset in _steps(recent, arrivals, refused):
        recent = now
        if offset is not None and (excess := _excess(recent, offset, limits)):
            return recent, excess
    return recent, None


def counts(letter: DeadLetter) -> bool:
    """Whether a refusal counts: it was not planned, and nobody chose to try the record again."""
    return letter.reason not in PLANNED and attempt(letter.arrival.headers) == 1


def _steps(
    recent: Recent, arrivals: Sequence[Arrival], letters: Mapping[int, DeadLetter]
) -> Iterator[tuple[Recent, int | None]]:
    """After each record that was refused, with its offset, and in the end, with None."""
    if not letters:
        yield _taken(recent, len(arrivals)), None
        return
    good = 0
    for arrival in arrivals:
        letter = letters.get(arrival.offset)
        if letter is None:
            good += 1
        elif counts(letter):
            recent, good = _refused(_taken(recent, good)), 0
            yield recent, arrival.offset
    yield _taken(recent, good), None


def _taken(recent: Recent, good: int) -> Recent:
    if not good:
        return recent
    # Beyond a window nothing is left of what was there, however far it is shifted.
    kept = recent.refused << min(good, WINDOW) & _ALL
    return Recent(0, min(recent.seen + good, WINDOW), Mask(kept))


def _refused(recent: Recent) -> Recent:
    refused = Mask((recent.refused << 1 | 1) & _ALL)
    return Recent(recent.run + 1, min(recent.seen + 1, WINDOW), refused)


def _excess(recent: Recent, offset: int, limits: Limits) -> Excess | None:
    if limits.run and recent.run >= limits.run:
        return Excess("dead_letter_run", offset, f"{recent.run} records in a row")
    refused = recent.refused.bit_count()
    if recent.seen == WINDOW and refused > limits.share * WINDOW:
        return Excess("dead_letter_share", offset, f"{refused} of the last {WINDOW} records")
    return None
