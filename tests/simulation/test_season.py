"""Evening after evening: in order, each anew, and nothing lost between them."""

from collections import Counter

from schemas.instants import milliseconds
from schemas.telemetry import SessionScheduled
from streams.simulation.delivery import Delivery
from streams.simulation.evening import evening
from streams.simulation.season import PERIOD_MS, season
from streams.simulation.settings import Evening

MONDAY = 1_772_474_400_000
SMALL = Evening(starts_at=MONDAY, groups=2, individuals=1, workshops=0, scale=60)
PERIOD = PERIOD_MS // SMALL.scale


def three() -> list[Delivery]:
    """What comes until the fourth evening begins; its plans come then."""
    end = MONDAY + 3 * PERIOD
    found: list[Delivery] = []
    for delivery in season(SMALL):
        plan = isinstance(delivery.record, SessionScheduled)
        if delivery.appended_at >= end or (plan and milliseconds(delivery.record.starts_at) >= end):
            return found
        found.append(delivery)
    raise AssertionError("a season has no end")


def test_every_evening_has_its_own_sessions_one_period_later() -> None:
    starts: Counter[int] = Counter()
    for delivery in three():
        if isinstance(delivery.record, SessionScheduled) and delivery.record.revision == 0:
            starts[(milliseconds(delivery.record.starts_at) - MONDAY) // PERIOD] += 1

    plans = [each for each in evening(SMALL) if isinstance(each.record, SessionScheduled)]
    assert set(starts) == {0, 1, 2}
    assert starts[0] == sum(each.record.revision == 0 for each in plans)


def test_nothing_of_an_evening_is_lost() -> None:
    first = Counter(each.record.id for each in evening(SMALL))
    found = Counter(each.record.id for each in three())

    assert first <= found
