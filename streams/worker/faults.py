"""Faults: errors of our own rules, told once each, and when they are too many to go on."""

import logging
import traceback
from collections import Counter
from collections.abc import Sequence

from schemas.dead_letter import DeadLetter
from streams.ledger import Checkpoint
from streams.refusals import Excess, counts
from streams.settings import PREFIX
from streams.worker.place import Place

TOLERATED = 20
TOLERATED_SHARE = 0.05

log = logging.getLogger(__name__)
_told: set[tuple[str, str]] = set()


def tell(place: Place, faults: list[Exception]) -> None:
    """One line for each kind of fault: its type and where in the code, never what was folded."""
    for fault in faults:
        frames = traceback.extract_tb(fault.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "somewhere"
        kind = (type(fault).__name__, where)
        if kind not in _told:
            _told.add(kind)
            log.error("%s: fault in the rules: %s at %s", place, *kind)


def too_many(captured: Checkpoint, folded: int) -> bool:
    """Whether this looks like a bad release rather than a poisoned subject or two."""
    worked = captured.assessed + folded
    return len(captured.faults) > max(TOLERATED, TOLERATED_SHARE * worked)


def excessive(excess: Excess, letters: Sequence[DeadLetter]) -> str:
    """Why no more is refused, as part of one line; `letters` are what was refused at last."""
    reasons = Counter(letter.reason for letter in letters if counts(letter))
    [(reason, _)] = reasons.most_common(1)
    return (
        f"{excess.said} up to offset {excess.offset} were refused, most as {reason}; what came "
        "since the last checkpoint is not written: mend what sends or reads them, or raise "
        f"{PREFIX}{excess.setting.upper()}"
    )
