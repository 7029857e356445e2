"""Next release: the worker as it may be some day, keeping one thing more of each session.

`python -m tests.faults.next_release` runs it, on the same topics and in the same group.
"""

import sys
from typing import Any

from msgspec import field

from streams.session.facts import SessionFacts
from streams.session.stage import session_stage
from streams.stage import Stage
from streams.worker import run
from streams.worker.__main__ import main


class NextFacts(SessionFacts, array_like=True):
    """The facts with a field more at their end: when each source was last heard."""

    sources: dict[str, int] = field(default_factory=dict)


def next_stage(stage: Stage) -> Stage:
    """The stage that also keeps that."""
    folds = {kind: _also_hearing(fold) for kind, fold in stage.folds.items()}
    return stage._replace(facts=NextFacts, folds=folds)


def _also_hearing(fold: Any) -> Any:
    def hearing(facts: Any, record: Any, at: int) -> Any:
        facts.sources[record.source] = max(at, facts.sources.get(record.source, at))
        return fold(facts, record, at)

    return hearing


if __name__ == "__main__":
    run.STAGES["session"] = lambda policies: next_stage(session_stage(policies))
    sys.exit(main())
