"""A worker dies after the corrections of a session have ended: what comes for it then is too late
for the next owner, too.
"""

from itertools import chain
from pathlib import Path

from schemas.topics import SCORES, SESSION_STATE
from streams import state
from streams.worker.outbox import BARRIER_KEY, PROGRESS_KEY
from tests.faults.altered import Alterations
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import POLICY, Shift

SHORT = Sizes(seed=12, events=0, faults=1)
LONG = Sizes(seed=12, events=0, faults=10)


def run(sizes: Sizes, place: Place, alterations: Alterations = ()) -> Outcome:
    """Compare, die, tell something late: nothing follows from it but a dead letter."""
    with Shift(place, sizes, alterations, _soon_closed(place.folder)) as shift:
        fleet = shift.fleet
        fleet.start("one")
        shift.plan(1)
        shift.caught_up()
        outcome = shift.outcome("closed sessions", sizes.faults, 0, ("one",))
        fleet.until(lambda: _closed(shift), "the session is not closed")
        said = fleet.entries(SCORES.name)
        for number in range(sizes.faults):
            fleet.kill("one")
            fleet.evict()
            fleet.start("one")
            shift.plan(2 + number)
            shift.caught_up()
            assert fleet.entries(SCORES.name) == said, "a closed session has come back"
        reasons = [dict(letter.headers)["rollcall.reason"] for letter in fleet.dead_letters()]
        assert reasons == [b"too_late"] * sizes.faults
        return outcome


def _soon_closed(folder: Path) -> Path:
    policy = folder / "soon_closed.toml"
    text = POLICY.read_text()
    assert '"2h"' in text
    policy.write_text(text.replace('"2h"', '"6m"'))
    return policy


def _closed(shift: Shift) -> bool:
    entries = chain(*shift.run.log(SESSION_STATE.name).values())
    values = [each.value for each in entries if each.key not in (BARRIER_KEY, PROGRESS_KEY)]
    return isinstance(state.decode(values[-1] or b""), state.ClosedMark)
