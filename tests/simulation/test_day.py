"""A day of a large provider: when its sessions begin, and that it is one log."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from schemas.instants import HOUR_MS, milliseconds
from schemas.telemetry import SessionScheduled
from streams.simulation.day import BEGINNINGS, day
from streams.simulation.settings import Evening

MIDNIGHT = 1_772_409_600_000
SETTINGS = Evening(
    starts_at=MIDNIGHT,
    groups=20,
    group_size=2,
    individuals=0,
    workshops=0,
    hours=1.0,
    incidents=False,
    duplicates=0.0,
    disorder=0.0,
)


def begun(settings: Evening) -> Counter[int]:
    """Sessions by the hour in which they begin."""
    plans = {
        each.record.session: milliseconds(each.record.starts_at)
        for each in day(settings)
        if isinstance(each.record, SessionScheduled)
    }
    hour = HOUR_MS // settings.scale
    return Counter((at - settings.starts_at) // hour for at in plans.values())


def test_sessions_begin_as_the_hours_say_most_of_them_at_nine() -> None:
    found = begun(SETTINGS)
    assert found[9] == 20 == max(found.values())
    assert [found[hour] for hour in range(24)] == [round(20 * share) for share in BEGINNINGS]


def test_a_day_can_be_shorter() -> None:
    assert begun(replace(SETTINGS, scale=60)) == begun(SETTINGS)


def test_it_is_one_log_in_the_order_of_arrival_the_same_for_a_seed() -> None:
    found = list(day(SETTINGS))
    assert all(one.appended_at <= other.appended_at for one, other in pairwise(found))
    assert found == list(day(SETTINGS))
    assert found != list(day(replace(SETTINGS, seed=2)))
    ids = Counter(each.record.id for each in found)
    assert max(ids.values()) == 1
